import CTurboJPEG
package import SpoolJob
import SpoolWire

/// Writes planes as a JPEG file: 4:2:0, 4:4:4 or grey, with Huffman tables that fit, as libvips does.
@safe
package final class PlanarEncoder {
    private let handle: tjhandle

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
    package func write(_ image: PlanarImage, size: Size, _ options: JPEGOptions, to file: OutputFile)
        throws(PlaneFailure)
    {
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
        unsafe file.append(UnsafeRawBufferPointer(start: jpeg, count: Int(length)))
    }
}
