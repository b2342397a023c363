import FoundationEssentials
import SpoolCore
import SpoolWire

extension ResultDocument {
    /// Room for the error of one more attempt, which the result has twice.
    private static let errorBytes = 8 * JobError.maximumMessageBytes

    /// Why a job cannot be worked on whose result nobody could read: found out before the work, since an attempt that
    /// cannot be recorded would never count.
    func refusal(of job: Job) -> JobError? {
        var result = adding(Attempt(number: attempts.count + 1, startedAt: claimedAt, milliseconds: 1e9))
        let digest = String(repeating: "0", count: 64)
        result.finishedAt = claimedAt
        result.timings = Timings(queued: 1e9, waited: 1e9, rendered: 1e9, committed: 1e9)
        result.usage = Usage(peakMemory: .max, processor: 1e9)
        result.input = InputImage(
            path: job.input.path, format: "unknown", width: .max, height: .max, pages: .max, bytes: .max,
            sha256: digest)
        result.renditions = job.renditions.map {
            var image = RenditionImage(
                path: $0.path, format: $0.format.rawValue, width: .max, height: .max, bytes: .max, sha256: digest,
                milliseconds: 1e9)
            (image.quality, image.losses) = (100, Loss.allCases)
            if $0.placeholder != nil {
                image.placeholder = String(repeating: "0", count: RenderReply.longestPlaceholder)
            }
            if $0.dominantColour { image.dominantColour = "#000000" }
            return image
        }
        let bytes = result.content.count + Self.errorBytes
        guard bytes > Self.maximumBytes else { return nil }
        return JobError(
            .jobTooLarge,
            "the job's result could have \(bytes) bytes, more than the limit of \(Self.maximumBytes): its paths are too "
                + "long, or it was tried too often; make several jobs of it, or drop it under another name")
    }
}
