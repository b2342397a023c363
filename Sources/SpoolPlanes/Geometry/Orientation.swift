/// How a stored image has to be turned to be seen as it was taken: EXIF's numbers.
package enum Orientation: Int, Sendable, Equatable, CaseIterable, CustomStringConvertible {
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
    package var quarterTurns: Int {
        switch self {
        case .upright, .mirrored: 0
        case .transposed, .leftSideUp: 1
        case .upsideDown, .mirroredUpsideDown: 2
        case .transverse, .rightSideUp: 3
        }
    }

    /// Left and right are exchanged after turning.
    package var isMirrored: Bool {
        switch self {
        case .mirrored, .mirroredUpsideDown, .transposed, .transverse: true
        case .upright, .upsideDown, .leftSideUp, .rightSideUp: false
        }
    }

    private init(quarterTurns: Int, isMirrored: Bool) {
        let turns = (quarterTurns % 4 + 4) % 4
        // Eight cases, each with turns and mirroring of its own.
        self = Self.allCases.first { $0.quarterTurns == turns && $0.isMirrored == isMirrored } ?? .upright
    }

    /// This, and then so many quarters of a clockwise turn.
    package func turned(_ turns: Int) -> Orientation {
        // A turn after a mirror is the opposite turn before it.
        Orientation(quarterTurns: quarterTurns + (isMirrored ? -turns : turns), isMirrored: isMirrored)
    }

    /// This, and then left and right exchanged.
    package var mirrored: Orientation { Orientation(quarterTurns: quarterTurns, isMirrored: !isMirrored) }

    /// Width and height change places.
    package var swapsSides: Bool { quarterTurns % 2 == 1 }

    /// What is done to the stored image: "turn 90° clockwise, then mirror".
    package var description: String {
        let turn = quarterTurns == 0 ? nil : "turn \(quarterTurns * 90)° clockwise"
        let words = [turn, isMirrored ? "mirror" : nil].compactMap(\.self)
        return words.isEmpty ? "leave as stored" : words.joined(separator: ", then ")
    }
}
