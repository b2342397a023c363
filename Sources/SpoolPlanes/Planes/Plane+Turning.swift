extension PlanarImage {
    /// The picture as it should be seen.
    package func turned(_ orientation: Orientation) throws(PlaneFailure) -> PlanarImage {
        if orientation == .upright { return self }
        var chroma: [Plane] = []
        for plane in self.chroma { chroma.append(try plane.turned(orientation)) }
        return PlanarImage(luma: try luma.turned(orientation), chroma: chroma)
    }
}

extension Plane {
    /// Rows and columns are exchanged block by block, so that both sides stay in the cache.
    private static let block = 32

    fileprivate func turned(_ orientation: Orientation) throws(PlaneFailure) -> Plane {
        let swaps = orientation.swapsSides
        let result = try Plane(
            width: swaps ? height : width, height: swaps ? width : height, region: region(orientation))
        // The sample that comes to the upper left, and the steps from there along the result's rows and columns.
        let (first, across, down) = steps(orientation)
        let source = unsafe samples
        let target = unsafe result.samples
        for top in Swift.stride(from: 0, to: result.height, by: Self.block) {
            for left in Swift.stride(from: 0, to: result.width, by: Self.block) {
                for y in top..<min(top + Self.block, result.height) {
                    var from = first + y * down + left * across
                    var to = y * result.stride + left
                    for _ in left..<min(left + Self.block, result.width) {
                        unsafe target[to] = source[from]
                        from += across
                        to += 1
                    }
                }
            }
        }
        return result
    }

    private func steps(_ orientation: Orientation) -> (first: Int, across: Int, down: Int) {
        let right = width - 1
        let bottom = (height - 1) * stride
        return switch orientation {
        case .upright: (0, 1, stride)
        case .mirrored: (right, -1, stride)
        case .upsideDown: (bottom + right, -1, -stride)
        case .mirroredUpsideDown: (bottom, 1, -stride)
        case .transposed: (0, stride, 1)
        case .leftSideUp: (bottom, -stride, 1)
        case .transverse: (bottom + right, -stride, -1)
        case .rightSideUp: (right, stride, -1)
        }
    }

    private func region(_ orientation: Orientation) -> Region {
        let right = Double(width) - region.left - region.width
        let bottom = Double(height) - region.top - region.height
        let (left, top): (Double, Double) =
            switch orientation {
            case .upright: (region.left, region.top)
            case .mirrored: (right, region.top)
            case .upsideDown: (right, bottom)
            case .mirroredUpsideDown: (region.left, bottom)
            case .transposed: (region.top, region.left)
            case .leftSideUp: (bottom, region.left)
            case .transverse: (bottom, right)
            case .rightSideUp: (region.top, right)
            }
        let swaps = orientation.swapsSides
        return Region(
            left: left, top: top, width: swaps ? region.height : region.width,
            height: swaps ? region.width : region.height)
    }
}
