import Glibc
import SpoolCore

/// The open source of a job: what it is, byte for byte, before anything decodes it.
struct SourceFile: Sendable {
    /// Not owned; readable and seekable.
    var descriptor: Int32
    var format: SourceFormat
    var digest: FileDigest

    /// Recognises the format, then reads the whole file once for its digest. A disk that cannot deliver is found here
    /// and never mistaken for a damaged image.
    init(_ descriptor: Int32) throws(JobError) {
        self.descriptor = descriptor
        do {
            let head = try Self.head(of: descriptor)
            guard !head.isEmpty else { throw JobError(.inputCorrupt, "the file is empty") }
            format = try SourceFormat(head: head)
            digest = try FileDigest(of: descriptor)
        } catch let failure as FileDigest.ReadFailure {
            let reason = unsafe String(cString: strerror(failure.errno))
            throw JobError(.inputUnreadable, "the source cannot be read: \(reason)")
        } catch let error as JobError {
            throw error
        } catch {
            // The compiler does not see that the two above are all.
            throw JobError(.inputUnreadable, "the source cannot be read: \(error)")
        }
    }

    private static func head(of descriptor: Int32) throws(FileDigest.ReadFailure) -> [UInt8] {
        var failure: Int32 = 0
        let head = unsafe [UInt8](unsafeUninitializedCapacity: SourceFormat.headLength) { buffer, count in
            var read = 0
            repeat {
                read = unsafe pread(descriptor, buffer.baseAddress, buffer.count, 0)
                failure = read < 0 ? errno : 0
            } while failure == EINTR
            count = max(0, read)
        }
        guard failure == 0 else { throw FileDigest.ReadFailure(errno: failure) }
        return head
    }
}
