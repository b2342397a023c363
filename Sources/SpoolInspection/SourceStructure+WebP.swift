import SpoolJob

extension SourceStructure {
    /// Walks the chunks; each ANMF is a frame.
    static func checkWebP(_ reader: ByteReader, _ budget: inout StructureBudget) throws(JobError) {
        var position = 12
        while let name = try reader.name(at: position),
            let length = try reader.number(at: position + 4, bytes: 4, littleEndian: true)
        {
            // What is cut off is damage.
            guard position + 8 + length <= reader.length else { return }
            switch name {
            case "ANMF": try budget.addPage()
            case "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM": try budget.addPart()
            default:
                try budget.addPart()
                try budget.addMetadata(length)
            }
            // Chunks of odd length are filled up.
            position += 8 + length + length % 2
        }
    }
}
