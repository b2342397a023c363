import CTurboJPEG
import SpoolJPEG
package import SpoolJob
import SpoolWire

/// Writes planes as a JPEG file: 4:2:0, 4:4:4 or grey, with Huffman codes that fit, as libvips does.
///
/// ``BaselineEncoder`` writes most files, and libjpeg progressive ones.
package enum PlanarEncoder {
    /// What writing a file of noise takes for each pixel of it: four bytes for each coefficient other than 0, which is nearly all
    /// of the 1.5 that a pixel has in 4:2:0. Pictures take less.
    package static let bytesPerPixel = 6

    /// Whether this has all that the options ask for.
    package static func canWrite(_ options: JPEGOptions) -> Bool { options.optimiseCoding && !options.needsMozjpeg }

    /// - Parameters:
    ///   - image: with the subsampling of the options, unless it is grey.
    ///   - size: the picture's; the planes may be larger, by less than a sample of colour.
    ///   - options: ones that ``canWrite(_:)``.
    /// - Throws: what TurboJPEG says. What the file system says is the file's own failure.
    package static func write(
        _ image: PlanarImage, size: Size, _ options: JPEGOptions, to file: OutputFile
    ) throws(PlaneFailure) {
        if options.isProgressive {
            try unsafe writeProgressive(image, size, options) { unsafe file.append($0) }
        } else {
            unsafe encoder(of: image, size, options).write { unsafe file.append($0) }
        }
    }

    private static func encoder(of image: PlanarImage, _ size: Size, _ options: JPEGOptions) -> BaselineEncoder {
        let subsampling = options.chromaSubsampling == .full ? Subsampling.full : .quarter
        return BaselineEncoder(
            width: size.width, height: size.height, image.planes.map(\.source),
            subsampling: (subsampling.across, subsampling.down), quality: options.quality)
    }

    /// - Parameter body: gets the file's bytes.
    private static func writeProgressive(
        _ image: PlanarImage, _ size: Size, _ options: JPEGOptions, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(PlaneFailure) {
        guard let handle = unsafe tjInitCompress() else { throw PlaneFailure(message: "TurboJPEG does not start") }
        defer { unsafe tjDestroy(handle) }
        var jpeg: UnsafeMutablePointer<UInt8>?
        var length = UInt(0)
        defer { unsafe tjFree(jpeg) }
        var planes = unsafe image.planes.map { unsafe Optional(UnsafePointer($0.samples)) }
        var strides = image.planes.map { Int32($0.stride) }
        let subsampling =
            image.isGrey ? TJSAMP_GRAY : options.chromaSubsampling == .full ? TJSAMP_444 : TJSAMP_420
        let status = unsafe tjCompressFromYUVPlanes(
            handle, &planes, Int32(size.width), &strides, Int32(size.height), Int32(bitPattern: subsampling.rawValue),
            &jpeg, &length, Int32(options.quality), TJFLAG_ACCURATEDCT | TJFLAG_PROGRESSIVE)
        guard status == 0, let jpeg = unsafe jpeg else { throw unsafe .turbojpeg(handle) }
        unsafe body(UnsafeRawBufferPointer(start: jpeg, count: Int(length)))
    }

    /// A small file, grey all over but stored with colour, to rehearse with.
    package static func sample() throws -> [UInt8] {
        let size = Size(width: 64, height: 64)
        let colour = Subsampling.quarter.colour(of: size)
        let image = PlanarImage(luma: try .grey(size), chroma: [try .grey(colour), try .grey(colour)])
        var file: [UInt8] = []
        unsafe encoder(of: image, size, JPEGOptions()).write { unsafe file += $0 }
        return file
    }
}

extension Plane {
    fileprivate var source: SampleSource {
        unsafe SampleSource(
            UnsafeBufferPointer(start: samples, count: stride * height), width: width, height: height, stride: stride)
    }
}
