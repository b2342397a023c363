import SpoolJob

/// Carries out a plan for planes: what has been resized, as long as something is made of it.
package struct PlanesRun: ~Copyable {
    private let plan: PlanesPlan
    /// nil once nothing is made of it any more.
    private var source: PlanarImage?
    private let scaler: PlaneScaler
    private var images: [PlanarImage?]

    /// Decodes the source and turns it.
    package init(
        _ plan: PlanesPlan, _ decoder: PlanarDecoder, _ scaler: PlaneScaler
    ) throws(PlaneFailure) {
        self.plan = plan
        self.scaler = scaler
        source = try decoder.decode(reducedBy: plan.factor).turned(plan.orientation)
        images = Array(repeating: nil, count: plan.resizes.count)
    }

    /// Ask in the order of the resizes; what nothing is made of any more is let go of.
    package mutating func image(_ number: Int) throws(PlaneFailure) -> PlanarImage {
        if let made = images[number] { return made }
        let resize = plan.resizes[number]
        let room = resize.subsampling.padded(resize.crop?.size ?? resize.scaled)
        let luma: Plane
        if case .same(let twin) = resize.luma, let twin = images[twin] {
            luma = twin.luma
        } else {
            luma = try resized([origin(resize.luma).luma], of: resize.luma, resize, .full, room)[0]
        }
        let chroma = try resized(
            origin(resize.chroma).chroma, of: resize.chroma, resize, resize.subsampling, room)
        let image = PlanarImage(luma: luma, chroma: chroma)
        images[number] = image
        for earlier in 0..<number where plan.resizes[earlier].lastUse <= number { images[earlier] = nil }
        if !plan.resizes[(number + 1)...].contains(where: \.usesSource) { source = nil }
        return image
    }

    private func origin(_ origin: PlanesPlan.Origin) throws(PlaneFailure) -> PlanarImage {
        let image = if case .resized(let number) = origin { images[number] } else { source }
        guard let image else { throw PlaneFailure(message: "the plan names an image that has been let go of") }
        return image
    }

    private func resized(
        _ planes: [Plane], of origin: PlanesPlan.Origin, _ resize: PlanesPlan.Resize, _ subsampling: Subsampling,
        _ room: Size
    ) throws(PlaneFailure) -> [Plane] {
        // What has been resized already is the part itself.
        let part = origin == .source ? resize.part : .unit
        var results: [Plane] = []
        for plane in planes {
            results.append(
                try plane.resized(part, to: resize.scaled, resize.crop, room, subsampling, by: scaler))
        }
        return results
    }
}

extension Plane {
    /// Up to so many pixels colour is resized as fine as brightness and then averaged, as encoders do it: in thumbnails a
    /// sample of colour stands for so much of the picture that the difference can be seen. Above, it only takes time.
    private static let mostAveraged = 1 << 16

    /// The plane of a rendition.
    /// - Parameters:
    ///   - part: the part of the picture that is used, as a share of it.
    ///   - scaled: the whole part's size in pixels.
    ///   - crop: what is made of it; all of it if nil.
    ///   - room: the pixels for which there are to be samples: the crop's, rounded up.
    ///   - subsampling: of the result.
    package func resized(
        _ part: Region, to scaled: Size, _ crop: Box?, _ room: Size, _ subsampling: Subsampling, by scaler: PlaneScaler
    ) throws(PlaneFailure) -> Plane {
        let size = crop?.size ?? scaled
        let isAveraged = subsampling == .quarter && room.area <= Self.mostAveraged
        let made = isAveraged ? size : room
        // Samples of this plane that become a pixel of the resized picture.
        let used = region.part(part)
        let across = used.width / Double(scaled.width)
        let down = used.height / Double(scaled.height)
        let wanted = Region(
            left: used.left + Double(crop?.left ?? 0) * across, top: used.top + Double(crop?.top ?? 0) * down,
            width: Double(made.width) * across, height: Double(made.height) * down)
        let covered = Region(
            left: 0, top: 0, width: Double(size.width) / Double(subsampling.across),
            height: Double(size.height) / Double(subsampling.down))
        guard isAveraged else {
            return try scaler.resize(self, wanted, to: subsampling.colour(of: made), covered: covered)
        }
        return try scaler.resize(self, wanted, to: made, covered: covered).averaged(covered: covered)
    }

    /// A quarter of the samples, each the mean of four; at an odd end the last ones count twice.
    private func averaged(covered: Region) throws(PlaneFailure) -> Plane {
        let result = try Plane(width: (width + 1) / 2, height: (height + 1) / 2, region: covered)
        for y in 0..<result.height {
            let upper = unsafe samples + 2 * y * stride
            let lower = unsafe 2 * y + 1 < height ? upper + stride : upper
            let target = unsafe result.samples + y * result.stride
            for x in 0..<result.width {
                let (left, right) = (2 * x, min(2 * x + 1, width - 1))
                let sum = unsafe Int(upper[left]) + Int(upper[right]) + Int(lower[left]) + Int(lower[right])
                unsafe target[x] = UInt8((sum + 2) / 4)
            }
        }
        return result
    }
}
