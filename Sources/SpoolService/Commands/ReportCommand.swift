import ArgumentParser
import FoundationEssentials
import SpoolCore
import SpoolSystem
import SystemPackage

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a report of the jobs that ended: one HTML file.",
        discussion: """
            Throughput and times over the last days, failures by their cause, the slowest jobs, and recent renditions. The \
            file needs nothing else and runs no script. It is made of the results in done and failed: what retention has \
            removed is not in it.

            By hand: jq -s 'map(.timings.rendered) | add / length' SPOOL/done/*.result.json

            Example: spool-worker report --since 24h report.html
            """)

    @Argument(help: ArgumentHelp("The HTML file; it is replaced.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("How far back to look: 24h, 30d.", valueName: "time"))
    var since = "7d"

    @OptionGroup var settings: SettingsOptions

    /// A page of so many pictures, each of them not larger than this, is still quick to open.
    private static let mostPictures = 60
    private static let largestPicture = 200 << 10

    func validate() throws {
        guard let span = Duration(setting: since), span >= .seconds(1) else {
            throw ValidationError("--since takes a time: 24h, 30d")
        }
    }

    func run() async throws {
        try await CommandFailure.reporting {
            let configuration = try await settings.load()
            let spool = try Spool(at: configuration.spool)
            let span = (Duration(setting: since) ?? .seconds(1)) / .seconds(1)
            let report = try SpoolReport(of: spool, span: span, now: Date())
            let roots = try Roots(configuration.outputRoots, else: .output, of: spool, named: .outputRoots)
            let page = ReportPage(report: report, pictures: pictures(of: report, in: roots))
            try write(Array(page.html.utf8))
        }
    }

    /// Those that are still what their results say.
    private func pictures(
        of report: SpoolReport, in roots: Roots
    ) -> [(rendition: ResultDocument.RenditionImage, bytes: [UInt8])] {
        var pictures: [(rendition: ResultDocument.RenditionImage, bytes: [UInt8])] = []
        var seen: Set<String> = []
        for rendition in report.recent.flatMap(\.renditions) where pictures.count < Self.mostPictures {
            // Browsers show no TIFF.
            guard rendition.bytes <= Self.largestPicture, rendition.format != "tiff",
                seen.insert(rendition.path).inserted,
                // One that is gone, or not for this user, is no error of the report.
                let bytes = try? SourceFile.open(rendition.path, in: roots, limit: Self.largestPicture, as: "rendition")
                    .read(upTo: Self.largestPicture),
                bytes.count == rendition.bytes
            else { continue }
            pictures.append((rendition, bytes))
        }
        return pictures
    }

    /// In one step, so that whoever opens it never sees half of it.
    private func write(_ content: [UInt8]) throws(SystemFailure) {
        let path = FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(file))
        guard let name = path.lastComponent, let temporary = FilePath.Component(".\(name.string).tmp") else {
            throw SystemFailure("write", path, .isDirectory)
        }
        let folder = try Folder(at: path.removingLastComponent())
        guard try folder.status(of: name)?.kind != .folder else { throw SystemFailure("write", path, .isDirectory) }
        try folder.remove(temporary)
        try folder.create(temporary).write(content)
        try folder.move(temporary, to: folder, replacing: name)
    }
}
