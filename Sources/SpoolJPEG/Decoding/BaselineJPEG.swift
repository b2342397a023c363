/// A usual JPEG file, decoded to its planes at full size, a half, a quarter or an eighth.
///
/// Most files are usual, and most of the time of most jobs goes into their Huffman codes. This reads them in less time than
/// libjpeg does, and with checked bounds. The samples are libjpeg's, bit for bit. What is unusual or damaged in any way is
/// declined: libjpeg decodes it then, or says what is wrong with it.
package struct BaselineJPEG {
    let header: BaselineHeader
    /// Of a unit of the scan, in its order.
    let blocks: [Block]
    /// In use: of the first symbols of blocks, then of the others, for brightness and for colour.
    let codes: [HuffmanCode]

    /// So many pairs of codes: files have one for brightness and one for colour.
    static let mostPairs = 2

    struct Block {
        var component: Int
        /// In blocks, within the unit.
        var column, row: Int
        /// The number of its first code; that of the others follows.
        var code: Int
    }

    /// Reads the header.
    /// - Returns: nil for a file that is not usual.
    package init?(_ file: Span<UInt8>) {
        guard let header = BaselineHeader(file) else { return nil }
        self.header = header
        var pairs: [SIMD2<Int>] = []
        var blocks: [Block] = []
        for (number, component) in header.components.enumerated() {
            let pair = SIMD2(component.differences, component.coefficients)
            if !pairs.contains(pair) { pairs.append(pair) }
            guard let place = pairs.firstIndex(of: pair) else { return nil }
            for row in 0..<component.down {
                for column in 0..<component.across {
                    blocks.append(Block(component: number, column: column, row: row, code: 2 * place))
                }
            }
        }
        guard pairs.count <= Self.mostPairs else { return nil }
        var codes: [HuffmanCode] = []
        for pair in pairs {
            guard let first = header.differenceCodes[pair.x], let others = header.coefficientCodes[pair.y]
            else { return nil }
            codes += [first, others]
        }
        (self.blocks, self.codes) = (blocks, codes)
    }

    package var width: Int { header.width }
    package var height: Int { header.height }
    /// How many samples of brightness stand for one of colour, across and down; nil for grey.
    package var subsampling: (across: Int, down: Int)? {
        header.components.count == 1 ? nil : (header.components[0].across, header.components[0].down)
    }

    /// How many units the scan has across and down.
    var units: (across: Int, down: Int) {
        let (width, height) = (8 * header.components[0].across, 8 * header.components[0].down)
        return ((header.width + width - 1) / width, (header.height + height - 1) / height)
    }
}
