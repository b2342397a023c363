import SpoolJob
import SpoolPlanes
import SpoolWire

extension Rendering {
    /// A file that was written.
    struct Written {
        var size: Size
        /// What fitted, of a rendition with a limit on bytes.
        var quality: Int?
        /// Whether it has more bytes than that limit.
        var isTooLong = false
    }

    /// Makes one rendition and reports it.
    /// - Parameter body: writes the image.
    func write(
        _ task: RenditionTask, to output: Int32, _ body: (OutputFile) throws(JobError) -> Written
    ) throws(JobError) -> RenderedImage {
        let start = ContinuousClock.now
        let file = try OutputFile(output)
        let written: Written
        do {
            written = try body(file)
        } catch {
            throw file.failure ?? error
        }
        // Some formats are finished after libvips has said that all is well.
        if let failure = file.failure { throw failure }
        try takeSource(for: task, into: file)
        if written.isTooLong && file.length > task.rendition.maxBytes ?? .max {
            throw tooLong(task, bytes: file.length)
        }
        var image = RenderedImage(
            size: written.size, try file.digest(), since: start, quality: written.quality,
            losses: task.losses(of: header))
        if task.rendition.placeholder != nil || task.rendition.dominantColour {
            let preview = try Preview(of: output)
            if let kind = task.rendition.placeholder { image.placeholder = try preview.text(kind) }
            if task.rendition.dominantColour { image.dominantColour = preview.dominantColour }
        }
        meter?.finishRendition()
        return image
    }

    /// Puts the source's bytes in the place of a rendition that says so and is larger.
    private func takeSource(for task: RenditionTask, into file: OutputFile) throws(JobError) {
        guard task.rendition.ifLarger == .copy, file.length > source.digest.bytes,
            task.equalsSource(source.format, header)
        else { return }
        file.restart()
        do {
            try unsafe source.read { unsafe file.append($0) }
        } catch {
            throw JobError(.inputUnreadable, "the source cannot be read again: error \(error.errno)")
        }
        if let failure = file.failure { throw failure }
    }

    private func tooLong(_ task: RenditionTask, bytes: Int) -> JobError {
        JobError(
            .outputTooLarge,
            "renditions[\(task.index)] has \(bytes) bytes\(task.encoder.encoding.quality == nil ? "" : " at the lowest quality"), "
                + "more than maxBytes, \(task.rendition.maxBytes ?? 0); make it smaller, or allow more")
    }

    /// Encodes a finished image.
    /// - Parameter size: of a frame, if it is an animation.
    func encode(
        _ image: Raster, of task: RenditionTask, _ animation: Animation? = nil, size: Size? = nil, to file: OutputFile
    ) throws(VipsFailure) -> Written {
        let metadata = KeptMetadata(task.rendition, of: opened, seenBy: orientation)
        guard let most = task.rendition.maxBytes else {
            // Of several at a time there is no share that goes up.
            try task.encoder.write(image, metadata, animation, to: file, threads.makers == 1 ? meter : nil)
            return Written(size: size ?? image.size)
        }
        let quality = try task.encoder.write(image.inMemory(), metadata, animation, within: most, to: file)
        return Written(size: size ?? image.size, quality: quality, isTooLong: quality == nil)
    }
}
