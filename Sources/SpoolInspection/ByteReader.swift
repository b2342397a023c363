import Glibc
package import SpoolJob

/// Reads an untrusted file at any place, and never beyond its bounds.
package final class ByteReader {
    package let length: Int
    /// nil if all bytes are in the window.
    private let descriptor: Int32?
    private var window: [UInt8]
    /// Where the window begins in the file.
    private var start = 0

    private static let windowLength = 1 << 16

    package init(_ content: [UInt8]) {
        descriptor = nil
        window = content
        length = content.count
    }

    /// - Parameters:
    ///   - descriptor: not owned; readable. Its position stays where it is.
    ///   - length: of the file, in bytes.
    package init(_ descriptor: Int32, length: Int) {
        self.descriptor = descriptor
        self.length = length
        window = []
    }

    /// - Returns: nil if the file has not all of them.
    /// - Throws: ``ErrorCode/inputUnreadable``
    package func bytes(at offset: Int, _ count: Int) throws(JobError) -> ArraySlice<UInt8>? {
        guard offset >= 0, count >= 0, count <= length, offset <= length - count else { return nil }
        if offset < start || offset + count > start + window.count {
            guard let descriptor else { return nil }
            try fill(from: descriptor, at: offset, max(count, min(Self.windowLength, length - offset)))
            // The file has become shorter.
            guard window.count >= count else { return nil }
        }
        return window[(offset - start)..<(offset - start + count)]
    }

    /// - Returns: nil beyond the end of the file.
    func byte(at offset: Int) throws(JobError) -> UInt8? {
        if offset >= start && offset < start + window.count { return window[offset - start] }
        return try bytes(at: offset, 1)?.first
    }

    /// A number of up to eight bytes; of eight, those too large for an `Int` come as the largest.
    /// - Returns: nil if the file ends before it does.
    package func number(at offset: Int, bytes count: Int, littleEndian: Bool = false) throws(JobError) -> Int? {
        guard let bytes = try bytes(at: offset, count) else { return nil }
        var value: UInt64 = 0
        for place in bytes.indices {
            value = value << 8 | UInt64(bytes[littleEndian ? bytes.endIndex - 1 - (place - bytes.startIndex) : place])
        }
        return Int(clamping: value)
    }

    /// - Returns: four characters, those beyond ASCII as `?`; nil if the file ends before.
    func name(at offset: Int) throws(JobError) -> String? {
        guard let bytes = try bytes(at: offset, 4) else { return nil }
        return String(decoding: bytes.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self)
    }

    /// Goes through the file from `offset` on, in parts as large as the window.
    /// - Parameter body: gets a part and where it begins; what it returns ends the walk, unless it is nil.
    func firstFound<Found>(
        from offset: Int, _ body: (UnsafeRawBufferPointer, Int) -> Found?
    ) throws(JobError) -> Found? {
        var offset = offset
        while let part = try bytes(at: offset, min(Self.windowLength, max(0, length - offset))), !part.isEmpty {
            if let found = unsafe part.withUnsafeBytes({ unsafe body($0, offset) }) { return found }
            offset += part.count
        }
        return nil
    }

    private func fill(from descriptor: Int32, at offset: Int, _ count: Int) throws(JobError) {
        var failure: Int32 = 0
        var filled = 0
        window = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while filled < count {
                let read = unsafe pread(
                    descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, off_t(offset + filled))
                if read < 0 && errno == EINTR { continue }
                if read < 0 { failure = errno }
                if read <= 0 { break }
                filled += read
            }
            initialized = filled
        }
        start = offset
        guard failure == 0 else {
            let reason = unsafe String(cString: strerror(failure))
            throw JobError(.inputUnreadable, "the source cannot be read: \(reason)")
        }
    }
}
