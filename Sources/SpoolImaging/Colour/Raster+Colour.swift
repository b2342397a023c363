import CVips
import SpoolJob
import SpoolPlanes

extension Raster {
    /// Whether there is one band of brightness, and perhaps alpha.
    var isGreyscale: Bool { bands < 3 }

    /// The image as eight bits of three colours or greyscale, whatever it was: profiles applied, 16 bits and CMYK
    /// converted. Its profile is left in the header if it says what the numbers mean.
    func standardised(
        _ space: ColourSpace = .srgb, ignoringProfile: Bool = false
    ) throws(VipsFailure) -> Raster {
        var image = try withKnownColours(space, ignoringProfile)
        // A profile for brightness leads to three equal colours.
        if isGreyscale { image = try image.greyscale() }
        if image.interpretation != VIPS_INTERPRETATION_sRGB && image.interpretation != VIPS_INTERPRETATION_B_W {
            image = try image.converted(toGreyscale: image.isGreyscale)
        }
        // Formats may carry further bands, which nothing here knows how to show.
        return try image.eightBit().firstBands(image.isGreyscale ? 2 : 4)
    }

    /// Brightness repeated as red, green and blue.
    func colourful() throws(VipsFailure) -> Raster {
        isGreyscale ? try converted(toGreyscale: false) : self
    }

    /// Brightness alone.
    func greyscale() throws(VipsFailure) -> Raster {
        isGreyscale ? self : try converted(toGreyscale: true)
    }

    /// The image with other colours and the same alpha.
    func changingColours(_ change: (Raster) throws(VipsFailure) -> Raster) throws(VipsFailure) -> Raster {
        guard hasAlpha else { return try change(self) }
        let last = bands - 1
        let alpha = try applying("extract_band") { $0.set("band", last) }
        let changed = try change(firstBands(last))
        let joined = try Operation("bandjoin")
        joined.set("in", [changed, alpha])
        return try joined.image()
    }

    /// The image after a change that mixes pixels. Transparent ones must not show by that.
    func mixingPixels(_ change: (Raster) throws(VipsFailure) -> Raster) throws(VipsFailure) -> Raster {
        guard hasAlpha else { return try change(self) }
        return try change(premultiplied()).unpremultiplied()
    }

    /// This image, which is sRGB, in colours of another, by that one's profile.
    /// - Returns: this one if there is no other profile, or one that does not apply.
    func convertedFromSRGB(for image: Raster) throws(VipsFailure) -> Raster {
        guard !isGreyscale, !image.isGreyscale, !image.isSRGB else { return self }
        return try changingColours { (colours) throws(VipsFailure) in
            let known = try colours.applying("icc_import") {
                $0.set("input_profile", named: "srgb")
                $0.set("embedded", false)
                $0.set("intent", member: "perceptual")
            }.applying("copy")
            image.copyField("icc-profile-data", to: known)
            do { return try known.applying("icc_export") { $0.set("intent", member: "perceptual") } } catch {
                return colours
            }
        }
    }

    private func converted(toGreyscale: Bool) throws(VipsFailure) -> Raster {
        // The header may claim a space that the bands contradict.
        let source = interpretation
        return try applying("colourspace") {
            if source == VIPS_INTERPRETATION_RGB { $0.set("source_space", member: "srgb") }
            if toGreyscale { $0.set("space", member: "b-w") } else { $0.set("space", member: "srgb") }
        }
    }

    var isCMYK: Bool { interpretation == VIPS_INTERPRETATION_CMYK }

    /// Whether the profile, if there is one, says nothing but sRGB.
    var isSRGB: Bool {
        guard hasField("icc-profile-data") else { return true }
        return blob("icc-profile-data", upTo: ColourProfile.longest).map(ColourProfile.init)?.isSRGB ?? false
    }

    /// The image in a space that libvips can convert without a profile.
    private func withKnownColours(_ space: ColourSpace, _ ignoringProfile: Bool) throws(VipsFailure) -> Raster {
        switch interpretation {
        case VIPS_INTERPRETATION_CMYK:
            // Without a profile of its own: libvips' general one for print.
            return try transformed(to: space) { $0.set("input_profile", named: "cmyk") }
        case VIPS_INTERPRETATION_LABS, VIPS_INTERPRETATION_LAB, VIPS_INTERPRETATION_GREY16:
            return self
        default:
            let isSRGB = ignoringProfile || self.isSRGB
            switch space {
            case .srgb where isSRGB: return self
            case .keep where !isGreyscale: return self
            // Brightness alone has no wide colours.
            case .p3 where isGreyscale && isSRGB: return self
            case .p3 where isSRGB:
                return try transformed(to: .p3) {
                    $0.set("input_profile", named: "srgb")
                    $0.set("embedded", false)
                }
            default:
                // A profile that cannot apply, one for colours in a greyscale image, is no reason to refuse the image.
                do { return try transformed(to: space) } catch { return self }
            }
        }
    }

    /// The image in sRGB, or in P3, by way of the embedded profile.
    private func transformed(
        to space: ColourSpace, _ arguments: (borrowing Operation) -> Void = { _ in }
    ) throws(VipsFailure) -> Raster {
        // The transform leaves a 16-bit alpha as it is, which eight bits cannot hold.
        let image = hasAlpha && !isEightBit ? try converted(toGreyscale: isGreyscale) : self
        return try image.applying("icc_transform") {
            if space == .p3 { $0.set("output_profile", named: "p3") } else { $0.set("output_profile", named: "srgb") }
            $0.set("embedded", true)
            $0.set("intent", member: "perceptual")
            arguments($0)
        }
    }
}
