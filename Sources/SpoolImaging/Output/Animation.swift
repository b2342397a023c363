import SpoolJob
import SpoolPlanes

/// Finished frames, and how they play.
struct Animation {
    private let frames: [Raster]
    /// Milliseconds, one a frame; none if nobody says so.
    private let delays: [Int]
    private let loop: Int?

    /// - Parameters:
    ///   - frames: of one size.
    ///   - timing: what the rendition says, which goes before the source's.
    init(frames: [Raster], _ header: SourceHeader, _ timing: Timing?) {
        self.frames = frames
        loop = timing?.loop ?? header.loop
        let known = timing.map { $0.delay.isEmpty ? header.delays : $0.delay } ?? header.delays
        delays = known.last.map { last in frames.indices.map { $0 < known.count ? known[$0] : last } } ?? []
    }

    /// All frames, one below the other, as libvips wants them.
    func roll() throws(VipsFailure) -> Raster {
        let join = try Operation("arrayjoin")
        join.set("in", frames)
        join.set("across", 1)
        return try join.image()
    }

    /// Writes down in the header of a roll where its frames end and how they play.
    func mark(_ roll: Raster) {
        roll.setField("page-height", frames[0].size.height)
        if !delays.isEmpty { roll.setField("delay", delays) }
        if let loop { roll.setField("loop", loop) }
    }
}
