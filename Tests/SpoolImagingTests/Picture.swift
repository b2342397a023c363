import CVips
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// Pixels in memory, to draw sources of and to look at renditions with.
struct Picture: Equatable {
    var width, height, bands: Int
    var samples: [UInt8]

    /// One colour; one, two, three or four samples.
    init(_ width: Int, _ height: Int, _ colour: [UInt8]) {
        self.init(width, height, bands: colour.count) { _, _ in colour }
    }

    init(_ width: Int, _ height: Int, bands: Int, _ colour: (Int, Int) -> [UInt8]) {
        (self.width, self.height, self.bands) = (width, height, bands)
        samples = (0..<(width * height)).flatMap { colour($0 % width, $0 / width) }
    }

    /// Decodes a file, as stored.
    init(_ path: String) throws {
        try self.init(Raster(decoding: path))
    }

    /// Computes the pixels of an image of eight bits a sample.
    init(_ raster: Raster) throws {
        (width, height, bands) = (raster.size.width, raster.size.height, raster.bands)
        var length = 0
        let data = try unsafe #require(unsafe vips_image_write_to_memory(raster.pointer, &length))
        samples = unsafe [UInt8](UnsafeRawBufferPointer(start: data, count: length))
        unsafe g_free(data)
    }

    subscript(x: Int, y: Int) -> [UInt8] {
        let start = (y * width + x) * bands
        return Array(samples[start..<(start + bands)])
    }

    /// The largest difference of a sample from a colour's, at one pixel.
    func distance(at x: Int, _ y: Int, from colour: [UInt8]) -> Int {
        let pixel = self[x, y]
        guard pixel.count == colour.count else { return 256 }
        return zip(pixel, colour).map { abs(Int($0) - Int($1)) }.max() ?? 256
    }

    var raster: Raster {
        get throws {
            try VipsLibrary.start()
            let pointer = unsafe samples.withUnsafeBytes { buffer in
                unsafe vips_image_new_from_memory_copy(
                    buffer.baseAddress, buffer.count, Int32(width), Int32(height), Int32(bands), VIPS_FORMAT_UCHAR)
            }
            let raw = unsafe Raster(owning: try #require(unsafe pointer))
            return bands < 3 ? try raw.meaning("b-w") : try raw.meaning("srgb")
        }
    }

    /// Writes a source without losing a bit, or as a JPEG of high quality.
    func write(_ format: ImageFormat = .png, orientation: Int? = nil, to path: String) throws {
        let marked = try orientation.map { try raster.withField("orientation", $0) } ?? raster
        try marked.write(format, to: path)
    }
}

extension Raster {
    /// A file as it is stored.
    convenience init(decoding path: String) throws {
        try VipsLibrary.start()
        let image = try Descriptor(reading: path).with { descriptor in
            let file = try SourceFile(descriptor, nil)
            VipsLibrary.trust([file.format])
            return try Decoder(file, Input(path: "")).open()
        }
        unsafe g_object_ref(image.pointer)
        unsafe self.init(owning: image.pointer)
    }

    /// The same numbers, to be understood as colours of another kind.
    func meaning(_ interpretation: StaticString) throws -> Raster {
        try applying("copy") { $0.set("interpretation", member: interpretation) }
    }

    /// Writes a source with everything that its header says.
    func write(_ format: ImageFormat, to path: String) throws {
        var encoder = try Encoder(Rendition(path: "", format: format, quality: 95))
        encoder.keepsMetadata = true
        try Descriptor(creating: path).with { try encoder.write(self, to: OutputFile($0)) }
    }

    /// Puts binary metadata into the header of an image that nobody else has yet.
    func setBlob(_ name: String, _ bytes: [UInt8]) {
        unsafe vips_image_set_blob_copy(pointer, name, bytes, bytes.count)
    }
}

/// The smallest ICC profile of brightness: a white point and a curve.
enum GreyProfile {
    static func bytes(gamma: Double) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
        func fixed(_ value: Double) -> [UInt8] { number(Int(value * 65536)) }
        let white = Array("XYZ ".utf8) + number(0) + fixed(0.9642) + fixed(1) + fixed(0.8249)
        let curve =
            Array("curv".utf8) + number(0) + number(1) + [
                UInt8(gamma), UInt8((gamma - gamma.rounded(.down)) * 256), 0, 0,
            ]
        let text = Array("desc".utf8) + number(0) + number(5) + Array("grey\0".utf8) + [UInt8](repeating: 0, count: 82)
        let tags = [("desc", text), ("wtpt", white), ("kTRC", curve)]
        var offset = 128 + 4 + 12 * tags.count
        var table = number(tags.count)
        var data: [UInt8] = []
        for (name, content) in tags {
            table += Array(name.utf8) + number(offset) + number(content.count)
            let padded = content + [UInt8](repeating: 0, count: (4 - content.count % 4) % 4)
            data += padded
            offset += padded.count
        }
        var header = number(offset) + number(0) + [2, 0x40, 0, 0] + Array("mntrGRAYXYZ ".utf8)
        header += [UInt8](repeating: 0, count: 12) + Array("acsp".utf8) + [UInt8](repeating: 0, count: 28)
        header += fixed(0.9642) + fixed(1) + fixed(0.8249)
        return header + [UInt8](repeating: 0, count: 128 - header.count) + table + data
    }
}
