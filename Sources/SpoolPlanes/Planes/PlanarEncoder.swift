import CTurboJPEG
package import SpoolJob
import SpoolWire

/// Writes planes as a JPEG file: 4:2:0, 4:4:4 or grey, with Huffman tables that fit, as libvips does.
@safe
package final class PlanarEncoder {
    private let handle: tjhandle

    /// What writing a file takes for each pixel of it, as measured with pictures of six megapixels.
    package static let bytesPerPixel = 5

    /// Once, before threads may read the environment.
    package static func prepare() { spool_turbojpeg_optimize_coding() }

    package init() throws(PlaneFailure) {
        guard let handle = unsafe tjInitCompress() else {
            throw PlaneFailure(message: "TurboJPEG does not start")
        }
        unsafe self.handle = handle
    }

    deinit { unsafe tjDestroy(handle) }

    /// Whether TurboJPEG has all that the options ask for.
    package static func canWrite(_ options: JPEGOptions) -> Bool { options.optimiseCoding && !options.needsMozjpeg }

    /// - Parameters:
    ///   - image: with the subsampling of the options, unless it is grey.
    ///   - size: the picture's; the planes may be larger, by less than a sample of colour.
    ///   - options: ones that ``canWrite(_:)``.
    /// - Throws: what TurboJPEG says. What the file system says is the file's own failure.
    package func write(
        _ image: PlanarImage, size: Size, _ options: JPEGOptions, to file: OutputFile
    ) throws(PlaneFailure) {
        try unsafe encode(image, size, options) { unsafe file.append($0) }
    }

    /// - Parameter body: gets the file's bytes.
    private func encode<Value>(
        _ image: PlanarImage, _ size: Size, _ options: JPEGOptions, _ body: (UnsafeRawBufferPointer) -> Value
    ) throws(PlaneFailure) -> Value {
        var jpeg: UnsafeMutablePointer<UInt8>?
        var length = UInt(0)
        defer { unsafe tjFree(jpeg) }
        var planes = unsafe image.planes.map { unsafe Optional(UnsafePointer($0.samples)) }
        var strides = image.planes.map { Int32($0.stride) }
        let subsampling =
            image.isGrey ? TJSAMP_GRAY : options.chromaSubsampling == .full ? TJSAMP_444 : TJSAMP_420
        let flags = TJFLAG_ACCURATEDCT | (options.isProgressive ? TJFLAG_PROGRESSIVE : 0)
        let status = unsafe tjCompressFromYUVPlanes(
            handle, &planes, Int32(size.width), &strides, Int32(size.height), Int32(bitPattern: subsampling.rawValue),
            &jpeg, &length, Int32(options.quality), flags)
        guard status == 0, let jpeg = unsafe jpeg else { throw unsafe .turbojpeg(handle) }
        return unsafe body(UnsafeRawBufferPointer(start: jpeg, count: Int(length)))
    }

    /// A small file, grey all over but stored with colour, to rehearse with.
    package static func sample() throws -> [UInt8] {
        let size = Size(width: 64, height: 64)
        let colour = Subsampling.quarter.colour(of: size)
        let image = PlanarImage(luma: try .grey(size), chroma: [try .grey(colour), try .grey(colour)])
        return try unsafe PlanarEncoder().encode(image, size, JPEGOptions()) { unsafe [UInt8]($0) }
    }
}
