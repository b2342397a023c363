public import ArgumentParser
import SpoolCore
public import SpoolImaging
import SystemPackage

/// Draws pictures for the demonstration and the tests, so that the project needs none from elsewhere.
struct SampleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Draw a sample picture.", shouldDisplay: false)

    @Argument(help: ArgumentHelp("The kind of picture.", valueName: "kind"))
    var kind: SamplePicture

    @Argument(help: ArgumentHelp("The file; its extension is the format.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Pixels.", valueName: "pixels"))
    var width = 1600

    @Option(help: ArgumentHelp("Pixels.", valueName: "pixels"))
    var height = 1200

    func run() async throws {
        try await CommandFailure.reporting {
            guard let format = ImageFormat(pathExtension: FilePath(file).extension ?? "") else {
                throw UsageError("\(file) has no extension of a known format")
            }
            try kind.write(width: width, height: height, format: format, to: file)
        }
    }
}

extension SamplePicture: ExpressibleByArgument {}
