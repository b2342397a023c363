import SpoolJob
import SpoolWire

/// Counts what a file makes a decoder hold or walk through, and refuses too much of it.
///
/// What is damaged is no matter of this: the decoder finds it, and says it in its own words.
struct StructureBudget {
    private let limits: RenderLimits
    private let format: SourceFormat
    private var pages = 0
    private var scans = 0
    private var parts = 0
    private var metadata = 0

    /// Segments, chunks, boxes or tags beside pixels: real files have some hundred at most.
    private static let mostParts = 10_000

    init(_ limits: RenderLimits, _ format: SourceFormat) {
        self.limits = limits
        self.format = format
    }

    /// What is left for metadata.
    var metadataLeft: Int { max(0, limits.inputMetadataBytes - metadata) }

    mutating func addPage() throws(JobError) {
        pages += 1
        guard pages <= limits.inputPages else {
            throw JobError(
                .inputTooManyPages,
                "the \(format.name) file has more than \(limits.inputPages) pages or frames (limits.input-pages)")
        }
    }

    mutating func addScan() throws(JobError) {
        scans += 1
        guard scans <= limits.inputScans else {
            throw JobError(
                .inputTooManyScans,
                "the JPEG file has more than \(limits.inputScans) scans (limits.input-scans); usual files have 10")
        }
    }

    mutating func addPart() throws(JobError) {
        parts += 1
        guard parts <= Self.mostParts else {
            throw tooComplex("has more than \(Self.mostParts) parts beside its pixels")
        }
    }

    mutating func addMetadata(_ bytes: Int) throws(JobError) {
        metadata = metadata.saturatingAdd(bytes)
        guard metadata <= limits.inputMetadataBytes else {
            throw JobError(
                .inputMetadataTooLarge,
                "the \(format.name) file has more than \(limits.inputMetadataBytes) bytes of metadata, unpacked "
                    + "(limits.input-metadata-bytes)")
        }
    }

    /// - Parameter what: to follow "the AVIF file".
    func tooComplex(_ what: String) -> JobError { JobError(.inputTooComplex, "the \(format.name) file \(what)") }
}

extension Int {
    /// Sums of what files claim must not overflow.
    func saturatingAdd(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
