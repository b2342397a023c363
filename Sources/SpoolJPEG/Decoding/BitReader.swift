/// The next bits of a scan.
struct BitReader {
    /// At the top those that come next, and below them some of those after them.
    private(set) var bits: UInt64 = 0
    /// How many there are.
    private var count = 0
    /// Of the byte after them.
    private(set) var position = 0

    /// How many bits of the bytes have been taken; less than 0 while those from before a ``rewind()`` last.
    var taken: Int { position * 8 - count }

    /// Afterwards there are at least 56 bits.
    @inline(__always)
    mutating func refill(_ bytes: RawSpan) {
        precondition(UInt(bitPattern: position) < UInt(bitPattern: bytes.byteCount &- 7))
        let next = unsafe UInt64(
            bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
        bits |= next &>> UInt64(truncatingIfNeeded: count)
        position &+= (63 &- count) &>> 3
        count |= 56
    }

    @inline(__always)
    func peek(_ length: Int) -> Int { Int(truncatingIfNeeded: bits &>> UInt64(truncatingIfNeeded: 64 &- length)) }

    @inline(__always)
    mutating func skip(_ length: Int) {
        bits &<<= UInt64(truncatingIfNeeded: length)
        count &-= length
    }

    /// - Parameter length: 1 ... 16.
    @inline(__always)
    mutating func take(_ length: Int) -> Int {
        let value = peek(length)
        skip(length)
        return value
    }

    /// The byte after ``bits`` is the first one now.
    mutating func rewind() { position = 0 }
}
