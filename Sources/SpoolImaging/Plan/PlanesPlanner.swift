import SpoolJob

extension PlanesPlan {
    /// What one rendition needs.
    struct Need: Equatable, Sendable {
        /// The part of the source that is used, as a share of it, seen upright.
        var part = Plane.Region.unit
        /// The whole part's size, seen upright.
        var scaled: Size
        var crop: Box?
        /// As which it is written from the planes; nil if it becomes pixels.
        var planar: Subsampling?

        var staysPlanar: Bool { planar != nil }

        var size: Size { crop?.size ?? scaled }
    }

    /// From the largest down, each is made of the smallest image there is that has at least twice its sides. Brightness
    /// of one size is resized once, whether the file is written from planes or from pixels.
    init(factor: Int, orientation: Orientation, needs: [Need]) {
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
