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
        let input = InputImage(
            path: job.input.path, format: "unknown", width: .max, height: .max, pages: .max, bytes: .max,
            sha256: digest)
        let renditions = job.renditions.map { rendition in
            var image = RenditionImage(
                path: rendition.path, format: rendition.format.rawValue, width: .max, height: .max, bytes: .max,
                sha256: digest, milliseconds: 1e9)
            (image.quality, image.losses) = (100, Loss.allCases)
            if rendition.placeholder != nil {
                image.placeholder = String(repeating: "0", count: RenderReply.longestPlaceholder)
            }
            if rendition.dominantColour { image.dominantColour = "#000000" }
            return image
        }
        result.state = .done(
            Success(
                input: input, renditions: renditions,
                timings: Timings(queued: 1e9, waited: 1e9, rendered: 1e9, committed: 1e9),
                usage: Usage(peakMemory: .max, processor: 1e9)),
            at: claimedAt)
        let bytes = result.content.count + Self.errorBytes
        guard bytes > Self.maximumBytes else { return nil }
        return JobError(
            .jobTooLarge,
            "the job's result could have \(bytes) bytes, more than the limit of \(Self.maximumBytes): its paths or its "
                + "metadata are too long, or it was tried too often; make several jobs of it, or drop it under another name"
        )
    }
}
