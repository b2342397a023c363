/// A picture that is laid over a rendition.
public struct Overlay: Sendable, Equatable {
    /// As the job's input: relative to the input root, or absolute inside a root that the operator allows.
    public var input: String
    public var blend = BlendMode.over
    /// Where it lies, unless ``left`` and ``top`` say so.
    public var gravity = Gravity.centre
    /// Pixels of the rendition, also negative; both or none.
    public var left: Int?, top: Int?
    /// Repeats it over the whole rendition.
    public var tile = false
    /// 0 to 1, by which its alpha is multiplied.
    public var opacity = 1.0
    /// Its width as a share of the rendition's; nil for its own pixels.
    public var scale: Double?

    public init(input: String) { self.input = input }
}

/// How colours of an overlay and of the picture beneath make one. Names are those of libvips and sharp.
public enum BlendMode: String, Sendable, Equatable, CaseIterable {
    case clear, source, over, `in`, out, atop, dest
    case destOver = "dest-over"
    case destIn = "dest-in"
    case destOut = "dest-out"
    case destAtop = "dest-atop"
    case xor, add, saturate, multiply, screen, overlay, darken, lighten
    case colourDodge = "colour-dodge"
    case colourBurn = "colour-burn"
    case hardLight = "hard-light"
    case softLight = "soft-light"
    case difference, exclusion
}

/// A place on the edge, or the centre.
public enum Gravity: String, Sendable, Equatable, CaseIterable {
    case centre, north, northeast, east, southeast, south, southwest, west, northwest
}

extension Sequence<Rendition> {
    /// The inputs of all overlays, each once, in the order in which they are named first.
    package var overlayInputs: [String] {
        var inputs: [String] = []
        for overlay in flatMap(\.composite) {
            // Unicode counts some different names as equal.
            if !inputs.contains(where: { $0.utf8.elementsEqual(overlay.input.utf8) }) { inputs.append(overlay.input) }
        }
        return inputs
    }
}
