import SpoolCore
import SpoolSystem

/// How much must be left on the file systems that jobs write to: below it nothing is claimed.
struct StorageFloor: Sendable {
    /// Bytes.
    var bytes: Int
    var inodes: Int
    /// The spool, and the output roots.
    var folders: [Folder]

    /// What is too little, in words; nil if there is enough.
    func shortage() throws(SystemFailure) -> String? {
        for folder in folders {
            let space = try folder.space()
            if space.free < bytes {
                return
                    "\(folder.path.printable) has \(ByteSize(space.free)) left, less than min-free.bytes (\(ByteSize(bytes)))"
            }
            if let free = space.freeInodes, free < inodes {
                return "\(folder.path.printable) has \(free) inodes left, less than min-free.inodes (\(inodes))"
            }
        }
        return nil
    }
}

/// Too little space for work, told to somebody who waits for `run --once`.
struct StorageShortage: Error, CustomStringConvertible {
    var description: String
}
