import SystemPackage

/// Small files in which the kernel and the system say something of themselves.
enum SmallFile {
    /// The beginning of the file, which may be a symbolic link.
    /// - Returns: nil if it cannot be read. Not every machine has every one.
    static func text(of path: FilePath) -> String? {
        guard let name = path.lastComponent,
            let content = try? Folder(at: path.removingLastComponent()).file(following: name).read(upTo: 1 << 12)
        else { return nil }
        return String(decoding: content, as: UTF8.self)
    }

    /// Its first line.
    static func line(of path: FilePath) -> String? {
        text(of: path).map { String($0.prefix { $0 != "\n" }) }
    }
}
