extension Overlay: Blank {
    static let blank = Overlay(input: "")
    private static let distance = WholeNumberKind(-65_535...65_535)

    /// In one rendition.
    static let most = 16
    /// Different pictures in one job: each is an open file of the renderer's message.
    static let mostInputs = 64

    static let kind = ObjectKind<Overlay>(
        "an overlay",
        [
            .required(
                "input", \.input, PathKind(),
                "the picture, found like the job's input: relative to the input root, or absolute inside an allowed root"
            ),
            .defaulted("blend", \.blend, ChoiceKind(), "how its colours and those beneath make one"),
            .defaulted("gravity", \.gravity, ChoiceKind(), "where it lies, unless `left` and `top` say so"),
            .optional("left", \.left, distance, default: "by gravity", "pixels from the left edge; needs `top`"),
            .optional("top", \.top, distance, default: "by gravity", "pixels from the upper edge; needs `left`"),
            .defaulted("tile", \.tile, FlagKind(), "repeat it over the whole rendition"),
            .defaulted(
                "opacity", \.opacity, NumberKind(atLeast: 0, atMost: 1), "its alpha is multiplied by it"),
            .optional(
                "scale", \.scale, NumberKind(atLeast: 0.001, atMost: 8), default: "its own size",
                "its width as a share of the rendition's"),
        ],
        rules: [.leftAndTop])
}

extension Rule<Overlay> {
    fileprivate static let leftAndTop = Rule(schema: [
        "$comment": "A place has two numbers.",
        "anyOf": [
            ["required": ["left", "top"]], ["not": ["anyOf": [["required": ["left"]], ["required": ["top"]]]]],
        ],
    ]) { (_, place, overlay) throws(JobError) in
        guard (overlay.left == nil) != (overlay.top == nil) else { return }
        let (there, missing) = overlay.left == nil ? ("top", "left") : ("left", "top")
        throw place.key(there).mistake("has no meaning without \"\(missing)\"; add it, or use \"gravity\"")
    }
}
