package import CTurboJPEG
import Glibc
import SpoolJPEG
import SpoolJob

/// A JPEG file whose planes can be had as they are stored, at full size, a half, a quarter or an eighth.
///
/// ``BaselineJPEG`` decodes most files, and libjpeg all others and those that are damaged, of which it says what is wrong.
@safe
package final class PlanarDecoder {
    package let size: Size
    /// nil for grey.
    package let subsampling: Subsampling?

    /// nil for what libjpeg decodes.
    private let baseline: BaselineJPEG?
    /// What decodes it unless it is damaged.
    package var loader: String { baseline == nil ? Self.fallback : "SpoolJPEG" }
    package static let fallback = "TurboJPEG"
    private let handle: tjhandle
    /// Of the file, until it is decoded.
    private var bytes: [UInt8]

    /// Reads the header.
    /// - Returns: nil for what is stored otherwise than as brightness and colour differences in a subsampling that
    ///   TurboJPEG knows; libvips may still read it.
    package init?(_ bytes: [UInt8]) {
        guard let handle = unsafe tjInitDecompress() else { return nil }
        var (width, height, subsampling, colours) = (Int32(0), Int32(0), Int32(0), Int32(0))
        let status = unsafe tjDecompressHeader3(
            handle, bytes, UInt(bytes.count), &width, &height, &subsampling, &colours)
        let isGrey = subsampling == Int32(bitPattern: TJSAMP_GRAY.rawValue)
        let known = Subsampling(subsampling)
        let space = TJCS(rawValue: UInt32(bitPattern: colours))
        guard status == 0, width > 0, height > 0,
            space == TJCS_GRAY && isGrey || space == TJCS_YCbCr && known != nil
        else {
            unsafe tjDestroy(handle)
            return nil
        }
        size = Size(width: Int(width), height: Int(height))
        self.subsampling = isGrey ? nil : known
        self.bytes = bytes
        baseline = BaselineJPEG(bytes.span).flatMap { usual in
            let usualKnown = usual.subsampling.map { Subsampling(across: $0.across, down: $0.down) }
            return usual.width == width && usual.height == height && usualKnown == (isGrey ? nil : known) ? usual : nil
        }
        unsafe self.handle = handle
    }

    deinit { unsafe tjDestroy(handle) }

    /// Decodes the whole file, once, and lets go of it. Every warning is an error, so damage anywhere is found, in the last rows too.
    /// - Parameter factor: 1, 2, 4 or 8.
    package func decode(reducedBy factor: Int) throws(PlaneFailure) -> PlanarImage {
        let image = try room(factor)
        let targets = image.planes.map(\.target)
        if baseline?.decode(bytes.span, reducedBy: factor, into: targets) != true {
            try decode(reducedBy: factor, into: image)
        }
        // What follows has their memory, which is as good as new to it.
        bytes = []
        return image
    }

    /// Planes without samples.
    private func room(_ factor: Int) throws(PlaneFailure) -> PlanarImage {
        let reduced = Reduction.whole(factor).size(of: size, by: .turboJPEG)
        let subsampling = subsampling ?? .full
        let room = subsampling.wholeUnits(of: size, reducedBy: factor)
        let picture = Plane.Region(
            left: 0, top: 0, width: Double(size.width) / Double(factor), height: Double(size.height) / Double(factor))
        let luma = try Plane(width: reduced.width, height: reduced.height, padded: room, region: picture)
        var chroma: [Plane] = []
        if self.subsampling != nil {
            let colour = subsampling.colour(of: reduced)
            var region = picture
            region.width /= Double(subsampling.across)
            region.height /= Double(subsampling.down)
            for _ in 0..<2 {
                chroma.append(
                    try Plane(
                        width: colour.width, height: colour.height, padded: subsampling.colour(of: room),
                        region: region))
            }
        }
        return PlanarImage(luma: luma, chroma: chroma)
    }

    /// What libjpeg makes of the file.
    private func decode(reducedBy factor: Int, into image: PlanarImage) throws(PlaneFailure) {
        let flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT
        var targets = unsafe image.planes.map { unsafe Optional($0.samples) }
        var strides = image.planes.map { Int32($0.stride) }
        let status = unsafe tjDecompressToYUVPlanes(
            handle, bytes, UInt(bytes.count), &targets, Int32(image.luma.width), &strides, Int32(image.luma.height),
            flags)
        guard status == 0 else {
            var failure = unsafe PlaneFailure.turbojpeg(handle)
            failure.isOfSource = true
            throw failure
        }
    }
}

extension Plane {
    fileprivate var target: SampleTarget {
        unsafe SampleTarget(UnsafeMutableBufferPointer(start: samples, count: bytes), stride: stride)
    }
}

extension PlaneFailure {
    package static func turbojpeg(_ handle: tjhandle) -> PlaneFailure {
        let text = unsafe tjGetErrorStr2(handle).map { unsafe String(cString: $0) } ?? "TurboJPEG failed"
        // It prefixes messages with the name of its own function.
        let parts = text.split(separator: "(): ", maxSplits: 1)
        return PlaneFailure(message: parts.last.map(String.init) ?? text)
    }
}
