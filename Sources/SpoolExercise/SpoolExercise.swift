import ArgumentParser

/// Does a part of the worker's work alone, for benchmarks. Not part of an installation.
@main
struct SpoolExercise: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spool-exercise", abstract: "Do a part of the worker's work alone (for benchmarks).",
        subcommands: [MovesCommand.self, PlanesCommand.self])
}
