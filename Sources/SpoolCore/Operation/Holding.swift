public import SpoolSystem
import SystemPackage

/// The folder `hold`, which no worker looks at: `mv SPOOL/incoming/NAME.json SPOOL/hold/`.
extension Spool {
    /// What came of ``hold(_:)`` or ``release(_:)``.
    public enum Holding: Sendable, Equatable {
        /// The job's name now: another than its own only where the file system cannot rename without replacing.
        case moved(JobName)
        /// It is not where it would have to be.
        case notFound
        /// Another job of that name is where it would go.
        case nameTaken
    }

    /// Keeps a job that waits in `incoming` from the workers.
    public func hold(_ name: JobName) throws(SystemFailure) -> Holding {
        try moving(from: .incoming) { () throws(SystemFailure) in
            try self[.incoming].move(name.file, to: self[.hold], as: name.file)
            return name
        }
    }

    /// Lets the workers have it again.
    public func release(_ name: JobName) throws(SystemFailure) -> Holding {
        try moving(from: .hold) { () throws(SystemFailure) in
            try putIntoIncoming(name.file, from: self[.hold], as: name, id: UniqueID().description)
        }
    }

    private func moving(
        from source: SpoolFolder, _ move: () throws(SystemFailure) -> JobName
    ) throws(SystemFailure) -> Holding {
        do throws(SystemFailure) {
            let name = try move()
            try self[.hold].synchronize()
            try self[.incoming].synchronize()
            return .moved(name)
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory: return .notFound
            case .fileExists: return .nameTaken
            default: throw error
            }
        }
    }

    /// The jobs that lie in a state in which they lie side by side, in the order of their names.
    public func jobs(in state: SpoolFolder) throws(SystemFailure) -> [JobName] {
        var names: [JobName] = []
        for (_, folder) in try places(of: state) {
            var listing = try folder.listing()
            while let entry = try listing.next() {
                if let name = JobName(entry) { names.append(name) }
            }
        }
        return names.sorted { $0.file.string < $1.file.string }
    }
}
