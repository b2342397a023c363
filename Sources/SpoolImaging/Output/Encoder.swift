import CVips
import SpoolJob
import SpoolPlanes

/// Writes finished images in one format.
struct Encoder: CustomStringConvertible {
    var encoding: Encoding
    /// Leaves what the image's header says, EXIF orientation for one, in the file.
    var keepsMetadata = false
    /// Whether the picture comes from a camera, as far as one can tell.
    var isPhotograph = false

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
        let search = leavesOut ? ["searched as a photograph"] : []
        return ([format.name] + quality + options + search).joined(separator: ", ")
    }

    /// Encodes `image`: computing its pixels is part of it, so a failure can come from anywhere before, too.
    /// - Parameters:
    ///   - metadata: what the file gets beside the pixels; nothing if nil.
    ///   - animation: whose frames `image` has, if it has several.
    func write(
        _ image: Raster, _ metadata: KeptMetadata? = nil, _ animation: Animation? = nil, to file: OutputFile,
        _ meter: ProgressMeter? = nil
    ) throws(VipsFailure) {
        let finished = try finish(image, metadata, animation, meter)
        if case .avif(let options) = encoding {
            let content = try avifWriter(options, image.size).file(of: finished, withMetadata: !isBare(metadata))
            unsafe content.withUnsafeBytes { unsafe file.append($0) }
            if file.failure != nil { throw VipsFailure(text: "heif: the file cannot be written") }
            return
        }
        let saver = try saver(of: finished, metadata)
        try unsafe file.withTarget { target throws(VipsFailure) in
            unsafe saver.set(target: target)
            try saver.run()
        }
        if format == .webp && isBare(metadata) { file.removeWebPMetadata() }
    }

    /// Encodes a small image into memory, without metadata. It takes no file, which a renderer could not make.
    func bytes(of image: Raster) throws(VipsFailure) -> [UInt8] {
        let finished = try finish(image, nil, nil, nil)
        if case .avif(let options) = encoding {
            return try avifWriter(options, image.size).file(of: finished, withMetadata: keepsMetadata)
        }
        let file = MemoryFile(try saver(of: finished, nil).file())
        if format == .webp { file.removeWebPMetadata() }
        return file.content
    }

    private func isBare(_ metadata: KeptMetadata?) -> Bool { !keepsMetadata && metadata?.isKept != true }

    /// The picture with what its file will say beside the pixels.
    private func finish(
        _ image: Raster, _ metadata: KeptMetadata?, _ animation: Animation?, _ meter: ProgressMeter?
    ) throws(VipsFailure) -> Raster {
        if keepsMetadata { return image }
        let finished = if let metadata { try metadata.apply(to: image) } else { try image.withoutMetadata() }
        animation?.mark(finished)
        // Frames are in memory already.
        if animation == nil, let meter { finished.tell(meter) }
        return finished
    }

    /// Whether the AV1 encoder leaves out what photographs hardly gain from. Who asks for more effort gets all of it.
    private var leavesOut: Bool {
        guard case .avif(let options) = encoding else { return false }
        return isPhotograph && !options.lossless && options.effort <= AVIFOptions().effort
    }

    private func avifWriter(_ options: AVIFOptions, _ size: Size) -> AVIFWriter {
        AVIFWriter(options: options, hints: leavesOut ? EncoderHint.ofPhotograph(size) : [])
    }

    private func saver(of image: Raster, _ metadata: KeptMetadata?) throws(VipsFailure) -> Operation {
        guard let name = format.saver else { preconditionFailure("\(format.name) has a writer of its own") }
        let saver = try Operation(name)
        saver.set("in", image)
        encoding.set(on: saver, hasAlpha: image.hasAlpha)
        if format == .tiff, let resolution = metadata?.resolution {
            saver.set("xres", resolution)
            saver.set("yres", resolution)
        }
        if isBare(metadata) {
            // libvips 8.15 replaced `strip` by `keep`.
            if saver.has("keep") { saver.set("keep", member: "none") } else { saver.set("strip", true) }
        }
        return saver
    }
}
