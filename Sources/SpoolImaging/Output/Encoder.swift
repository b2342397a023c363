import SpoolJob

/// Writes finished images in one format.
struct Encoder: CustomStringConvertible {
    var encoding: Encoding
    /// Leaves what the image's header says, EXIF orientation for one, in the file.
    var keepsMetadata = false

    var format: ImageFormat { encoding.format }

    /// - Throws: ``ErrorCode/optionUnsupported``, if the format or one of the options cannot be had here.
    init(_ rendition: Rendition) throws(JobError) {
        if let error = rendition.encoding.writingSupport.error { throw error }
        self.init(rendition.encoding)
    }

    init(_ encoding: Encoding) { self.encoding = encoding }

    /// For people: "JPEG, quality 80, progressive true".
    var description: String {
        let quality = encoding.quality.map { ["quality \($0)"] } ?? []
        let options = encoding.options.members.map { "\($0.key) \($0.value.string ?? $0.value.text(indented: false))" }
        return ([format.name] + quality + options).joined(separator: ", ")
    }

    /// Encodes `image`: computing its pixels is part of it, so a failure can come from anywhere before, too.
    /// - Parameters:
    ///   - metadata: what the file gets beside the pixels; nothing if nil.
    ///   - animation: whose frames `image` has, if it has several.
    func write(
        _ image: Raster, _ metadata: KeptMetadata? = nil, _ animation: Animation? = nil, to file: OutputFile
    ) throws(VipsFailure) {
        let saver = try Operation(format.saver)
        if keepsMetadata {
            saver.set("in", image)
        } else {
            let bare = if let metadata { try metadata.apply(to: image) } else { try image.withoutMetadata() }
            animation?.mark(bare)
            saver.set("in", bare)
        }
        encoding.set(on: saver, hasAlpha: image.hasAlpha)
        if format == .tiff, let resolution = metadata?.resolution {
            saver.set("xres", resolution)
            saver.set("yres", resolution)
        }
        let isBare = !keepsMetadata && metadata?.isKept != true
        if isBare {
            // libvips 8.15 replaced `strip` by `keep`.
            if saver.has("keep") { saver.set("keep", member: "none") } else { saver.set("strip", true) }
        }
        try unsafe file.withTarget { target throws(VipsFailure) in
            unsafe saver.set(target: target)
            try saver.run()
        }
        if format == .webp && isBare { file.removeWebPMetadata() }
    }
}
