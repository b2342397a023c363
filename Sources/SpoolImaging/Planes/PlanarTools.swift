/// What the work on planes keeps from job to job; one job at a time uses it.
final class PlanarTools {
    /// Whether sources may be had as planes; false to have libvips do all of it.
    let areAllowed: Bool
    let scaler = PlaneScaler()

    init(areAllowed: Bool = true) {
        self.areAllowed = areAllowed
        PlanarEncoder.prepare()
    }
}
