public import ArgumentParser
public import SpoolCore
import SpoolSystem
import SystemPackage

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Drop a job for each image.",
        discussion: """
            Several --width and --format make several renditions of each image. An image outside the input root is \
            copied into it. Prints the names of the jobs, one per line. A rendition replaces the file at its path.

            Example: spool-worker submit *.jpg --width 320 --width 1280 --format webp --wait
            """)

    @Argument(help: ArgumentHelp("The images.", valueName: "file"))
    var images: [String]

    @Option(help: ArgumentHelp("Width of the renditions in pixels; can be repeated.", valueName: "pixels"))
    var width: [Int] = []

    @Option(help: ArgumentHelp("Height of the renditions in pixels.", valueName: "pixels"))
    var height: Int?

    @Option(
        help: ArgumentHelp(
            "How to meet width and height together. (default: \(KeyTable.defaultText(ofRendition: "fit")))",
            valueName: "fit"))
    var fit: Fit?

    @Option(
        help: ArgumentHelp(
            "jpeg, png, webp, gif, tiff or avif; can be repeated. (default: that of the image's extension)",
            valueName: "format"))
    var format: [ImageFormat] = []

    @Option(
        help: ArgumentHelp(
            "For lossy formats: \(KeyTable.needs(ofRendition: "quality")). "
                + "(default: \(KeyTable.defaultText(ofRendition: "quality")))", valueName: "quality"))
    var quality: Int?

    @Option(
        help: ArgumentHelp(
            "Path of the renditions below the output root; {name}, {width}, {height} and {format} are filled in. "
                + "(default: {name}-WIDTHxHEIGHT.{format})", valueName: "pattern"))
    var output: String?

    @Flag(help: "Wait until all jobs are done; exit with 1 if one failed.")
    var wait = false

    @Option(
        help: ArgumentHelp("With --wait: give up after this time and exit with 75. (default: never)", valueName: "time")
    )
    var waitTimeout: String?

    @OptionGroup var settings: SettingsOptions

    func validate() throws {
        guard waitTimeout == nil || wait else { throw ValidationError("--wait-timeout needs --wait") }
        guard waitTimeout.map({ Duration(setting: $0) != nil }) ?? true else {
            throw ValidationError("--wait-timeout takes a time: 5, 500ms, 2m")
        }
        for size in width { try Self.check(size, for: "width") }
        try Self.check(height, for: "height")
        try Self.check(quality, for: "quality")
    }

    private static func check(_ value: Int?, for key: String) throws(ValidationError) {
        guard let value else { return }
        do {
            try KeyTable.check(.number(value), forRendition: key)
        } catch {
            throw ValidationError("--\(error.message)")
        }
    }

    /// Two images of one name must not become one file.
    private static func refuseTwins(in batch: [(image: FilePath, renditions: [Rendition])]) throws(UsageError) {
        var owners: [FilePath: FilePath] = [:]
        for (image, renditions) in batch {
            for rendition in renditions {
                let path = FilePath(rendition.path).lexicallyNormalized()
                guard let owner = owners.updateValue(image, forKey: path) else { continue }
                throw UsageError(
                    "\(owner.printable) and \(image.printable) would both become \(rendition.path); put {name} into "
                        + "--output, or submit them one by one with different --output")
            }
        }
    }

    /// To make renditions anew is usual, so this is no mistake; but the file may be another image's of the same name.
    private static func tellReplaced(_ renditions: [Rendition], in root: FilePath) {
        let there = renditions.filter { root.pushing(FilePath($0.path)).canonical != nil }
        guard let first = there.first else { return }
        let example = FilePath(first.path).printable
        Terminal.printError(
            there.count == 1
                ? "spool-worker: \(example) is there already and will be replaced"
                : "spool-worker: \(there.count) files are there already and will be replaced, such as \(example)")
    }

    func run() async throws {
        try await CommandFailure.reporting {
            let configuration = try await settings.load()
            let spool = try Spool(at: configuration.spool)
            let inputs = SubmittedInputs(
                roots: configuration.inputRoots.isEmpty
                    ? [configuration.spool.appending(SpoolFolder.input.name)] : configuration.inputRoots)
            let pattern = RenditionPattern(
                widths: width, height: height, fit: fit, formats: format, quality: quality, output: output)
            // Every image is looked at before the first is copied: a typo must not leave half a batch behind.
            var batch: [(image: FilePath, renditions: [Rendition])] = []
            for image in images.map({ FilePath($0) }) {
                try inputs.check(image)
                batch.append((image, try pattern.renditions(for: image)))
            }
            try Self.refuseTwins(in: batch)
            Self.tellReplaced(
                batch.flatMap(\.renditions),
                in: configuration.outputRoots.first ?? configuration.spool.appending(SpoolFolder.output.name))
            var names: [JobName] = []
            for (image, renditions) in batch {
                let input = try inputs.prepare(image)
                let name: JobName
                do {
                    let job = Job(input: Input(path: input.path), renditions: renditions)
                    name = try spool.submit(job, named: image.stem ?? "job")
                } catch {
                    input.discard()
                    throw error
                }
                print(name)
                Terminal.flush()
                names.append(name)
            }
            guard wait else { return }
            let deadline = waitTimeout.flatMap { Duration(setting: $0) }.map { ContinuousClock.now + $0 }
            switch try await JobWait(spool: spool, names: names).run(until: deadline) {
            case .allDone: return
            case .someFailed: throw ExitStatus.jobsFailed.code
            case .tooLate: throw ExitStatus.temporary.code
            }
        }
    }
}

extension Fit: ExpressibleByArgument {}
extension ImageFormat: ExpressibleByArgument {}
