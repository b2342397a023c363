/// Writes planes as a JPEG file: baseline, all components in one scan, with Huffman codes that fit.
///
/// The files are libjpeg's, byte for byte, and take a fraction of its time: libjpeg looks at each coefficient once to count and
/// once more to write.
package struct BaselineEncoder {
    private let width, height: Int
    private let planes: [SampleSource]
    private let steps: [QuantisationSteps]
    /// Blocks of brightness in a unit of the scan.
    private let across, down: Int

    /// - Parameters:
    ///   - width, height: 1 ... 65535.
    ///   - planes: brightness, and two of colour unless it is grey. Those of colour have a sample for each `across` x `down`
    ///     of brightness, rounded up; brightness may be rounded up to that.
    ///   - quality: 1 ... 100.
    package init(
        width: Int, height: Int, _ planes: [SampleSource], subsampling: (across: Int, down: Int), quality: Int
    ) {
        precondition((1...65535).contains(width) && (1...65535).contains(height))
        precondition(planes.count == 1 || planes.count == 3)
        (self.width, self.height, self.planes) = (width, height, planes)
        (across, down) = planes.count == 1 ? (1, 1) : subsampling
        steps = [false, true].prefix(planes.count == 1 ? 1 : 2).map {
            QuantisationSteps(isColour: $0, quality: quality)
        }
    }

    /// - Parameter sink: gets the file, part by part.
    package func write(to sink: (UnsafeRawBufferPointer) -> Void) {
        let symbols = symbols()
        let codes = (0..<2 * steps.count).map { FittedCode(symbols.frequencies(of: $0)) }
        unsafe header(codes).withUnsafeBytes { unsafe sink($0) }
        var bits = ScanBits(codes)
        symbols.forEachPart { unsafe bits.write($0, to: sink) }
        unsafe bits.finish(to: sink)
        let end: [UInt8] = [0xFF, 0xD9]
        unsafe end.withUnsafeBytes { unsafe sink($0) }
    }

    private func symbols() -> ScanSymbols {
        let layout = ScanLayout(width: width, height: height, components: planes.count, across: across, down: down)
        var symbols = ScanSymbols()
        var coefficients = BlockRows(blocks: layout.blocks)
        for unit in 0..<layout.units.down {
            for row in layout.rows where row.exists(in: unit) {
                let divisors = steps[row.component == 0 ? 0 : 1].divisors
                planes[row.component].transform(
                    row: unit * row.down + row.place, blocks: row.blocks, divisors.span, into: &coefficients,
                    at: row.start)
            }
            symbols.append(units: layout.units.across, layout.slots(of: unit), coefficients)
        }
        return symbols
    }

    /// All before the scan.
    private func header(_ codes: [FittedCode]) -> [UInt8] {
        var file: [UInt8] = [0xFF, 0xD8]
        func add(_ marker: UInt8, _ content: [UInt8]) {
            file += [0xFF, marker, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 255)] + content
        }
        // JFIF 1.1, without a unit: pixels are square.
        add(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
        for (number, table) in steps.enumerated() {
            add(0xDB, [UInt8(number)] + (0..<64).map { UInt8(table.steps[Int(BaselineHeader.order[$0])]) })
        }
        let size = [height, width].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        let components = planes.indices.flatMap { plane -> [UInt8] in
            plane == 0 ? [1, UInt8(across << 4 | down), 0] : [UInt8(plane + 1), 0x11, 1]
        }
        add(0xC0, [8] + size + [UInt8(planes.count)] + components)
        for (number, code) in codes.enumerated() {
            // First coefficients, then the others.
            add(0xC4, [UInt8(number & 1) << 4 | UInt8(number >> 1)] + code.counts + code.symbols)
        }
        let uses = planes.indices.flatMap { plane -> [UInt8] in [UInt8(plane + 1), plane == 0 ? 0x00 : 0x11] }
        add(0xDA, [UInt8(planes.count)] + uses + [0, 63, 0])
        return file
    }
}
