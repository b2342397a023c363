package import SpoolSystem
public import SystemPackage

extension Spool {
    /// The result document of this name, or nil if there is none that can be read.
    package func result(in state: SpoolFolder, named name: FilePath.Component) throws(SystemFailure) -> ResultDocument?
    {
        try ResultDocument.read(name, in: self[state])
    }
}

/// A file in a result document's place that this version cannot read.
public struct UnreadableResult: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public var path: FilePath
    /// Why, as a phrase that follows the path: "is not JSON: …".
    public var reason: String

    public var description: String { "\(path.printable) \(reason)" }
}

extension ResultDocument {
    /// The largest document that is read, and so the largest that is written.
    public static let maximumBytes = 4 << 20

    /// What lies in a document's place.
    package enum Reading: Sendable, Equatable {
        case missing
        case document(ResultDocument)
        /// Not to be taken for a missing one: it has a history that must not be forgotten.
        case unreadable(UnreadableResult)
    }

    /// - Throws: also for want of rights.
    package static func reading(
        _ name: FilePath.Component, in folder: Folder
    ) throws(SystemFailure) -> Reading {
        let content = try Spool.existing { () throws(SystemFailure) in
            try folder.file(name).read(upTo: maximumBytes + 1)
        }
        guard let content else { return .missing }
        do throws(UnreadableResult) {
            return .document(try ResultDocument(content, of: folder.path.appending(name)))
        } catch {
            return .unreadable(error)
        }
    }

    /// The same, and what this worker may not read counts as unreadable.
    package static func history(
        _ name: FilePath.Component, in folder: Folder
    ) throws(SystemFailure) -> Reading {
        do throws(SystemFailure) {
            return try reading(name, in: folder)
        } catch  where error.isOfUnreadableFile {
            return .unreadable(
                UnreadableResult(path: folder.path.appending(name), reason: "cannot be opened: \(error.errno)"))
        }
    }

    package static func read(_ name: FilePath.Component, in folder: Folder) throws(SystemFailure) -> ResultDocument? {
        guard case .document(let document) = try reading(name, in: folder) else { return nil }
        return document
    }

    private init(_ content: [UInt8], of path: FilePath) throws(UnreadableResult) {
        guard content.count <= Self.maximumBytes else {
            throw UnreadableResult(path: path, reason: "has more than \(Self.maximumBytes) bytes")
        }
        let json: JSONValue
        do throws(JSONSyntaxError) {
            json = try JSONValue(parsing: content)
        } catch {
            throw UnreadableResult(path: path, reason: "is not JSON: \(error)")
        }
        try self.init(json, of: path)
    }

    init(_ json: JSONValue, of path: FilePath) throws(UnreadableResult) {
        do throws(ResultFormatError) {
            try self.init(json: json)
        } catch {
            throw UnreadableResult(
                path: path, reason: "is not a result document of this version: \"\(error.key)\" is missing or wrong")
        }
    }
}
