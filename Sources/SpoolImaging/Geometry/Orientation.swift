/// How a stored image has to be turned to be seen as it was taken: EXIF's numbers.
enum Orientation: Int, Sendable, CaseIterable {
    case upright = 1
    case mirrored
    case upsideDown
    case mirroredUpsideDown
    /// Rows and columns exchanged.
    case transposed
    /// To be turned clockwise.
    case leftSideUp
    /// Rows and columns exchanged along the other diagonal.
    case transverse
    /// To be turned counterclockwise.
    case rightSideUp

    /// Quarters of a clockwise turn, before mirroring.
    var quarterTurns: Int {
        switch self {
        case .upright, .mirrored: 0
        case .transposed, .leftSideUp: 1
        case .upsideDown, .mirroredUpsideDown: 2
        case .transverse, .rightSideUp: 3
        }
    }

    /// Left and right are exchanged after turning.
    var isMirrored: Bool {
        switch self {
        case .mirrored, .mirroredUpsideDown, .transposed, .transverse: true
        case .upright, .upsideDown, .leftSideUp, .rightSideUp: false
        }
    }

    /// Width and height change places.
    var swapsSides: Bool { quarterTurns % 2 == 1 }
}
