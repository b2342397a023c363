import SpoolJob
import SpoolPlanes

/// What an AV1 encoder is told beyond what a job can say. Other encoders than libaom do not know these, and go without.
struct EncoderHint: Equatable {
    /// As libheif names it.
    let parameter: String
    let value: String

    private static func aom(_ option: String, _ value: Int) -> EncoderHint {
        EncoderHint(parameter: "aom:\(option)", value: "\(value)")
    }

    /// For a photograph: to leave out the search for what photographs do not have, and hardly gain from.
    ///
    /// At equal size of the file that takes 40 to 98 % of the time, as ARCHITECTURE.md says, and nothing is lost but by the
    /// last hint: up to a tenth of a decibel. Small pictures would lose more by it.
    static func ofPhotograph(_ size: Size) -> [EncoderHint] {
        var hints = [
            aom("enable-1to4-partitions", 0), aom("max-partition-size", 32), aom("sb-size", 64),
            aom("enable-palette", 0), aom("enable-intrabc", 0),
        ]
        if size.width * size.height >= 1 << 18 { hints.append(aom("min-partition-size", 8)) }
        return hints
    }
}
