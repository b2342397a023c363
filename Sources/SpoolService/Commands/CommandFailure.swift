import ArgumentParser
import Glibc
import SpoolCore
import SpoolSystem
import SpoolWatch
import SystemPackage

/// The one table from errors to exit statuses.
enum CommandFailure {
    static func status(of error: any Error) -> ExitStatus {
        switch error {
        case is UsageError: .usage
        case is ConfigurationError: .configuration
        case let error as SpoolError: error.underlying?.errno == .ioError ? .inputOutput : .unavailable
        case is SystemFailure: .inputOutput
        case is StorageShortage: .temporary
        case is RendererStartError, is WatchError: .unavailable
        default: .software
        }
    }

    /// Runs a subcommand's body; what it throws becomes one line on standard error and the documented exit status.
    static func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let code as ExitCode {
            throw code
        } catch {
            Terminal.printError("spool-worker: \(error)")
            throw status(of: error).code
        }
    }
}

/// Arguments that cannot be used, found out while they were.
struct UsageError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// Standard output and standard error.
enum Terminal {
    static func printError(_ line: String) { ConsoleLogHandler.writeToStandardError(line + "\n") }

    /// Writes bytes as they are on standard output, behind what was printed.
    static func write(_ bytes: [UInt8]) throws {
        flush()
        try FileDescriptor.standardOutput.writeAll(bytes)
    }

    /// Hands on what was printed: whoever reads a pipe need not wait for the end of the command.
    static func flush() { _ = fflush(nil) }

    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
