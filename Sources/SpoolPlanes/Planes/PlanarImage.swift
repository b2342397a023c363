/// An image as JPEG has it: brightness, and two planes of colour that usually have fewer samples.
package struct PlanarImage {
    package var luma: Plane
    /// Blue-difference and red-difference; empty for grey.
    package var chroma: [Plane]

    package init(luma: Plane, chroma: [Plane]) { (self.luma, self.chroma) = (luma, chroma) }

    package var isGrey: Bool { chroma.isEmpty }
    package var planes: [Plane] { [luma] + chroma }
}
