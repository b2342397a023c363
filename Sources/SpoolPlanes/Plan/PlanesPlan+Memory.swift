extension PlanesPlan {
    /// The decoded planes, and of the resized ones the most that are held at one time. While planes are turned there are
    /// two of each.
    /// - Parameters:
    ///   - stored: the source's size.
    ///   - subsampling: the source's; nil for grey.
    ///   - makers: how many renditions are made at a time, each of which holds its planes.
    package func memory(of stored: Size, subsampling: Subsampling?, makers: Int) -> Int {
        func bytes(_ size: Size, _ subsampling: Subsampling, isGrey: Bool) -> Int {
            Plane.bytes(of: subsampling.padded(size)) + (isGrey ? 0 : 2 * Plane.bytes(of: subsampling.colour(of: size)))
        }
        let isGrey = subsampling == nil
        let decoded = (subsampling ?? .full).wholeUnits(of: stored, reducedBy: factor)
        let source = bytes(decoded, subsampling ?? .full, isGrey: isGrey)
        let resized = resizes.indices.map { number in
            resizes.indices.reduce(0) { sum, other in
                let resize = resizes[other]
                let isMade = other <= number && other + makers > number
                guard isMade || other <= number && resize.lastUse >= number else { return sum }
                return sum + bytes(resize.crop?.size ?? resize.scaled, resize.subsampling, isGrey: isGrey)
            }
        }
        return source + max(orientation != .upright ? source : 0, resized.max() ?? 0)
    }
}
