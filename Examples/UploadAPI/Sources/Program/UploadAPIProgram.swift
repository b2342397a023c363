import ArgumentParser
import Hummingbird
import Logging
import SystemPackage
import UploadAPI

@main
struct UploadAPIProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upload-api", abstract: "Take pictures by HTTP, and hand out what a spool's workers make of them.")

    @Option(help: ArgumentHelp("The spool's folder.", valueName: "folder"))
    var spool = "./spool"
    @Option(
        help: ArgumentHelp(
            "Where to listen. There are no users and no encryption: keep to this host.", valueName: "address"))
    var host = "127.0.0.1"
    @Option(help: ArgumentHelp("0 for any port that is free; the log names it.", valueName: "number"))
    var port = 8080
    @Option(help: ArgumentHelp("The largest picture, in bytes.", valueName: "bytes"))
    var maxBytes = 20_000_000

    func validate() throws {
        guard maxBytes > 0 else { throw ValidationError("--max-bytes takes a number above 0") }
    }

    func run() async throws {
        let logger = Logger(label: "upload-api")
        let app = Application(
            router: try UploadRoutes(spool: FilePath(spool), limit: maxBytes).router(),
            // A client that sends nothing for a minute has gone.
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { [host] channel in
                logger.info("listening on http://\(host):\(channel.localAddress?.port ?? 0)")
            },
            logger: logger)
        try await app.runService()
    }
}
