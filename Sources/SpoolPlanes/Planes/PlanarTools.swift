/// What the work on planes keeps from job to job; one job at a time uses it.
package final class PlanarTools {
    /// Whether sources may be had as planes; false to have libvips do all of it.
    package let areAllowed: Bool
    package let scaler = PlaneScaler()

    package init(areAllowed: Bool = true) {
        self.areAllowed = areAllowed
    }
}
