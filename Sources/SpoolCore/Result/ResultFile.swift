package import SpoolSystem
package import SystemPackage

extension Spool {
    /// The result document of this name, or nil if there is none that can be read.
    package func result(in state: SpoolFolder, named name: FilePath.Component) throws(SystemFailure) -> ResultDocument?
    {
        try ResultDocument.read(name, in: self[state])
    }
}

extension ResultDocument {
    /// Documents are a few kilobytes; metadata can add as much as a job file may hold.
    static let maximumBytes = 64 << 20

    package static func read(_ name: FilePath.Component, in folder: Folder) throws(SystemFailure) -> ResultDocument? {
        try json(name, in: folder).flatMap { try? ResultDocument(json: $0) }
    }

    /// What a document's file holds. One that is no JSON is as good as none; nobody's work is decided by it.
    static func json(_ name: FilePath.Component, in folder: Folder) throws(SystemFailure) -> JSONValue? {
        let content = try Spool.existing { () throws(SystemFailure) in
            try folder.file(name).read(upTo: maximumBytes)
        }
        return content.flatMap { try? JSONValue(parsing: $0) }
    }
}
