package import SpoolWire

extension PlaneScaler {
    /// What a job needed that takes long to make, for another process: the sizes of its planes.
    package var notes: [RendererNote] { used.map(\.note) }

    /// Makes that for the next job, if the job before needed it, too. What is no note is passed over.
    package func prepare(_ notes: [RendererNote]) { prepare(notes.compactMap(Key.init)) }
}

extension PlaneScaler.Key {
    /// As numbers, for another process.
    package var note: RendererNote {
        [
            Double(source.width), Double(source.height), region.left, region.top, region.width, region.height,
            Double(target.width), Double(target.height),
        ]
    }

    /// Reads numbers that may be anything.
    /// - Returns: nil for what no picture needs.
    package init?(note: RendererNote) {
        let sides = 1.0...65_535.0
        for index in note.indices where !note[index].isFinite { return nil }
        for index in [0, 1, 6, 7] where !sides.contains(note[index]) || note[index] != note[index].rounded() {
            return nil
        }
        // A region reaches beyond its plane by less than a sample of the target.
        for axis in 0..<2 {
            let (side, start, length) = (note[axis], note[2 + axis], note[4 + axis])
            let margin = side / note[6 + axis] + 1
            guard length > 0, start >= -margin, start + length <= side + margin else { return nil }
        }
        self.init(
            source: Size(width: Int(note[0]), height: Int(note[1])),
            region: Plane.Region(left: note[2], top: note[3], width: note[4], height: note[5]),
            target: Size(width: Int(note[6]), height: Int(note[7])))
    }
}
