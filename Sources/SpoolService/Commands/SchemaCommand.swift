import ArgumentParser
import SpoolCore

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema (2020-12) of job files.")

    func run() { print(Job.schema, terminator: "") }
}
