import SpoolJob

/// Writes finished images in one format, with sharp's defaults.
struct Encoder: CustomStringConvertible {
    var format: ImageFormat
    /// 1 to 100, for formats that lose something; PNG and GIF have no such scale and ignore it. A job that sets it
    /// for them is refused when it is read.
    var quality: Int?
    /// Leaves what the image's header says, EXIF orientation for one, in the file.
    var keepsMetadata = false

    /// - Throws: ``ErrorCode/optionUnsupported``, if the format cannot be written here.
    init(_ rendition: Rendition) throws(JobError) {
        if let error = rendition.format.writingSupport.error { throw error }
        self.init(of: rendition.format)
        quality = rendition.quality
    }

    /// With the quality that is usual for the format.
    init(of format: ImageFormat) { self.format = format }

    /// Of the lossy formats but AVIF, whose scale is another.
    static let usualQuality = 80

    private var appliedQuality: Int { quality ?? (format == .avif ? 50 : Self.usualQuality) }

    /// For people.
    var description: String { format.name + (format.isLossless ? "" : ", quality \(appliedQuality)") }

    /// Encodes `image`: computing its pixels is part of it, so a failure can come from anywhere before, too.
    func write(_ image: Raster, to file: OutputFile) throws(VipsFailure) {
        let saver = try Operation(format.saver)
        saver.set("in", keepsMetadata ? image : try image.withoutMetadata())
        switch format {
        case .jpeg:
            saver.set("Q", appliedQuality)
            saver.set("optimize_coding", true)
            saver.set("subsample_mode", member: "on")
        case .png:
            saver.set("compression", 6)
            saver.set("filter", member: "none")
        case .webp:
            saver.set("Q", appliedQuality)
            saver.set("effort", 4)
        case .gif:
            break
        case .tiff:
            saver.set("predictor", member: "horizontal")
            if image.hasAlpha {
                // JPEG inside TIFF has no alpha.
                saver.set("compression", member: "lzw")
            } else {
                saver.set("compression", member: "jpeg")
                saver.set("Q", appliedQuality)
            }
        case .avif:
            saver.set("compression", member: "av1")
            saver.set("Q", appliedQuality)
            saver.set("effort", 4)
            saver.set("bitdepth", 8)
            saver.set("subsample_mode", member: "off")
        }
        if !keepsMetadata {
            // libvips 8.15 replaced `strip` by `keep`.
            if saver.has("keep") { saver.set("keep", member: "none") } else { saver.set("strip", true) }
        }
        try unsafe file.withTarget { target throws(VipsFailure) in
            unsafe saver.set(target: target)
            try saver.run()
        }
        if format == .webp && !keepsMetadata { file.removeWebPMetadata() }
    }
}
