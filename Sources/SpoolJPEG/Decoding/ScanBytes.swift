import Glibc

/// The bytes of a scan up to its next marker, a part at a time, without those that are stuffed in behind each 0xFF.
struct ScanBytes {
    /// So many bytes can be read without looking for an end: more than any unit of a scan takes. At the end they are zeros.
    static let margin = 4096
    private static let capacity = 1 << 16

    private(set) var bytes = [UInt8](repeating: 0, count: capacity + margin)
    /// How many of them are from the file.
    private(set) var count = 0
    /// A reader up to this position can read a unit without a ``refill(_:used:)``. At the end it is some bytes ahead.
    var limit: Int { isComplete ? count + 8 : count - Self.margin }
    /// In the file, of what comes next; of the marker if ``isComplete``.
    private(set) var position: Int
    /// Whether the marker has been met, or the end of the file.
    private(set) var isComplete = false

    init(at position: Int) { self.position = position }

    /// Begins anew behind a marker.
    mutating func restart() {
        position += 2
        count = 0
        isComplete = false
    }

    /// Whether so many bits are all there are but for those that fill the last byte.
    func endsAfter(_ bits: Int) -> Bool { isComplete && (0..<8).contains(8 * count - bits) }

    /// Whether this marker follows.
    func hasMarker(_ file: Span<UInt8>, _ code: UInt8) -> Bool {
        position + 1 < file.count && file[position] == 0xFF && file[position + 1] == code
    }

    /// Lets go of what has been read and has the next bytes follow.
    /// - Parameter used: how many have been read.
    /// - Returns: false if more have been read than there are.
    mutating func refill(_ file: Span<UInt8>, used: Int) -> Bool {
        guard used <= count else { return false }
        for index in used..<count { bytes[index - used] = bytes[index] }
        count -= used
        while !isComplete, count < Self.capacity {
            let most = min(file.count - position, Self.capacity - count)
            let plain = copy(file.extracting(position..<position + most))
            count += plain
            position += plain
            guard plain == most || position == file.count else {
                guard position + 1 < file.count, file[position + 1] == 0 else {
                    isComplete = true
                    break
                }
                bytes[count] = 0xFF
                count += 1
                position += 2
                continue
            }
            isComplete = position == file.count
        }
        for index in count..<count + Self.margin { bytes[index] = 0 }
        return true
    }

    /// Copies up to the first 0xFF.
    private mutating func copy(_ part: Span<UInt8>) -> Int {
        unsafe part.withUnsafeBufferPointer { part in
            guard let start = part.baseAddress, part.count > 0 else { return 0 }
            let found = unsafe memchr(start, 0xFF, part.count)
            let length = unsafe found.map { unsafe UnsafeRawPointer($0) - UnsafeRawPointer(start) } ?? part.count
            unsafe bytes.withUnsafeMutableBufferPointer { bytes in
                let room = unsafe UnsafeMutableBufferPointer(rebasing: bytes[count..<count + length])
                _ = unsafe room.update(fromContentsOf: part.prefix(length))
            }
            return length
        }
    }
}
