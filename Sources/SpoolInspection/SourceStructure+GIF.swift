import SpoolJob

extension SourceStructure {
    /// Walks the blocks; each frame is a page.
    static func checkGIF(_ reader: ByteReader, _ budget: inout StructureBudget) throws(JobError) {
        guard let screen = try reader.byte(at: 10) else { return }
        var position = 13 + tableLength(screen)
        while let kind = try reader.byte(at: position) {
            switch kind {
            case 0x2C:
                guard let frame = try reader.byte(at: position + 9) else { return }
                try budget.addPage()
                // The descriptor, its table of colours, the width of codes, then pixels.
                guard let end = try endOfBlocks(reader, from: position + 10 + tableLength(frame) + 1) else { return }
                position = end
            case 0x21:
                guard let end = try endOfBlocks(reader, from: position + 2),
                    let label = try reader.byte(at: position + 1)
                else { return }
                // One before each frame says how long it stays.
                if label != 0xF9 {
                    try budget.addPart()
                    try budget.addMetadata(end - position)
                }
                position = end
            default: return
            }
        }
    }

    private static func tableLength(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }

    /// Where a row of blocks has ended, each with its length before it.
    private static func endOfBlocks(_ reader: ByteReader, from start: Int) throws(JobError) -> Int? {
        var position = start
        while let length = try reader.byte(at: position) {
            position += 1 + Int(length)
            if length == 0 { return position }
        }
        return nil
    }
}
