import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// What a child leaves of its planes, for its parent.
struct PlaneScalerNotesTests {
    private let key = PlaneScaler.Key(
        source: Size(width: 1363, height: 1113), region: Plane.Region(left: 0, top: 0, width: 1362.5, height: 1112.5),
        target: Size(width: 720, height: 588))

    @Test func `a note is read as it was written`() {
        #expect(PlaneScaler.Key(note: key.note) == key)
    }

    /// A child that was taken over can write anything.
    @Test(arguments: 0..<8, [.nan, .infinity, -1e300, 1e300, -1, 65_536.0]) func `a note of nonsense is dropped`(
        index: Int, number: Double
    ) {
        var note = key.note
        note[index] = number
        // The region may begin a little outside.
        let isPossible = (2...3).contains(index) && number == -1
        #expect((PlaneScaler.Key(note: note) == nil) == !isPossible)
    }

    @Test func `graphs are made for what is wanted twice in succession`() throws {
        let scaler = PlaneScaler()
        scaler.prepare([key])
        #expect(scaler.count == 0)
        scaler.prepare([key])
        #expect(scaler.count == 1 && scaler.used.isEmpty)
    }
}
