import SpoolInspection
package import SpoolJob
import SpoolWire

/// Plans the way through planes, where it is one.
package struct PlanesPlanner {
    /// What the header says, of a JPEG.
    package var header: SourceHeader
    /// nil if it has no planes of brightness and colour in a usual subsampling.
    package var planes: PlanesHeader?
    package var failOn: FailOn

    /// A source whose planes can be had.
    package struct PlanesHeader: Equatable, Sendable {
        package var size: Size
        /// nil for grey.
        package var subsampling: Subsampling?

        package init(size: Size, subsampling: Subsampling?) { (self.size, self.subsampling) = (size, subsampling) }
    }

    /// Why other formats have none.
    package static let needsJPEG = "only JPEG files are stored in planes of brightness and colour"

    /// The planes of a whole picture lie in memory; a decoder to pixels keeps a strip of it. Beyond so many bytes that
    /// counts for more than speed.
    package static let mostPlaneBytes = 96 << 20

    package init(header: SourceHeader, planes: PlanesHeader?, failOn: FailOn) {
        (self.header, self.planes, self.failOn) = (header, planes, failOn)
    }

    /// - Parameter layouts: to which nothing is an ``obstacle(_:)``.
    package func plan(_ layouts: [RenditionLayout]) -> PlanesPlan {
        PlanesPlan(
            factor: reduction(layouts).factor, orientation: layouts.first?.orientation ?? .upright,
            needs: layouts.map { $0.planesNeed(of: header) })
    }

    private func reduction(_ layouts: [RenditionLayout]) -> Reduction {
        Reduction(of: .jpeg, stored: header.size, needed: layouts.map { $0.decoded(of: header.size) })
    }

    /// Why the planes cannot be used, if they cannot.
    package func obstacle(_ layouts: [RenditionLayout]) -> String? {
        guard let planes, planes.size == header.size else {
            return "this JPEG is not stored in brightness and colour of a usual subsampling"
        }
        guard failOn == .warning else { return "failOn lets damage pass, which libvips alone can weigh" }
        for layout in layouts {
            if let reason = layout.planesObstacle { return "renditions[\(layout.index)] \(reason)" }
        }
        guard layouts.allSatisfy({ $0.orientation == layouts[0].orientation }) else {
            return "the renditions are turned in different ways"
        }
        let colour = planes.subsampling.map { 2 * header.size.area / $0.across / $0.down } ?? 0
        let factor = reduction(layouts).factor
        guard (header.size.area + colour) / factor / factor <= Self.mostPlaneBytes else {
            return "the planes would take more than 96 MB"
        }
        return nil
    }
}

extension RenditionLayout {
    /// What keeps this rendition from being made of planes, as words that follow its name.
    fileprivate var planesObstacle: String? {
        if rendition.trim != nil { return "trims, and so looks at all pixels" }
        if rendition.gamma != nil { return "has gamma, which counts for red, green and blue" }
        if rendition.kernel != .lanczos3 { return "has a kernel other than lanczos3" }
        if !area.size.covers(plan.scaled) { return "is larger than the source" }
        return nil
    }

    /// How large the whole source must come from the decoder, so that the part that is used is large enough.
    fileprivate func decoded(of stored: Size) -> Size {
        let wanted = rendition.fastShrinkOnLoad ? plan.scaled : plan.scaled.doubled(upTo: area.size)
        return Size(
            width: (wanted.width * stored.width + area.size.width - 1) / area.size.width,
            height: (wanted.height * stored.height + area.size.height - 1) / area.size.height)
    }

    fileprivate func planesNeed(of header: SourceHeader) -> PlanesPlan.Need {
        let stored = header.size
        let scaled = orientation.swapsSides ? plan.scaled.transposed : plan.scaled
        let whole = orientation.swapsSides ? stored.transposed : stored
        let part = Plane.Region(
            left: Double(uprightArea.left) / Double(whole.width), top: Double(uprightArea.top) / Double(whole.height),
            width: Double(uprightArea.size.width) / Double(whole.width),
            height: Double(uprightArea.size.height) / Double(whole.height))
        var crop: Box?
        var isCut = true
        switch plan.placement {
        case .asIs: break
        case .crop(let left, let top): crop = Box(left: left, top: top, size: plan.output)
        case .smartCrop, .embed: isCut = false
        }
        var planar: Subsampling?
        if case .jpeg(let options) = rendition.encoding, isCut, isPlain, header.isSRGB,
            PlanarEncoder.canWrite(options)
        {
            planar = options.chromaSubsampling == .full ? .full : .quarter
        }
        return PlanesPlan.Need(part: part, scaled: scaled, crop: crop, planar: planar)
    }
}

extension PlanesPlan {
    /// What one rendition needs.
    package struct Need: Equatable, Sendable {
        /// The part of the source that is used, as a share of it, seen upright.
        package var part = Plane.Region.unit
        /// The whole part's size, seen upright.
        package var scaled: Size
        package var crop: Box?
        /// As which it is written from the planes; nil if it becomes pixels.
        package var planar: Subsampling?

        package var staysPlanar: Bool { planar != nil }

        package var size: Size { crop?.size ?? scaled }
    }

    /// From the largest down, each is made of the smallest image there is that has at least twice its sides. Brightness
    /// of one size is resized once, whether the file is written from planes or from pixels.
    package init(factor: Int, orientation: Orientation, needs: [Need]) {
        self.init(factor: factor, orientation: orientation, resizes: [], renditions: [])
        var targets: [Target?] = Array(repeating: nil, count: needs.count)
        let order = needs.indices.sorted { needs[$0].scaled.area > needs[$1].scaled.area }
        for index in order {
            let need = needs[index]
            let subsampling = need.planar ?? .full
            let known = resizes.firstIndex {
                $0.part == need.part && $0.scaled == need.scaled && $0.crop == need.crop
                    && $0.subsampling == subsampling
            }
            let resize = known ?? add(need, subsampling)
            targets[index] = Target(resize: resize, staysPlanar: need.staysPlanar)
        }
        renditions = targets.compactMap(\.self)
    }

    private mutating func add(_ need: Need, _ subsampling: Subsampling) -> Int {
        let number = resizes.count
        let origin = resizes.indices.filter {
            resizes[$0].part == need.part && resizes[$0].crop == nil && resizes[$0].scaled.coversTwice(need.scaled)
        }.min { resizes[$0].scaled.area < resizes[$1].scaled.area }
        let twin = resizes.firstIndex { other in
            other.part == need.part && other.scaled == need.scaled && other.crop == need.crop
                && other.subsampling.padded(need.size) == subsampling.padded(need.size)
        }
        let luma: Origin = twin.map(Origin.same) ?? origin.map(Origin.resized) ?? .source
        // Colour at half the size of an image that is twice as large is no finer than what is wanted.
        let hasFineColour = origin.map { resizes[$0].subsampling == .full || subsampling == .quarter } ?? false
        let chroma: Origin = hasFineColour ? origin.map(Origin.resized) ?? .source : .source
        resizes.append(
            Resize(
                part: need.part, scaled: need.scaled, crop: need.crop, subsampling: subsampling, luma: luma,
                chroma: chroma,
                lastUse: number))
        for case .resized(let used) in [luma, chroma] { resizes[used].lastUse = number }
        if let twin { resizes[twin].lastUse = number }
        return number
    }
}
