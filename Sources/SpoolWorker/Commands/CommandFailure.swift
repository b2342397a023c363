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
        case is ConfigurationError: .configuration
        case let error as SpoolError: error.underlying?.errno == .ioError ? .inputOutput : .unavailable
        case is SystemFailure: .inputOutput
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
        } catch let error as ValidationError {
            throw error
        } catch {
            Terminal.printError("spool-worker: \(error)")
            throw status(of: error).code
        }
    }
}

/// Standard output and standard error.
enum Terminal {
    static func printError(_ line: String) { ConsoleLogHandler.writeToStandardError(line + "\n") }

    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
