import SpoolJob
import SpoolPlanes
import SpoolWire
import Synchronization

/// Whether the installed libraries write a format, with the options that are asked for.
enum WritingSupport: Equatable {
    case complete
    /// libvips is built without it.
    case none(ImageFormat)
    /// The library has no encoder at hand; in its words.
    case broken(ImageFormat, VipsFailure)
    /// The format can be written without this.
    case lacks(ImageFormat, option: String, reason: String)

    /// What a job fails with that asks for the format, or nil.
    var error: JobError? {
        switch self {
        case .complete:
            return nil
        case .none(let format):
            return JobError(
                .optionUnsupported,
                "the installed \(format.writingLibrary) is built without \(format.name) writing")
        case .broken(let format, let failure):
            let advice = format.encoderPackage.map { "; on Debian 13 and later, install \($0)" } ?? ""
            return JobError(
                .optionUnsupported,
                "the installed \(format.writingLibrary) cannot write \(format.name): "
                    + "\(failure.message)\(advice)")
        case .lacks(let format, let option, let reason):
            return JobError(
                .optionUnsupported,
                "the installed \(format.writingLibrary) cannot write \(format.name) with \(option): \(reason)")
        }
    }
}

extension ImageFormat {
    /// What a try has shown, once in a process. Not while others use libvips, as for all that calls it.
    var writingSupport: WritingSupport {
        guard let saver else {
            guard let failure = Capabilities.current.avifFailure else { return .complete }
            return .broken(self, VipsFailure(text: failure))
        }
        return Operation.exists(saver) ? .complete : .none(self)
    }

    /// What writes the format, with its version.
    fileprivate var writingLibrary: String {
        self == .avif ? "libheif \(AVIFWriter.libraryVersion)" : "libvips \(VipsLibrary.version)"
    }

    /// The Debian package that has the encoder, if it is not in the library's own.
    fileprivate var encoderPackage: String? { self == .avif ? "libheif-plugin-aomenc" : nil }
}

extension Encoding {
    /// As ``ImageFormat/writingSupport``, with regard to the options that not every library has.
    var writingSupport: WritingSupport {
        let support = format.writingSupport
        guard support == .complete else { return support }
        switch self {
        case .jpeg(let options) where options.needsMozjpeg && !Capabilities.current.hasMozjpeg:
            return .lacks(
                .jpeg, option: "mozjpeg's options",
                reason: "it uses libjpeg-turbo, as on Debian; take mozjpeg, trellisQuantisation, overshootDeringing, "
                    + "optimiseScans and quantisationTable out")
        case .tiff(let options) where options.predictor == .float:
            return .lacks(
                .tiff, option: "predictor float", reason: "renditions have whole numbers; use horizontal or none")
        case .tiff(let options):
            // libtiff is built with some of them.
            guard let compression = options.compression, compression == .webp || compression == .zstd else { break }
            var trial = TIFFOptions()
            trial.compression = compression
            if let failure = Trial.failure(of: .tiff(trial)) {
                return .lacks(.tiff, option: "compression \(compression.rawValue)", reason: failure.message)
            }
        // Cannot be tried: libheif 1.15 ends the whole process.
        case .avif(let options) where options.bitdepth == 10 && !AVIFWriter.hasTenBits:
            return .lacks(
                .avif, option: "bitdepth 10", reason: "it aborts on that; use 8 or 12, or Debian 13 or later")
        case .avif(let options) where options.bitdepth > 8:
            var trial = AVIFOptions()
            trial.bitdepth = options.bitdepth
            if let failure = Trial.failure(of: .avif(trial)) {
                return .lacks(.avif, option: "bitdepth \(options.bitdepth)", reason: failure.message)
            }
        default: break
        }
        return .complete
    }
}

/// What the installed encoders can do beyond what their names say.
struct Capabilities: Codable, Sendable {
    /// Why AVIF cannot be written, or nil. libheif finds its encoders in files of their own when it starts.
    var avifFailure: String?
    /// libvips ignores its options without a word where it has libjpeg-turbo.
    var hasMozjpeg: Bool

    private static let known = Mutex<Capabilities?>(nil)

    /// Tried out the first time; not while others use libvips.
    static var current: Capabilities {
        if let known = known.withLock({ $0 }) { return known }
        let tried = Capabilities(
            avifFailure: Trial.failure(of: Encoding(.avif))?.message, hasMozjpeg: Trial.hasMozjpeg)
        tried.remember()
        return tried
    }

    /// Spares this process and its children the trials.
    func remember() { Self.known.withLock { $0 = self } }
}

/// Small pictures, encoded to see what the installed libraries can do: their names for things prove nothing.
enum Trial {
    /// - Returns: nil if it works; also for want of memory or descriptors, when the job itself will tell.
    static func failure(of encoding: Encoding) -> VipsFailure? {
        do {
            _ = try file(of: encoding)
            return nil
        } catch let failure as VipsFailure {
            return failure
        } catch {
            return nil
        }
    }

    static let hasMozjpeg: Bool = {
        var options = JPEGOptions()
        options.quantisationTable = 2
        do {
            return try file(of: .jpeg(options)) != file(of: .jpeg(JPEGOptions()))
        } catch {
            return true
        }
    }()

    private static func file(of encoding: Encoding) throws -> FileDigest { FileDigest(of: try content(of: encoding)) }

    static func content(of encoding: Encoding) throws -> [UInt8] {
        let gradient = try Operation("xyz")
        gradient.set("width", 16)
        gradient.set("height", 16)
        let picture = try gradient.image().applying("linear") {
            $0.set("a", [9.0, 5.0])
            $0.set("b", [7.0, 60.0])
            $0.set("uchar", true)
        }
        let colours = try Operation("bandjoin")
        colours.set("in", [picture, try picture.firstBands(1)])
        return try Encoder(encoding).bytes(
            of: colours.image().applying("copy") { $0.set("interpretation", member: "srgb") })
    }
}
