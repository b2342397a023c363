import SpoolJob
import SpoolPlanes

extension Raster {
    /// EXIF made of the fields of the header, or nil if none of them belongs there.
    ///
    /// libvips makes such a block only while it saves a file. So it saves a JPEG, black, of the same size, which EXIF names.
    func exifBlock() throws(VipsFailure) -> [UInt8]? {
        let fields = fieldNames.filter { $0.hasPrefix("exif-") || $0 == "orientation" }
        let resolution = resolution
        guard !fields.isEmpty || resolution != (1, 1) else { return nil }
        let black = try Operation("black")
        black.set("width", size.width)
        black.set("height", size.height)
        let blank = try black.image().applying("copy") {
            $0.set("xres", resolution.across)
            $0.set("yres", resolution.down)
        }
        for field in fields { copyField(field, to: blank) }
        var encoder = Encoder(.jpeg(JPEGOptions()))
        encoder.keepsMetadata = true
        return try encoder.bytes(of: blank).exifSegment
    }
}

extension [UInt8] {
    /// Of a JPEG: its EXIF, from "Exif" on.
    fileprivate var exifSegment: [UInt8]? {
        var position = 2
        while position + 4 <= count, self[position] == 0xFF, self[position + 1] != 0xDA {
            let end = position + 2 + Int(self[position + 2]) << 8 + Int(self[position + 3])
            guard end <= count else { return nil }
            let content = self[(position + 4)..<end]
            if self[position + 1] == 0xE1, content.starts(with: "Exif\0\0".utf8) { return Array(content) }
            position = end
        }
        return nil
    }
}
