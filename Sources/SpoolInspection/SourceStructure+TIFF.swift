import SpoolJob

extension SourceStructure {
    /// Walks the chain of directories, each a page. One that leads back counts until there are too many.
    static func checkTIFF(_ reader: ByteReader, _ budget: inout StructureBudget) throws(JobError) {
        let little = try reader.bytes(at: 0, 1)?.first == 0x49
        func number(_ offset: Int, _ bytes: Int) throws(JobError) -> Int? {
            try reader.number(at: offset, bytes: bytes, littleEndian: little)
        }
        let isBig = try number(2, 2) == 43
        let (countBytes, entryBytes, offsetBytes) = isBig ? (8, 20, 8) : (2, 12, 4)
        var next = try isBig ? number(8, 8) : number(4, 4)
        while let directory = next, directory != 0 {
            guard let entries = try number(directory, countBytes) else { return }
            try budget.addPage()
            // More than that is damage for libtiff.
            guard entries <= 4096 else { return }
            for entry in 0..<entries {
                let offset = directory + countBytes + entry * entryBytes
                guard let tag = try number(offset, 2), let type = try number(offset + 2, 2),
                    let count = try number(offset + 4, isBig ? 8 : 4)
                else { return }
                let (bytes, overflow) = count.multipliedReportingOverflow(by: bytesOfType(type))
                // A tag that is longer than the file is damage.
                let isRead = !overflow && bytes <= reader.length && !isOfPixels(tag)
                try budget.addMetadata(entryBytes + (isRead ? bytes : 0))
            }
            next = try number(directory + countBytes + entries * entryBytes, offsetBytes)
        }
    }

    /// Where strips or tiles lie: large files have many.
    private static func isOfPixels(_ tag: Int) -> Bool { [273, 279, 324, 325].contains(tag) }

    private static func bytesOfType(_ type: Int) -> Int {
        switch type {
        case 3, 8: 2
        case 4, 9, 11, 13: 4
        case 5, 10, 12, 16, 17, 18: 8
        default: 1
        }
    }
}
