import CVips
import SpoolJob
import SpoolPlanes

extension Raster {
    /// The result of an operation whose input is this image.
    func applying(
        _ name: StaticString, input: StaticString = "in", _ arguments: (borrowing Operation) -> Void = { _ in }
    ) throws(VipsFailure) -> Raster {
        let operation = try Operation(name)
        operation.set(input, self)
        arguments(operation)
        return try operation.image()
    }

    /// The image at another size.
    func resized(to target: Size, by kernel: Kernel = .lanczos3) throws(VipsFailure) -> Raster {
        guard target != size else { return self }
        // libvips makes columns shorter first.
        if hasRowsInOnePlace, target.width < size.width, target.height < size.height {
            let narrow = try scaled(to: Size(width: target.width, height: size.height), by: kernel)
            return try narrow.scaled(to: target, by: kernel)
        }
        return try scaled(to: target, by: kernel)
    }

    /// Whether samples one above the other fall on the same few lines of a processor's cache, so that summing them up takes four
    /// times as long. From 8.15 on libvips sums vectors.
    private var hasRowsInOnePlace: Bool {
        !VipsLibrary.isAtLeast(8, 15) && isEightBit && (size.width * bands).isMultiple(of: 8192)
    }

    private func scaled(to target: Size, by kernel: Kernel) throws(VipsFailure) -> Raster {
        try applying("resize") {
            $0.set("scale", Double(target.width) / Double(size.width))
            $0.set("vscale", Double(target.height) / Double(size.height))
            switch kernel {
            case .nearest: $0.set("kernel", member: "nearest")
            case .linear: $0.set("kernel", member: "linear")
            case .cubic: $0.set("kernel", member: "cubic")
            case .mitchell: $0.set("kernel", member: "mitchell")
            case .lanczos2: $0.set("kernel", member: "lanczos2")
            case .lanczos3: $0.set("kernel", member: "lanczos3")
            case .mks2013: $0.set("kernel", member: "mks2013")
            case .mks2021: $0.set("kernel", member: "mks2021")
            }
        }
    }

    /// The image as it should be seen. Turning reads in another order than a decoder delivers, so the image must not
    /// be one that is read in sequence, unless it is only mirrored.
    func turned(_ orientation: Orientation) throws(VipsFailure) -> Raster {
        var turned = self
        switch orientation.quarterTurns {
        case 1: turned = try turned.applying("rot") { $0.set("angle", member: "d90") }
        case 2: turned = try turned.applying("rot") { $0.set("angle", member: "d180") }
        case 3: turned = try turned.applying("rot") { $0.set("angle", member: "d270") }
        default: break
        }
        guard orientation.isMirrored else { return turned }
        return try turned.applying("flip") { $0.set("direction", member: "horizontal") }
    }

    func cropped(to size: Size, left: Int, top: Int) throws(VipsFailure) -> Raster {
        try applying("extract_area", input: "input") {
            $0.set("left", left)
            $0.set("top", top)
            $0.set("width", size.width)
            $0.set("height", size.height)
        }
    }

    /// Colours multiplied by alpha, so that invisible colours do not bleed into visible ones when pixels are mixed. Of an
    /// image with alpha, in eight bits.
    func premultiplied() throws(VipsFailure) -> Raster { try changingAlpha(multiply: true) }

    /// The reverse of ``premultiplied()``.
    func unpremultiplied() throws(VipsFailure) -> Raster { try changingAlpha(multiply: false) }

    private func changingAlpha(multiply: Bool) throws(VipsFailure) -> Raster {
        assert(isEightBit && (bands == 2 || bands == 4))
        guard let image = unsafe spool_vips_alpha(pointer, multiply ? 1 : 0) else { throw .take() }
        return unsafe Raster(owning: image)
    }

    /// Each colour to the power of `exponent`, between 0 and 1; alpha stays.
    func withGamma(_ exponent: Double) throws(VipsFailure) -> Raster {
        try changingColours { (colours) throws(VipsFailure) in
            // libvips takes the power of which the exponent is the inverse.
            try colours.applying("gamma") { $0.set("exponent", exponent) }
        }
    }

    /// The image without alpha, on a ground of one colour.
    func flattened(on background: [Double]) throws(VipsFailure) -> Raster {
        try applying("flatten") { $0.set("background", background) }
    }

    /// The image with an alpha, the same everywhere if it had none.
    /// - Parameter alpha: 0 to 1.
    func withAlpha(_ alpha: Double) throws(VipsFailure) -> Raster {
        if hasAlpha { return self }
        return try applying("bandjoin_const") { $0.set("c", [(alpha * 255).rounded()]) }
    }

    /// The first `count` bands.
    func firstBands(_ count: Int) throws(VipsFailure) -> Raster {
        guard count < bands else { return self }
        return try applying("extract_band") {
            $0.set("band", 0)
            $0.set("n", count)
        }
    }

    /// One byte a sample; values outside 0…255 are clipped.
    func eightBit() throws(VipsFailure) -> Raster {
        guard !isEightBit else { return self }
        return try applying("cast") { $0.set("format", member: "uchar") }
    }

    /// The nearest values of one byte; a cast would cut the fractions off, and darken.
    func roundedToEightBit() throws(VipsFailure) -> Raster {
        try applying("linear") {
            $0.set("a", [1.0])
            $0.set("b", [0.5])
            // Clips, then cuts the fractions off.
            $0.set("uchar", true)
        }
    }

    /// The same pixels with nothing else: no profile, no EXIF, no animation, no palette of the source.
    func withoutMetadata() throws(VipsFailure) -> Raster {
        let bare = try applying("copy")
        // Width, height and their like are listed too; they cannot be removed and stay.
        for name in fieldNames { _ = unsafe vips_image_remove(bare.pointer, name) }
        return bare
    }
}
