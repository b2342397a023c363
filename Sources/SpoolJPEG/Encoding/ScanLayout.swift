/// Which blocks the units of a scan have. A unit may reach beyond the blocks of a component, by less than itself.
struct ScanLayout {
    /// A row of blocks of a component, in a row of units.
    struct Row {
        var component: Int
        /// Of the component, in each unit: blocks in a row, and rows.
        var across: Int, down: Int
        /// Which of the rows this is.
        var place: Int
        /// How many blocks the component has in a row, and how many rows of them.
        var blocks: Int, rows: Int
        /// The first of its blocks in ``BlockRows``.
        var start: Int

        /// - Parameter unit: the row of units.
        func exists(in unit: Int) -> Bool { unit * down + place < rows }
    }

    let units: (across: Int, down: Int)
    private(set) var rows: [Row] = []
    /// Of all rows.
    private(set) var blocks = 0

    /// - Parameters:
    ///   - across, down: blocks of the first component in a unit; the others have one.
    init(width: Int, height: Int, components: Int, across: Int, down: Int) {
        func count(_ length: Int, _ part: Int) -> Int { (length + part - 1) / part }
        units = (count(width, 8 * across), count(height, 8 * down))
        for component in 0..<components {
            let (across, down) = component == 0 ? (across, down) : (1, 1)
            let size = component == 0 ? (count(width, 8), count(height, 8)) : (units.across, units.down)
            for place in 0..<down {
                rows.append(
                    Row(
                        component: component, across: across, down: down, place: place, blocks: size.0, rows: size.1,
                        start: blocks))
                blocks += size.0
            }
        }
    }

    /// The blocks of each unit of a row of units, in the order of the scan.
    func slots(of unit: Int) -> [ScanSymbols.Slot] {
        rows.flatMap { row in
            (0..<row.across).map { column in
                ScanSymbols.Slot(
                    component: row.component, code: row.component == 0 ? 0 : 2, across: row.across, column: column,
                    start: row.start, count: row.exists(in: unit) ? row.blocks : 0)
            }
        }
    }
}
