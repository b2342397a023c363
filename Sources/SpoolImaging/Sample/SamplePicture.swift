import CVips
import Glibc
public import SpoolJob
import SpoolPlanes

/// Pictures that are computed, for demonstrations and tests: the same on every machine, in any size, free of rights.
public enum SamplePicture: String, Sendable, CaseIterable {
    /// All hues around the centre, pale in the middle.
    case hues
    /// Rings that become finer towards the edge: bad resizing shows at once.
    case zonePlate = "zone-plate"
    /// Waves from three stones in a pond.
    case ripples
    /// Ridges one behind the other, and a low sun.
    case hills
    /// A Julia set.
    case julia
    /// A disc of ripples with a soft edge, transparent around it.
    case glass

    /// Draws the picture into a new file; one that is there is replaced.
    /// - Parameters:
    ///   - width: pixels, of the picture as it is to be seen.
    ///   - height: pixels, likewise.
    ///   - isSideways: stored lying on its side with EXIF orientation 6, the way phones store portraits; in JPEG.
    ///   - path: where to write, taken literally.
    /// - Throws: ``ErrorCode/outputNotWritable``, ``ErrorCode/storageFull`` and their like, or
    ///   ``ErrorCode/renderFailed`` with libvips' words.
    public func write(
        width: Int, height: Int, format: ImageFormat, isSideways: Bool = false, to path: String
    ) throws(JobError) {
        try VipsLibrary.start()
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw JobError(.outputNotWritable, "cannot create \(path): \(reason)")
        }
        defer { close(descriptor) }
        try VipsLibrary.exclusively { _ throws(JobError) in
            try write(Size(width: width, height: height), format, isSideways: isSideways, to: descriptor)
        }
    }

    private func write(
        _ size: Size, _ format: ImageFormat, isSideways: Bool, to descriptor: Int32
    ) throws(JobError) {
        let file = try OutputFile(descriptor)
        var encoder = try Encoder(Rendition(path: "", format: format))
        do {
            var image = try draw(size)
            if image.hasAlpha && !format.hasAlpha { image = try image.flattened(on: [255, 255, 255]) }
            if isSideways {
                encoder.keepsMetadata = true
                image = try image.inMemory().turned(.rightSideUp)
                    .withField("orientation", Orientation.leftSideUp.rawValue)
            }
            try encoder.write(image, to: file)
        } catch {
            throw file.failure ?? JobError(.renderFailed, "libvips cannot draw \(rawValue): \(error.message)")
        }
    }

    private func draw(_ size: Size) throws(VipsFailure) -> Raster {
        switch self {
        case .hues: try Canvas(size).hues()
        case .zonePlate: try Canvas(size).zonePlate()
        case .ripples: try Canvas(size).ripples()
        case .hills: try Canvas(size).hills()
        case .julia: try Canvas(size).julia()
        case .glass: try Canvas(size).glass()
        }
    }
}
