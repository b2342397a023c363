import CTurboJPEG
import Testing

@testable import SpoolImaging

/// JPEG files as other programs write them: libvips can only write two of the subsamplings.
struct JPEGSource {
    static let subsamplings: [(name: String, TJSAMP)] = [
        ("4:4:4", TJSAMP_444), ("4:2:2", TJSAMP_422), ("4:2:0", TJSAMP_420), ("4:4:0", TJSAMP_440),
        ("4:1:1", TJSAMP_411), ("grey", TJSAMP_GRAY),
    ]

    /// The bytes of a file, of high quality if nothing else is said.
    static func bytes(
        of picture: Picture, _ subsampling: TJSAMP, quality: Int32 = 95, orientation: Int = 1, flags: Int32 = 0
    ) throws -> [UInt8] {
        let handle = try unsafe #require(unsafe tjInitCompress())
        defer { unsafe tjDestroy(handle) }
        var jpeg: UnsafeMutablePointer<UInt8>?
        var length = UInt(0)
        defer { unsafe tjFree(jpeg) }
        let format = picture.bands == 1 ? TJPF_GRAY : TJPF_RGB
        let status = unsafe tjCompress2(
            handle, picture.samples, Int32(picture.width), 0, Int32(picture.height), Int32(format.rawValue), &jpeg,
            &length, Int32(subsampling.rawValue), quality, flags | TJFLAG_ACCURATEDCT)
        try #require(status == 0)
        let bytes = unsafe [UInt8](UnsafeBufferPointer(start: jpeg, count: Int(length)))
        return orientation == 1 ? bytes : [0xFF, 0xD8] + exif(orientation) + bytes.dropFirst(2)
    }

    /// A segment with one entry, the orientation.
    private static func exif(_ orientation: Int) -> [UInt8] {
        let tiff: [UInt8] =
            Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0]
            + [0, 0, 0, 0]
        let content = Array("Exif".utf8) + [0, 0] + tiff
        return [0xFF, 0xE1, 0, UInt8(content.count + 2)] + content
    }
}
