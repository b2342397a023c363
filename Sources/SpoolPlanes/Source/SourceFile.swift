import Glibc
package import SpoolInspection
package import SpoolJob
package import SpoolWire

/// The open source of a job: what it is, byte for byte, before anything decodes it.
package struct SourceFile: Sendable {
    /// Not owned; readable and seekable.
    package var descriptor: Int32
    package var format: SourceFormat
    package var digest: FileDigest
    /// What our own readers found in it.
    package private(set) var findings = SourceStructure.Findings()
    /// All bytes of a JPEG, which TurboJPEG wants in memory; nil for other formats.
    private var content: [UInt8]?

    /// Recognises the format, then reads the whole file once for its digest. A disk that cannot deliver is found here
    /// and never mistaken for a damaged image. Then looks at how the file is made, before a decoder does.
    /// - Parameter limits: nil for a file of the renderer's own.
    package init(_ descriptor: Int32, _ limits: RenderLimits?) throws(JobError) {
        self.descriptor = descriptor
        do {
            let head = try Self.bytes(of: descriptor, from: 0, SourceFormat.headLength)
            guard !head.isEmpty else { throw JobError(.inputCorrupt, "the file is empty") }
            format = try SourceFormat(head: head, limits?.inputFormats ?? Set(SourceFormat.allCases))
            if format == .jpeg {
                let all = try Self.content(of: descriptor)
                (content, digest) = (all, FileDigest(of: all))
            } else {
                digest = try FileDigest(of: descriptor)
            }
            guard let limits else { return }
            let reader = content.map(ByteReader.init) ?? ByteReader(descriptor, length: digest.bytes)
            findings = try SourceStructure.check(reader, format, limits)
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

    /// - Parameter sha256: what the job says of the file, if anything.
    /// - Throws: ``ErrorCode/inputMismatch``
    package func check(_ sha256: String?) throws(JobError) {
        guard let sha256, sha256 != digest.sha256 else { return }
        throw JobError(
            .inputMismatch, "the file's SHA-256 is \(digest.sha256), but input.sha256 is \(sha256); it is another file")
    }

    /// Hands all bytes over, part by part.
    package func read(_ body: (UnsafeRawBufferPointer) -> Void) throws(FileDigest.ReadFailure) {
        var position = 0
        while true {
            let part = try Self.bytes(of: descriptor, from: position, 1 << 18)
            if part.isEmpty { return }
            unsafe part.withUnsafeBytes { unsafe body($0) }
            position += part.count
        }
    }

    /// Hands the bytes of a JPEG over; they are kept no longer here.
    package mutating func takeContent() -> [UInt8]? {
        defer { content = nil }
        return content
    }

    private static func content(of descriptor: Int32) throws(FileDigest.ReadFailure) -> [UInt8] {
        let length = lseek(descriptor, 0, SEEK_END)
        // libvips reads on from where the descriptor is.
        guard length >= 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileDigest.ReadFailure(errno: errno) }
        // A byte more than expected: the end shows by what is missing.
        var content = try bytes(of: descriptor, from: 0, length + 1)
        while true {
            let more = try bytes(of: descriptor, from: content.count, 1 << 16)
            if more.isEmpty { return content }
            content += more
        }
    }

    /// - Returns: at most `count` bytes, as the kernel delivers them; none at the end of the file.
    private static func bytes(
        of descriptor: Int32, from position: Int, _ count: Int
    ) throws(FileDigest.ReadFailure) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            var read = 0
            repeat {
                read = unsafe pread(descriptor, buffer.baseAddress, buffer.count, off_t(position))
                failure = read < 0 ? errno : 0
            } while failure == EINTR
            initialized = max(0, read)
        }
        guard failure == 0 else { throw FileDigest.ReadFailure(errno: failure) }
        return bytes
    }
}
