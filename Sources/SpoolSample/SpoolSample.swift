public import ArgumentParser
import FoundationEssentials
public import SpoolImaging
import SpoolJob

/// Draws pictures for the demonstration, the gallery and the benchmarks, so that the project needs none from elsewhere.
/// Not part of an installation.
@main
struct SpoolSample: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "spool-sample", abstract: "Draw a sample picture.")

    @Argument(help: ArgumentHelp("The kind of picture.", valueName: "kind"))
    var kind: SamplePicture

    @Argument(help: ArgumentHelp("The file; its extension is the format.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Pixels.", valueName: "pixels"))
    var width = 1600

    @Option(help: ArgumentHelp("Pixels.", valueName: "pixels"))
    var height = 1200

    func run() throws {
        guard let format = ImageFormat(pathExtension: URL(filePath: file).pathExtension) else {
            throw ValidationError("\(file) has no extension of a known format")
        }
        try kind.write(width: width, height: height, format: format, to: file)
    }
}

extension SamplePicture: ExpressibleByArgument {}
