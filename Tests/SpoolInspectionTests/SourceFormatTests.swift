import SpoolJob
import SpoolWire
import Testing

@testable import SpoolInspection

struct SourceFormatTests {
    private static func isoMedia(_ brands: String...) -> [UInt8] {
        let content = Array(("ftyp" + brands[0] + "\0\0\0\0" + brands.dropFirst().joined()).utf8)
        return [0, 0, 0, UInt8(content.count + 4)] + content
    }

    @Test(arguments: [
        ([0xFF, 0xD8, 0xFF, 0xE0], SourceFormat.jpeg),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], .png),
        (Array("RIFF....WEBPVP8 ".utf8), .webp), (Array("GIF87a".utf8), .gif), (Array("GIF89a".utf8), .gif),
        (Array("II*\0".utf8), .tiff), (Array("MM\0*".utf8), .tiff), (Array("II+\0".utf8), .tiff),
        (isoMedia("avif", "mif1"), .avif), (isoMedia("mif1", "miaf", "avif"), .avif), (isoMedia("heic"), .heic),
        (isoMedia("mif1", "heic"), .heic),
        (Array("%PDF-1.7".utf8), .pdf), (Array("<svg xmlns=".utf8), .svg),
        (Array("\u{FEFF} \n<?xml version='1.0'?>\n<!-- a -->\n<SVG".utf8), .svg), ([0xFF, 0x0A, 0], .jxl),
        (Array("\0\0\0\u{C}JXL \r\n".utf8), .jxl), ([0xFF, 0x4F, 0xFF, 0x51], .jp2),
        (Array("\0\0\0\u{C}jP  \r\n".utf8), .jp2),
    ])
    func `the first bytes tell the format`(_ head: [UInt8], expected: SourceFormat) throws {
        #expect(try SourceFormat(head: head, Set(SourceFormat.allCases)) == expected)
        if expected.isTrusted {
            #expect(try SourceFormat(head: head) == expected)
        } else {
            let error = #expect(throws: JobError.self) { try SourceFormat(head: head) }
            #expect(error?.code == .inputUnsupported)
            #expect(error?.message.contains("add \(expected.rawValue) to input-formats") == true)
        }
    }

    @Test(arguments: [
        (Array(" <?xml version".utf8), "XML"), (Array("<?xml?><html><svg".utf8.prefix(13)), "XML"),
        (Array("<!DOCTYPE html>".utf8), "an HTML page"), (Array("dear diary".utf8), "text"),
        (isoMedia("isom", "mp42"), "a video"), (Array("RIFF....WAVE".utf8), "a RIFF file"),
        ([0x00, 0xFE, 0xDC, 0xBA], "nothing known (00 fe dc ba)"), ([0xFF, 0xD8], "nothing known (ff d8)"),
    ])
    func `anything else is refused by what it looks like`(_ head: [UInt8], expected: String) {
        let error = #expect(throws: JobError.self) { try SourceFormat(head: head) }
        #expect(error?.code == .inputUnsupported)
        #expect(error?.message.contains("look like \(expected)") == true)
        #expect(error?.message.contains("JPEG, PNG, WebP, GIF, TIFF, HEIC, AVIF") == true)
    }

    @Test func `a brand beyond the first box does not count`() {
        let box = Self.isoMedia("isom") + Array("avif".utf8)
        #expect(throws: JobError.self) { try SourceFormat(head: box) }
    }
}
