import SpoolJob

extension Rendition {
    /// How the stored image is turned for this rendition.
    /// - Parameter upright: how it is turned to be seen as it was taken.
    package func orientation(after upright: Orientation) -> Orientation {
        var orientation = upright.turned(rightTurns ?? 0)
        // Top and bottom exchanged is left and right exchanged, on its head.
        if flip { orientation = orientation.mirrored.turned(2) }
        if flop { orientation = orientation.mirrored }
        return orientation
    }

    /// Quarters of a clockwise turn, if the angle is made of them.
    private var rightTurns: Int? {
        let turns = rotate / 90
        return turns == turns.rounded() ? Int(turns) : nil
    }

    /// Degrees to turn after cutting and placing.
    package var obliqueAngle: Double? { rightTurns == nil ? rotate : nil }
}
