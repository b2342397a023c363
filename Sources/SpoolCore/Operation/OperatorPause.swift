public import SpoolSystem
import SystemPackage

/// A file that says that no worker of the spool may claim a job: `touch SPOOL/.spool/pause`.
extension Spool {
    static let pauseFile: FilePath.Component = "pause"

    private static let longestReason = 200

    /// Tells all workers to claim nothing. They see it within a second or two; what is under way goes on.
    /// - Parameter reason: shown by `status`; of a pause that holds already it takes the place.
    public func pause(because reason: String = "") throws(SystemFailure) {
        let content = Array(reason.utf8)
        let staging = DocumentFile(staging: self[.tmp], owner: "pause", durability: .full)
        try resume()
        do throws(SystemFailure) {
            try staging.write(content, to: self[.control], as: Self.pauseFile)
        } catch  where error.errno == .fileExists {
            // Somebody else has paused it at this moment.
        }
        try self[.control].synchronize()
    }

    /// Lets workers claim jobs again.
    /// - Returns: false if there was no pause.
    @discardableResult
    public func resume() throws(SystemFailure) -> Bool {
        guard try self[.control].status(of: Self.pauseFile) != nil else { return false }
        try self[.control].remove(Self.pauseFile)
        try self[.control].synchronize()
        return true
    }

    /// Why an operator has paused the spool, in a line, perhaps an empty one; nil if nobody has.
    public func pauseReason() throws(SystemFailure) -> String? {
        try Self.existing { () throws(SystemFailure) in
            do throws(SystemFailure) {
                let text = try self[.control].file(Self.pauseFile).read(upTo: Self.longestReason)
                let line = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
                return String(line).escapingControls
            } catch  where error.errno == .permissionDenied || error.errno == .isDirectory {
                // Whatever it is, it was put there to stop the workers.
                return ""
            }
        }
    }
}
