import SpoolJob
import SpoolSystem

/// Whether the installed libraries write a format.
enum WritingSupport: Equatable {
    case complete
    /// libvips is built without it.
    case none(ImageFormat)
    /// libvips is built with it, and has no encoder at hand; in libvips' words.
    case broken(ImageFormat, VipsFailure)

    /// What a job fails with that asks for the format, or nil.
    var error: JobError? {
        switch self {
        case .complete:
            return nil
        case .none(let format):
            return JobError(
                .optionUnsupported,
                "the installed libvips \(VipsLibrary.version) is built without \(format.name) writing")
        case .broken(let format, let failure):
            let advice = format.encoderPackage.map { "; on Debian 13 and later, install \($0)" } ?? ""
            return JobError(
                .optionUnsupported,
                "the installed libvips \(VipsLibrary.version) cannot write \(format.name): "
                    + "\(failure.message)\(advice)")
        }
    }
}

extension ImageFormat {
    /// What a try has shown, once in a process. Not while others use libvips, as for all that calls it.
    var writingSupport: WritingSupport {
        guard Operation.exists(saver) else { return .none(self) }
        return self == .avif ? Self.avifSupport : .complete
    }

    /// libheif finds its encoders in files of their own when it starts, and libvips has the operation without them, too.
    private static let avifSupport = trial(of: .avif)

    /// The Debian package that has the encoder, if it is not in the library's own.
    fileprivate var encoderPackage: String? { self == .avif ? "libheif-plugin-aomenc" : nil }

    /// Encodes a picture as small as can be.
    private static func trial(of format: ImageFormat) -> WritingSupport {
        do {
            let black = try Operation("black")
            black.set("width", 8)
            black.set("height", 8)
            black.set("bands", 3)
            let picture = try black.image().applying("copy") { $0.set("interpretation", member: "srgb") }
            let file = try OpenFile.inMemory("spool-renderer trial")
            try Encoder(of: format).write(picture, to: OutputFile(file.descriptor))
            withExtendedLifetime(file) {}
            return .complete
        } catch let failure as VipsFailure {
            return .broken(format, failure)
        } catch {
            // For want of memory or descriptors: nothing is known of the encoder, and the job itself will tell.
            return .complete
        }
    }
}
