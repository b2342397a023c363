import SpoolInspection
import SpoolJob
import SpoolPlanes
import SpoolWire

extension Rendering {
    /// The threads of a job that may have so many. As many renditions are made side by side as memory allows.
    /// - Parameter memory: bytes that the job may have.
    func threads(_ count: Int, memory limit: Int) -> RenderThreads {
        RenderThreads(
            makers: RenditionMakers.count(of: tasks.count, threads: count, within: limit, memory: memory), inAll: count)
    }

    /// The most bytes of pictures and of the source that are expected in memory at one time, with what encoders take.
    /// - Parameter makers: how many renditions are made at a time.
    func memory(makers: Int = 1) -> Int {
        let encoders = RenditionMakers.memory(encoderMemory, makers: makers)
        switch plan {
        case .planes(let plan):
            return source.digest.bytes
                + plan.memory(of: header.size, subsampling: planar?.subsampling, makers: makers) + encoders
        case .pixels(let plan, _):
            return pixelMemory(plan, plan.reduction.size(of: header.size, by: .libvips), makers: makers) + encoders
        }
    }

    /// Of each rendition.
    private var encoderMemory: [Int] {
        tasks.map { task in
            let size = task.pipeline(fromPixelsOf: header.shape).shape.size
            return size.area * task.encoder.encoding.bytesPerPixel
        }
    }

    private func pixelMemory(_ plan: PixelsPlan, _ decoded: Size, makers: Int) -> Int {
        var pixels = plan.needsWholeSource || whole != nil ? decoded.area : 0
        var resizing = 0
        for strand in plan.strands {
            let size = strand.version.area.size == header.size ? decoded : strand.version.area.size
            let area = size.area
            resizing = max(resizing, resizeMemory(strand, size))
            if strand.hasSeveral && !plan.needsWholeSource { pixels += area }
            // Beside the colours multiplied by alpha there are those that are not.
            if strand.hasSeveral, header.hasAlpha, strand.usesOwnSize, !strand.resizes.isEmpty { pixels += area }
            for resize in strand.resizes where resize.isShared { pixels += resize.size.area }
        }
        // All frames as they come and as they go.
        pixels += tasks.filter { $0.frames > 1 }.map { $0.frames * (header.size.area + $0.plan.output.area) }.max() ?? 0
        pixels += tasks.filter(\.needsAnyOrder).map(\.plan.scaled.area).sorted(by: >).prefix(makers).reduce(0, +)
        return pixels * header.shape.bands + resizing + source.memory(decoding: decoded)
    }

    /// The most that one resize of a strand takes, and what it leaves.
    private func resizeMemory(_ strand: PixelsPlan.Strand, _ own: Size) -> Int {
        guard tools.areAllowed else { return 0 }
        let bands = header.shape.bands
        return strand.resizes.map { resize in
            let source = resize.origin.map { strand.resizes[$0].size } ?? own
            guard BandResize.suits(source, to: resize.size, bands: bands, strand.version.kernel) else { return 0 }
            return BandResize.memory(source, to: resize.size, bands: bands) + resize.size.area * bands
        }.max() ?? 0
    }
}

extension SourceFile {
    /// Some decoders keep a whole picture of their own.
    func memory(decoding size: Size) -> Int { format.isDecodedWhole ? size.area * 4 : 0 }
}

extension SourceHeader {
    /// All pixels, in the colours that steps know.
    var pixelBytes: Int { size.area * shape.bands }
}

extension Encoding {
    /// What writing a file takes for each pixel of it, as measured with pictures of six megapixels.
    fileprivate var bytesPerPixel: Int {
        switch self {
        case .jpeg: PlanarEncoder.bytesPerPixel
        case .png, .tiff: 7
        case .webp: 10
        case .gif: 17
        case .avif: 50
        case .jxl(let options): options.effort > 7 ? 290 : 100
        case .jp2: 10
        }
    }
}
