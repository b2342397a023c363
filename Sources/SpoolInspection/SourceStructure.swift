package import SpoolJob
package import SpoolWire

/// What a source makes a decoder do, found by readers of our own before any decoder sees the file: they read only lengths
/// and counts, within bounds, and hold nothing.
package enum SourceStructure {
    /// What else is found on the way.
    package struct Findings: Sendable, Equatable {
        /// Beside a JPEG, HEIC or AVIF.
        package var hasGainMap = false

        package init() {}
    }

    /// - Parameter reader: of the whole file.
    /// - Throws: ``ErrorCode/inputTooManyPages``, ``ErrorCode/inputTooManyScans``,
    ///   ``ErrorCode/inputMetadataTooLarge``, ``ErrorCode/inputTooComplex``, ``ErrorCode/inputUnreadable``
    package static func check(
        _ reader: ByteReader, _ format: SourceFormat, _ limits: RenderLimits
    ) throws(JobError) -> Findings {
        var budget = StructureBudget(limits, format)
        var findings = Findings()
        switch format {
        case .jpeg: findings.hasGainMap = try checkJPEG(reader, &budget)
        case .png: try checkPNG(reader, &budget)
        case .webp: try checkWebP(reader, &budget)
        case .gif: try checkGIF(reader, &budget)
        case .tiff: try checkTIFF(reader, &budget)
        case .heic, .avif:
            var boxes = HEIFBoxes(reader, budget, limits)
            try boxes.check()
            findings.hasGainMap = boxes.haveGainMap
        // No reader of ours knows them: what they cost is bounded by limits on memory and time alone.
        case .svg, .pdf, .jxl, .jp2: break
        }
        return findings
    }
}
