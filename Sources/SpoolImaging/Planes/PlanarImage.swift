/// An image as JPEG has it: brightness, and two planes of colour that usually have fewer samples.
struct PlanarImage {
    var luma: Plane
    /// Blue-difference and red-difference; empty for grey.
    var chroma: [Plane]

    var isGrey: Bool { chroma.isEmpty }
    var planes: [Plane] { [luma] + chroma }
}
