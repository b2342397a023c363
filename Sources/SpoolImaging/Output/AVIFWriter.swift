import CHeif
import CVips
import SpoolJob
import SpoolPlanes

/// Makes AVIF files with libheif. libvips would do so, too, but hands over few of the encoder's options: in libvips 8.14 not even
/// the number of threads.
struct AVIFWriter {
    /// libheif's, as in "1.19.8".
    static var libraryVersion: String { unsafe String(cString: heif_get_version()) }

    /// Seen to fail with 1.15, and to work with 1.19 and later.
    static var hasTenBits: Bool { heif_get_version_number() >= 0x0113_0000 }

    var options: AVIFOptions
    /// What the encoder is told beside them.
    var hints: [EncoderHint] = []
    /// As many as libvips has, and at least two: with one, libaom makes other files than with several, and a file should not
    /// depend on how busy the machine is.
    var threads = max(2, Int(vips_concurrency_get()))

    /// Encodes `image`: computing its pixels is part of it.
    /// - Parameters:
    ///   - image: red, green and blue, alpha or not, of eight bits.
    ///   - withMetadata: whether its profile, EXIF and XMP go into the file.
    func file(of image: Raster, withMetadata: Bool) throws(VipsFailure) -> [UInt8] {
        let context = try unsafe HeifObject(heif_context_alloc(), heif_context_free)
        let encoder = try encoder(context)
        let picture = try picture(of: image)
        if withMetadata, let profile = image.blob("icc-profile-data", upTo: .max) {
            try unsafe check(heif_image_set_raw_color_profile(picture.pointer, "rICC", profile, profile.count))
        }
        let item = try encode(picture, with: encoder, of: image, in: context)
        if withMetadata {
            if let block = try image.exifBlock() {
                try unsafe check(
                    heif_context_add_exif_metadata(context.pointer, item.pointer, block, Int32(block.count)))
            }
            if let packet = image.blob("xmp-data", upTo: .max) {
                try unsafe check(
                    heif_context_add_XMP_metadata(context.pointer, item.pointer, packet, Int32(packet.count)))
            }
        }
        return try content(of: context)
    }

    private func encoder(_ context: borrowing HeifObject) throws(VipsFailure) -> HeifObject {
        var created: OpaquePointer?
        try unsafe check(heif_context_get_encoder_for_format(context.pointer, heif_compression_AV1, &created))
        let encoder = try unsafe HeifObject(created, heif_encoder_release)
        try unsafe check(heif_encoder_set_lossy_quality(encoder.pointer, Int32(options.quality)))
        try unsafe check(heif_encoder_set_lossless(encoder.pointer, options.lossless ? 1 : 0))
        // What is lossless has no coarser colour.
        let isFull = options.lossless || options.chromaSubsampling == .full
        try unsafe set(heif_encoder_set_parameter_string(encoder.pointer, "chroma", isFull ? "444" : "420"))
        try unsafe set(heif_encoder_set_parameter_integer(encoder.pointer, "speed", Int32(9 - options.effort)))
        try unsafe set(heif_encoder_set_parameter_integer(encoder.pointer, "threads", Int32(threads)))
        // No tiles by libaom's choice: it would make more of them for more threads.
        for hint in hints {
            try unsafe set(heif_encoder_set_parameter_string(encoder.pointer, hint.parameter, hint.value))
        }
        return encoder
    }

    /// The pixels in libheif's memory, with as many bits as the file will have.
    private func picture(of image: Raster) throws(VipsFailure) -> HeifObject {
        guard image.isEightBit, image.bands == 3 || image.bands == 4 else {
            throw VipsFailure(text: "heif: \(image.bands) bands, or more than eight bits")
        }
        let (width, height) = (Int32(image.size.width), Int32(image.size.height))
        let isDeep = options.bitdepth > 8
        let chroma =
            switch (isDeep, image.bands) {
            case (false, 3): heif_chroma_interleaved_RGB
            case (false, _): heif_chroma_interleaved_RGBA
            case (true, 3): heif_chroma_interleaved_RRGGBB_BE
            case (true, _): heif_chroma_interleaved_RRGGBBAA_BE
            }
        var created: OpaquePointer?
        try unsafe check(heif_image_create(width, height, heif_colorspace_RGB, chroma, &created))
        let picture = try unsafe HeifObject(created, heif_image_release)
        try unsafe check(
            heif_image_add_plane(
                picture.pointer, heif_channel_interleaved, width, height, Int32(options.bitdepth)))
        var stride: Int32 = 0
        guard let plane = unsafe heif_image_get_plane(picture.pointer, heif_channel_interleaved, &stride) else {
            throw .ofMemory
        }
        let most = (1 << options.bitdepth) - 1
        unsafe try image.forEachRow { y, row in
            let start = unsafe UnsafeMutableRawPointer(plane) + y * Int(stride)
            // No row is empty.
            guard isDeep else { return unsafe start.copyMemory(from: row.baseAddress!, byteCount: row.count) }
            for index in 0..<row.count {
                // White stays white, which a shift would not do.
                let value = UInt16((unsafe Int(row[index]) * most + 127) / 255)
                unsafe start.storeBytes(of: value.bigEndian, toByteOffset: 2 * index, as: UInt16.self)
            }
        }
        return picture
    }

    private func encode(
        _ picture: borrowing HeifObject, with encoder: borrowing HeifObject, of image: Raster,
        in context: borrowing HeifObject
    ) throws(VipsFailure) -> HeifObject {
        guard let encoding = unsafe heif_encoding_options_alloc() else { throw .ofMemory }
        defer { unsafe heif_encoding_options_free(encoding) }
        guard let colours = unsafe heif_nclx_color_profile_alloc() else { throw .ofMemory }
        defer { unsafe heif_nclx_color_profile_free(colours) }
        unsafe encoding.pointee.save_alpha_channel = image.hasAlpha ? 1 : 0
        if options.lossless {
            // Coded as red, green and blue: YCbCr and back would round.
            unsafe colours.pointee.matrix_coefficients = heif_matrix_coefficients_RGB_GBR
            unsafe encoding.pointee.output_nclx_profile = colours
            // libheif 1.15 looks here.
            try unsafe check(heif_image_set_nclx_color_profile(picture.pointer, colours))
            unsafe encoding.pointee.macOS_compatibility_workaround_no_nclx_profile = 0
        }
        // Viewers turn an AVIF by a property of its own, and not by EXIF.
        if let orientation = image.field("orientation"), (2...8).contains(orientation) {
            unsafe encoding.pointee.image_orientation = heif_orientation(UInt32(orientation))
        }
        var item: OpaquePointer?
        try unsafe check(
            heif_context_encode_image(context.pointer, picture.pointer, encoder.pointer, encoding, &item))
        return try unsafe HeifObject(item, heif_image_handle_release)
    }

    private func content(of context: borrowing HeifObject) throws(VipsFailure) -> [UInt8] {
        var file: [UInt8] = []
        let error = unsafe withUnsafeMutablePointer(to: &file) { file in
            // What the sink has below is what it gives to `take`.
            var sink = unsafe SpoolHeifSink(
                take: { bytes, count, file in
                    unsafe file!.assumingMemoryBound(to: [UInt8].self).pointee
                        .append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
                }, context: file)
            return unsafe spool_heif_write(context.pointer, &sink)
        }
        try unsafe check(error)
        return file
    }

    private func check(_ error: heif_error) throws(VipsFailure) {
        guard unsafe error.code != heif_error_Ok else { return }
        let message = unsafe String(cString: error.message)
        throw unsafe VipsFailure(text: "heif: \(message) (\(error.code.rawValue).\(error.subcode.rawValue))")
    }

    /// As ``check(_:)``, of a parameter that not every encoder has.
    private func set(_ error: heif_error) throws(VipsFailure) {
        if unsafe error.subcode != heif_suberror_Unsupported_parameter { try unsafe check(error) }
    }
}

/// Something of libheif's, which ends with this.
@safe
private struct HeifObject: ~Copyable {
    let pointer: OpaquePointer
    private let release: (OpaquePointer) -> Void

    /// - Parameter pointer: nil for want of memory.
    init(_ pointer: OpaquePointer?, _ release: @escaping (OpaquePointer?) -> Void) throws(VipsFailure) {
        guard let pointer = unsafe pointer else { throw .ofMemory }
        unsafe self.pointer = pointer
        unsafe self.release = { unsafe release($0) }
    }

    deinit { unsafe release(pointer) }
}

extension VipsFailure {
    fileprivate static var ofMemory: VipsFailure { VipsFailure(text: "heif: out of memory") }
}
