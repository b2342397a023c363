package import SpoolJob

/// What TurboJPEG or zimg said.
package struct PlaneFailure: Error, Equatable {
    package var message: String
    /// Whether the source is to blame.
    package var isOfSource: Bool

    package init(message: String, isOfSource: Bool = false) {
        (self.message, self.isOfSource) = (message, isOfSource)
    }

    /// Runs `body`, whose failure is the job's.
    package static func failingJob<Value: ~Copyable>(
        _ body: () throws(PlaneFailure) -> Value
    ) throws(JobError) -> Value {
        do {
            return try body()
        } catch {
            throw error.isOfSource
                ? JobError(.inputCorrupt, "the image is truncated or damaged: \(error.message)")
                : JobError(.renderFailed, "the renditions could not be made: \(error.message)")
        }
    }
}
