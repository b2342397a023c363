import SpoolSystem
import SystemPackage

/// The file that tells a spool from any other folder, and from the bare mount point of a disk that is not mounted.
public struct SpoolMarker: Sendable, Equatable {
    /// The format that this version reads and writes.
    public static let currentFormat = 1

    static let file: FilePath.Component = "spool.json"

    /// Unique to the spool.
    public var id: String
    /// The format of the spool; a program refuses every other than its own.
    public var format: Int

    static func new() -> SpoolMarker { SpoolMarker(id: UniqueID().description, format: currentFormat) }

    var json: JSONValue { ["format": .number(format), "id": .string(id)] }

    init(id: String, format: Int) {
        self.id = id
        self.format = format
    }

    init?(json: JSONValue) {
        guard let id = json["id"]?.string, let format = json["format"]?.int else { return nil }
        self.init(id: id, format: format)
    }
}
