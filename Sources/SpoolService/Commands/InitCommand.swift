import ArgumentParser
import SpoolCore
import SpoolSystem
import SystemPackage

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a folder a spool.",
        discussion: "Adds what is missing and changes nothing else, so it can be run again at any time.")

    @Argument(help: ArgumentHelp("The folder; it is created if it is missing.", valueName: "dir"))
    var folder: String

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool.create(at: FilePath(folder))
            print("\(spool.path.printable) is a spool: drop job files into \(spool.path.printable)/incoming")
        }
    }
}
