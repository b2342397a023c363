import SpoolJob

extension Rendition {
    /// How the stored image is turned for this rendition.
    /// - Parameter upright: how it is turned to be seen as it was taken.
    func orientation(after upright: Orientation) -> Orientation {
        var orientation = upright.turned(rotate / 90)
        // Top and bottom exchanged is left and right exchanged, on its head.
        if flip { orientation = orientation.mirrored.turned(2) }
        if flop { orientation = orientation.mirrored }
        return orientation
    }
}
