public import ArgumentParser
public import SpoolCore
import SpoolSystem
import SystemPackage

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Drop a job for each image.",
        discussion: """
            Several --width and --format make several renditions of each image. An image outside the input roots is \
            copied; the copy is removed when its job is done. Prints the names of the jobs, one per line. A rendition replaces the file at its path.

            Example: spool-worker submit *.jpg --width 320 --width 1280 --format webp --wait

            A tree of folders, of any size and with any names: find photos -name '*.jpg' -print0 | spool-worker submit \
            --files-from - -0 --base photos --width 320
            """)

    @Argument(help: ArgumentHelp("The images.", valueName: "file"))
    var images: [String] = []

    @Option(
        help: ArgumentHelp(
            "Take more images from a list, one a line; - is standard input. Relative names start in the working folder.",
            valueName: "list"))
    var filesFrom: String?

    @Flag(
        name: [.customShort("0"), .customLong("null")],
        help: "With --files-from: names end with a zero byte instead of a line's end (find -print0).")
    var null = false

    @Option(
        help: ArgumentHelp(
            "Keep the folders of the images from this folder on: {dir} in --output. An image elsewhere is a mistake.",
            valueName: "folder"))
    var base: String?

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
            "\(ImageFormat.allCases.map(\.rawValue).joined(separator: ", ")); can be repeated. "
                + "(default: that of the image's extension)", valueName: "format"))
    var format: [ImageFormat] = []

    @Option(
        help: ArgumentHelp(
            "For lossy formats: \(KeyTable.needs(ofRendition: "quality")). "
                + "(default: \(KeyTable.defaultText(ofRendition: "quality")))", valueName: "quality"))
    var quality: Int?

    @Option(
        help: ArgumentHelp(
            "Path of the renditions below the output root; {dir}, {name}, {width}, {height} and {format} are filled in. "
                + "(default: {name}-WIDTHxHEIGHT.{format}, with --base below {dir})", valueName: "pattern"))
    var output: String?

    @Flag(
        help:
            "Drop no job for an image whose renditions are all there already and not older than the image, as make does."
    )
    var skipExisting = false

    @Option(
        help: ArgumentHelp(
            "Drop each job once: a call that was interrupted can be repeated, and leaves out what the spool has already. The "
                + "jobs' names begin with this one.", valueName: "name"))
    var batch: String?

    @Flag(help: "Wait until all jobs are done; exit with 1 if one failed.")
    var wait = false

    @Option(
        help: ArgumentHelp("With --wait: give up after this time and exit with 75. (default: never)", valueName: "time")
    )
    var waitTimeout: String?

    @OptionGroup var settings: SettingsOptions

    func validate() throws {
        guard !images.isEmpty || filesFrom != nil else {
            throw ValidationError("name the images, or --files-from a list")
        }
        guard !null || filesFrom != nil else { throw ValidationError("--null needs --files-from") }
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

    /// The images of the arguments, then those of the list.
    private func named() throws -> [FilePath] {
        let listed = try filesFrom.map { try ImageNames.read($0, endByZero: null) } ?? []
        return images.map { FilePath($0) } + listed
    }

    private func pattern() throws(UsageError) -> RenditionPattern {
        let output = try output.map { (text) throws(UsageError) in try PathPattern(text) }
        guard base != nil || output?.has(.dir) != true else {
            throw UsageError(
                "--output has {dir}, the image's folder, which needs --base: the folder from which it is told")
        }
        return RenditionPattern(
            widths: width, height: height, fit: fit, formats: format, quality: quality, output: output)
    }

    func run() async throws {
        try await CommandFailure.reporting {
            let configuration = try await settings.load()
            let batch = try batch.map { (name) throws(UsageError) in try Batch(name) }
            let spool = try Spool(at: configuration.spool)
            let inputs = SubmittedInputs(configuration, of: spool)
            var plan = try SubmissionPlan(
                try named(), base: try base.map { try BaseFolder(FilePath($0)) }, pattern: try pattern(), inputs: inputs
            )
            guard !plan.images.isEmpty else {
                return Terminal.printError(
                    "spool-worker: --files-from \(filesFrom ?? "") names no image; nothing is dropped")
            }
            let outputRoot = configuration.outputRoots.first ?? configuration.spool.appending(SpoolFolder.output.name)
            if skipExisting {
                let count = try plan.leaveOutExisting(in: outputRoot)
                Terminal.printError(
                    "spool-worker: \(count) of \(plan.images.count + count) images have all their renditions already")
            }
            var drops = JobDrops(plan, in: spool, batch: batch)
            if let replaced = try plan.replaced(by: try drops.unknownImages(), in: outputRoot) {
                Terminal.printError("spool-worker: \(replaced)")
            }
            var names: [JobName] = []
            for image in plan.images {
                let name = try drops.drop(image)
                print(name)
                Terminal.flush()
                names.append(name)
            }
            if let batch {
                Terminal.printError("spool-worker: \(drops.known.line(of: batch, dropped: drops.droppedCount))")
            }
            guard wait, !names.isEmpty else { return }
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
