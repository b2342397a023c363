import ArgumentParser
import FoundationEssentials
import Glibc
import SpoolJob
import SpoolPlanes
import SystemPackage

/// Measures what a job costs without a spool: makes a JPEG of each JPEG, by the code that renderers have for it, and nothing
/// else. No job, no digest, no other process.
struct PlanesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "planes", abstract: "Make a JPEG of each JPEG in its planes, as out-FILE in this folder.")

    @Option(help: ArgumentHelp("Pixels.", valueName: "pixels"))
    var width: Int

    @Option(help: ArgumentHelp("Pixels.", valueName: "pixels"))
    var height: Int

    @Option(help: ArgumentHelp("1 to 100.", valueName: "number"))
    var quality = 80

    @Flag(help: "Flush each file under another name, rename it, and flush the folder.")
    var durable = false

    @Argument(help: ArgumentHelp("JPEG files in this folder.", valueName: "file"))
    var files: [String]

    func run() throws {
        let folder = try FileDescriptor.open(FilePath("."), .readOnly)
        let scaler = PlaneScaler()
        for file in files { try make(file, in: folder, scaler) }
        try folder.close()
    }

    private func make(_ name: String, in folder: FileDescriptor, _ scaler: PlaneScaler) throws {
        let content = [UInt8](try Data(contentsOf: URL(filePath: name)))
        guard let decoder = PlanarDecoder(content) else { throw ValidationError("\(name) has no planes") }
        let planes = PlanesPlanner.PlanesHeader(size: decoder.size, subsampling: decoder.subsampling)
        guard let header = SourceHeader(jpeg: content, planes, ignoringProfile: false) else {
            throw ValidationError("\(name) is unusual")
        }
        let rendition = Rendition(
            path: "out-\(name)", format: .jpeg, width: width, height: height, fit: .fill, quality: quality)
        let layout = try RenditionLayout(
            0, rendition, stored: header.size, upright: header.orientation, isPlain: true)
        let plan = PlanesPlanner(header: header, planes: planes, failOn: .warning).plan([layout])
        guard case .jpeg(let options) = rendition.encoding, plan.renditions[0].staysPlanar else {
            throw ValidationError("\(name) does not stay in its planes")
        }
        var run = try PlanesRun(plan, decoder, scaler)
        let temporary = durable ? ".\(rendition.path)" : rendition.path
        let file = try FileDescriptor.open(
            FilePath(temporary), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        let output = try OutputFile(file.rawValue)
        try PlanarEncoder.write(run.image(0), size: layout.plan.output, options, to: output)
        if let failure = output.failure { throw failure }
        if durable {
            guard fsync(file.rawValue) == 0, unsafe rename(temporary, rendition.path) == 0, fsync(folder.rawValue) == 0
            else {
                throw Errno(rawValue: errno)
            }
        }
        try file.close()
    }
}
