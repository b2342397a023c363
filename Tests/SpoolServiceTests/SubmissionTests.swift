import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@testable import SpoolService

@Suite struct `The renditions of submit` {
    private func paths(
        _ image: FilePath, base: BaseFolder? = nil, widths: [Int] = [], height: Int? = nil,
        formats: [ImageFormat] = [], output: String? = nil
    ) throws -> [String] {
        try RenditionPattern(
            widths: widths, height: height, fit: .cover, formats: formats, quality: nil,
            output: output.map { try PathPattern($0) }
        ).renditions(for: SubmittedImage(image, base: base)).map(\.path)
    }

    @Test func `are named for their size and format`() throws {
        #expect(try paths("a/cat.jpg", widths: [320]) == ["cat-320.jpg"])
        #expect(try paths("cat.jpeg", widths: [320], height: 200) == ["cat-320x200.jpg"])
        #expect(try paths("cat.png", height: 200) == ["cat-x200.png"])
        #expect(
            try paths("cat.jpg", widths: [1, 2], formats: [.webp, .avif])
                == ["cat-1.webp", "cat-2.webp", "cat-1.avif", "cat-2.avif"])
        #expect(try paths("cat.jpg", widths: [9], output: "t/{width}/{name}.{format}") == ["t/9/cat.jpg"])
        #expect(try paths("cat.jpg", output: "{height}{}{1}{a b}.jpg") == ["auto{}{1}{a b}.jpg"])
    }

    @Test func `need a format and names of their own`() {
        #expect(throws: UsageError.self) { try paths("cat.raw") }
        #expect(throws: UsageError.self) { try paths("cat.jpg", widths: [1, 2], output: "same.jpg") }
        #expect(throws: UsageError.self) { try paths("cat.jpg", output: "") }
        let typo = #expect(throws: UsageError.self) { try paths("cat.jpg", output: "{widht}.jpg") }
        #expect(typo?.description.contains("{widht}") == true && typo?.description.contains("{width}") == true)
    }

    @Test func `have names with braces as they are`() throws {
        #expect(try paths("{format} {name}.jpg", widths: [9], output: "{name}.{format}") == ["{format} {name}.jpg"])
    }

    @Test func `keep the folders from the base folder on`() throws {
        let scratch = try ScratchFolder()
        for folder in ["photos/a b/c", "photos-2", "elsewhere"] {
            try FileManager.default.createDirectory(
                atPath: scratch.path.pushing(FilePath(folder)).string, withIntermediateDirectories: true)
        }
        let photos = scratch.path.appending("photos")
        let base = try BaseFolder(photos)
        let pattern = "{dir}/{name}-{width}.{format}"
        func path(_ image: String, _ output: String? = pattern) throws -> String {
            try paths(photos.pushing(FilePath(image)), base: base, widths: [9], output: output)[0]
        }
        #expect(try path("cat.jpg") == "cat-9.jpg")
        #expect(try path("a b/c/cat.jpg") == "a b/c/cat-9.jpg")
        #expect(try path("./a b/./c/cat.jpg") == "a b/c/cat-9.jpg")
        #expect(try path("a b/c/../cat.jpg") == "a b/cat-9.jpg")
        #expect(try path("cat.jpg", "small/{dir}/{name}.webp") == "small/cat.webp")
        #expect(try path("a b/cat.jpg", "small/{dir}-{name}.webp") == "small/a b-cat.webp")
        #expect(try path("a b/c/cat.jpg", nil) == "a b/c/cat-9.jpg")
        #expect(try path("cat.jpg", nil) == "cat-9.jpg")
        for outside in ["../cat.jpg", "../elsewhere/cat.jpg", "../photos-2/cat.jpg"] {
            let error = #expect(throws: UsageError.self, "\(outside)") { try path(outside) }
            #expect(error?.description.contains("--base") == true)
        }
        #expect(throws: UsageError.self) { try BaseFolder(photos.appending("none")) }
    }

    /// By names, a link in the tree is a folder like others; the base folder may be a link itself.
    @Test func `keep the folders as they are named, whatever the links`() throws {
        let scratch = try ScratchFolder()
        let files = FileManager.default
        for folder in ["photos/a", "elsewhere/b"] {
            try files.createDirectory(
                atPath: scratch.path.pushing(FilePath(folder)).string, withIntermediateDirectories: true)
        }
        try files.createSymbolicLink(
            atPath: scratch.path.appending("photos/link").string, withDestinationPath: "../elsewhere")
        try files.createSymbolicLink(atPath: scratch.path.appending("album").string, withDestinationPath: "photos")
        func path(_ image: String, _ base: String) throws -> String {
            try paths(
                scratch.path.pushing(FilePath(image)), base: BaseFolder(scratch.path.appending(base)),
                output: "{dir}/{name}.jpg")[0]
        }
        #expect(try path("photos/link/b/cat.jpg", "photos") == "link/b/cat.jpg")
        #expect(try path("photos/a/cat.jpg", "album") == "a/cat.jpg")
        #expect(try path("album/a/cat.jpg", "photos") == "a/cat.jpg")
        // The names say photos/cat.jpg, but the link's parent is another folder.
        #expect(throws: UsageError.self) { try path("photos/link/../cat.jpg", "photos") }
    }
}

@Suite struct `A list of images` {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    private func names(_ content: String, endByZero: Bool = false) throws -> [String] {
        let list = try scratch.write(content, to: "list")
        return try ImageNames.read(list.string, endByZero: endByZero).map(\.string)
    }

    @Test func `has a name a line, or up to each zero byte`() throws {
        #expect(try names("a b.jpg\n\n-c.jpg") == ["a b.jpg", "-c.jpg"])
        #expect(try names("a\nb.jpg\0c.jpg\0", endByZero: true) == ["a\nb.jpg", "c.jpg"])
        #expect(try names("").isEmpty && names("\n").isEmpty)
    }

    @Test func `that cannot be read, or is of the other kind, is a mistake`() throws {
        let zeros = #expect(throws: UsageError.self) { try names("a.jpg\0b.jpg\0") }
        #expect(zeros?.description.contains("--null") == true)
        #expect(throws: UsageError.self) { try ImageNames.read("/no/such/list", endByZero: false) }
        #expect(throws: UsageError.self) { try ImageNames.read("/", endByZero: false) }
    }
}
