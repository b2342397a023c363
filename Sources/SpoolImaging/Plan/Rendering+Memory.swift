import SpoolInspection
import SpoolJob
import SpoolWire

extension Rendering {
    /// The most bytes of pictures and of the source that are expected in memory at one time, with what encoders take.
    var memory: Int {
        switch plan {
        case .planes(let plan):
            source.digest.bytes
                + plan.memory(
                    decoded: Reduction.whole(plan.factor).size(of: header.size), subsampling: planar?.subsampling,
                    isTurned: plan.orientation != .upright) + encoderMemory
        case .pixels(let plan, _): pixelMemory(plan, plan.reduction.size(of: header.size)) + encoderMemory
        }
    }

    /// One rendition is encoded at a time.
    private var encoderMemory: Int {
        tasks.map { task in
            let size = task.pipeline(fromPixelsOf: header.shape).shape.size
            return size.area * task.rendition.format.encoderBytesPerPixel
        }.max() ?? 0
    }

    private func pixelMemory(_ plan: PixelsPlan, _ decoded: Size) -> Int {
        var pixels = plan.needsWholeSource || whole != nil ? decoded.area : 0
        for strand in plan.strands {
            let area = strand.version.area.size == header.size ? decoded.area : strand.version.area.size.area
            if strand.hasSeveral && !plan.needsWholeSource { pixels += area }
            // Beside the colours multiplied by alpha there are those that are not.
            if strand.hasSeveral, header.hasAlpha, strand.usesOwnSize, !strand.resizes.isEmpty { pixels += area }
            for resize in strand.resizes where resize.isShared { pixels += resize.size.area }
        }
        // All frames as they come and as they go.
        pixels += tasks.filter { $0.frames > 1 }.map { $0.frames * (header.size.area + $0.plan.output.area) }.max() ?? 0
        // One rendition at a time.
        pixels += tasks.filter(\.needsAnyOrder).map(\.plan.scaled.area).max() ?? 0
        return pixels * header.shape.bands + source.memory(decoding: decoded)
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

extension ImageFormat {
    /// What writing a file takes for each pixel of it, as measured with pictures of six megapixels.
    fileprivate var encoderBytesPerPixel: Int {
        switch self {
        case .jpeg: 5
        case .png, .tiff: 7
        case .webp: 10
        case .gif: 17
        case .avif: 50
        }
    }
}

extension PlanesPlan {
    /// The decoded planes, and of the resized ones the most that are held at one time. While planes are turned there are
    /// two of each.
    /// - Parameter subsampling: the source's; nil for grey.
    fileprivate func memory(decoded: Size, subsampling: Subsampling?, isTurned: Bool) -> Int {
        func bytes(_ size: Size, _ subsampling: Subsampling, isGrey: Bool) -> Int {
            Plane.bytes(of: subsampling.padded(size)) + (isGrey ? 0 : 2 * Plane.bytes(of: subsampling.colour(of: size)))
        }
        let isGrey = subsampling == nil
        let source = bytes(decoded, subsampling ?? .full, isGrey: isGrey)
        let resized = resizes.indices.map { number in
            resizes[...number].filter { $0.lastUse >= number }.reduce(0) { sum, resize in
                sum + bytes(resize.crop?.size ?? resize.scaled, resize.subsampling, isGrey: isGrey)
            }
        }
        return source + max(isTurned ? source : 0, resized.max() ?? 0)
    }
}
