import CZlib
import SpoolJob

extension SourceStructure {
    /// Walks the chunks. What is packed counts as it is unpacked: a thousand times as much.
    static func checkPNG(_ reader: ByteReader, _ budget: inout StructureBudget) throws(JobError) {
        var position = 8
        while let length = try reader.number(at: position, bytes: 4), let name = try reader.name(at: position + 4) {
            if name == "IEND" { return }
            let content = position + 8
            // Four bytes of checksum follow.
            position = content + length + 4
            // What is cut off is damage.
            guard content + length <= reader.length else { return }
            switch name {
            // Pixels come in as many chunks as the encoder liked.
            case "IDAT", "fdAT": continue
            case "acTL", "fcTL", "IHDR", "PLTE": try budget.addPart()
            default:
                try budget.addPart()
                try budget.addMetadata(length)
                if let packed = try packedStart(of: name, reader, content, length) {
                    let bytes = try reader.bytes(at: packed, content + length - packed) ?? []
                    try budget.addMetadata(Inflation.length(of: bytes, upTo: budget.metadataLeft + 1))
                }
            }
        }
    }

    /// Where the packed bytes of a chunk begin, if it has some.
    private static func packedStart(
        of name: String, _ reader: ByteReader, _ start: Int, _ length: Int
    ) throws(JobError) -> Int? {
        guard ["zTXt", "iTXt", "iCCP"].contains(name), let content = try reader.bytes(at: start, length),
            let end = content.firstIndex(of: 0)
        else { return nil }
        // A keyword, a zero and a method.
        let keyword = end - content.startIndex
        if name != "iTXt" { return keyword + 2 <= length ? start + keyword + 2 : nil }
        // Then whether it is packed, the method, a language and a translation, each with a zero.
        guard keyword + 3 <= length, content[end + 1] == 1 else { return nil }
        let rest = content[(end + 3)...]
        guard let language = rest.firstIndex(of: 0), let translation = rest[(language + 1)...].firstIndex(of: 0) else {
            return nil
        }
        return start + (translation + 1 - content.startIndex)
    }
}

/// zlib's unpacking, without keeping what comes out.
enum Inflation {
    /// How many bytes come out of `packed`, until it ends or is damaged, or `limit` is reached.
    static func length(of packed: ArraySlice<UInt8>, upTo limit: Int) -> Int {
        var stream = unsafe z_stream()
        guard unsafe spool_zlib_begin_inflation(&stream) == Z_OK else { return 0 }
        defer { unsafe inflateEnd(&stream) }
        var input = Array(packed)
        var room = [UInt8](repeating: 0, count: 1 << 15)
        var length = 0
        unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe room.withUnsafeMutableBufferPointer { room in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(clamping: input.count)
                var status = Z_OK
                while status == Z_OK && length < limit {
                    unsafe stream.next_out = room.baseAddress
                    unsafe stream.avail_out = UInt32(room.count)
                    unsafe status = inflate(&stream, Z_NO_FLUSH)
                    unsafe length += room.count - Int(stream.avail_out)
                }
            }
        }
        return length
    }
}
