import SpoolJob

extension Position {
    /// The cut that leaves `output` of `size`. What cannot be halved is cut off at the left and at the top.
    package func crop(_ size: Size, to output: Size) -> ResizePlan.Placement {
        switch self {
        case .entropy: return .smartCrop(.entropy)
        case .attention: return .smartCrop(.attention)
        case .point(let x, let y):
            return .crop(
                left: Self.edge(around: x, of: size.width, output.width),
                top: Self.edge(around: y, of: size.height, output.height))
        default:
            let spare = (size.width - output.width, size.height - output.height)
            return .crop(
                left: horizontalEdge.share(of: spare.0, half: (spare.0 + 1) / 2),
                top: verticalEdge.share(of: spare.1, half: (spare.1 + 1) / 2))
        }
    }

    /// The place of `size` in `output`. What cannot be halved goes to the right and to the bottom. Positions that
    /// look at the picture have nothing to choose here and mean the centre.
    package func embed(_ size: Size, in output: Size) -> ResizePlan.Placement {
        let spare = (output.width - size.width, output.height - size.height)
        return .embed(
            left: horizontalEdge.share(of: spare.0, half: spare.0 / 2),
            top: verticalEdge.share(of: spare.1, half: spare.1 / 2))
    }

    /// Where a part begins that has a point as near to its middle as can be.
    private static func edge(around share: Double, of whole: Int, _ part: Int) -> Int {
        min(max(0, Int((share * Double(whole) - Double(part) / 2).rounded())), whole - part)
    }

    private enum Edge {
        case near, middle, far

        func share(of spare: Int, half: Int) -> Int {
            switch self {
            case .near: 0
            case .middle: half
            case .far: spare
            }
        }
    }

    private var horizontalEdge: Edge {
        switch self {
        case .west, .northwest, .southwest: .near
        case .east, .northeast, .southeast: .far
        case .centre, .north, .south, .entropy, .attention, .point: .middle
        }
    }

    private var verticalEdge: Edge {
        switch self {
        case .north, .northwest, .northeast: .near
        case .south, .southwest, .southeast: .far
        case .centre, .west, .east, .entropy, .attention, .point: .middle
        }
    }
}
