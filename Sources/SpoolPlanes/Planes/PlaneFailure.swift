package import SpoolJob

/// What TurboJPEG or zimg said.
package struct PlaneFailure: Error, Equatable {
    package var message: String
    /// Whether the source is to blame.
    package var isOfSource: Bool

    package init(message: String, isOfSource: Bool = false) {
        (self.message, self.isOfSource) = (message, isOfSource)
    }

    /// What a job fails with for it.
    package var jobError: JobError {
        isOfSource
            ? JobError(.inputCorrupt, "the image is truncated or damaged: \(message)")
            : JobError(.renderFailed, "the renditions could not be made: \(message)")
    }
}
