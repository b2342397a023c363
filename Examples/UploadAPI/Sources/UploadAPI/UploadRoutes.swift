public import Hummingbird
import Logging
import NIOCore
import SpoolCore
public import SystemPackage

/// The web service on a spool: pictures in, renditions out. It keeps no state of its own, so that it can be killed and
/// started again, and several of it can serve one spool.
public struct UploadRoutes: Sendable {
    private let spool: Spool
    private let limit: Int
    private let disk = Disk()
    private let workers: WorkerWatch
    private let files = FileIO()

    /// The longest time that `?wait=` keeps a request, in seconds.
    private static let longestWait = 20.0

    /// - Parameter limit: of an upload, in bytes.
    public init(spool path: FilePath, limit: Int) throws {
        spool = try Spool(at: path)
        self.limit = limit
        workers = WorkerWatch(spool, disk)
    }

    public func router() -> Router<BasicRequestContext> {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.add(middleware: SafeHeaders())
        router.get("/") { _, _ in Page.response(limit: limit) }
        // Browsers ask for it by themselves.
        router.get("/favicon.ico") { _, _ in HTTPResponse.Status.noContent }
        router.post("/images") { try await upload($0, $1) }
        router.get("/images/:id") { try await status($0, $1) }
        router.get("/images/:id/:name") { try await rendition($0, $1) }
        return router
    }

    // MARK: POST /images

    private struct Accepted: ResponseEncodable {
        var id: String
        var status: String
    }

    private func upload(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let type = request.headers[.contentType]?.lowercased() ?? ""
        guard type.hasPrefix("image/") else {
            throw HTTPError(.unsupportedMediaType, message: "the content type must be image/…")
        }
        let options = try UploadOptions(request.uri.queryParameters)
        // Tells most uploads that are too large before their first byte is stored.
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        let subtype = String(type.dropFirst("image/".count).prefix { $0 != ";" && $0 != "+" })
        let source = try await storing(context) { [spool] in
            try spool.newSource(named: UploadPaths.stem, pathExtension: subtype)
        }
        // An upload that breaks off throws here, and the source is removed with its last reference.
        try await receive(request.body, source, context)
        let job = options.job(for: source)
        _ = try await storing(context) { try source.submit(job) }
        let status = UploadPaths.status(source.id)
        var response = try context.responseEncoder.encode(
            Accepted(id: source.id.description, status: status), from: request, context: context)
        response.status = .accepted
        response.headers[.location] = status
        return response
    }

    private var tooLarge: HTTPError {
        HTTPError(.contentTooLarge, message: "the picture has more than \(limit) bytes")
    }

    private func receive(_ body: RequestBody, _ source: SourceImage, _ context: BasicRequestContext) async throws {
        var count = 0
        for try await part in body {
            count += part.readableBytes
            guard count <= limit else { throw tooLarge }
            let bytes = Array(part.readableBytesView)
            try await storing(context) { try source.write(bytes) }
        }
        guard count > 0 else { throw HTTPError(.badRequest, message: "the body is empty") }
    }

    /// Runs what writes to the spool. The client learns that the spool cannot take the picture now; the reason has paths
    /// and goes to the log.
    private func storing<Value: Sendable>(
        _ context: BasicRequestContext, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        do {
            return try await disk.run(body)
        } catch let failure as SystemFailure {
            context.logger.error("the spool has refused an upload: \(failure)")
            let isFull = [Errno.noSpace, .diskQuotaExceeded].contains(failure.errno)
            throw HTTPError(
                isFull ? .init(code: 507, reasonPhrase: "Insufficient Storage") : .serviceUnavailable,
                message: isFull ? "no space is left for pictures" : "the spool cannot take pictures at the moment")
        }
    }

    // MARK: GET /images/ID

    private func status(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let id = try Self.id(context)
        let seconds = try Self.wait(request.uri.queryParameters)
        let name = UploadPaths.job(id)
        if seconds > 0, try await find(id).state.isOpen {
            _ = try await spool.result(of: name, until: .now + .seconds(seconds))
        }
        let status = ImageStatus(id, try await find(id), try await workers.workers())
        var response = try context.responseEncoder.encode(status, from: request, context: context)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private static func id(_ context: BasicRequestContext) throws -> UniqueID {
        guard let id = context.parameters.get("id").flatMap({ UniqueID($0) }) else { throw unknown }
        return id
    }

    private static var unknown: HTTPError { HTTPError(.notFound, message: "there is no picture of this id") }

    private static func wait(_ query: Parameters) throws -> Double {
        guard let text = query["wait"] else { return 0 }
        guard let seconds = Double(text), (0...longestWait).contains(seconds) else {
            throw HTTPError(.badRequest, message: "wait must be a number of seconds from 0 to \(Int(longestWait))")
        }
        return seconds
    }

    private func find(_ id: UniqueID) async throws -> FoundJob {
        let job = try await disk.run { [spool] in try spool.job(named: UploadPaths.job(id)) }
        guard let job else { throw Self.unknown }
        return job
    }

    // MARK: GET /images/ID/NAME

    private func rendition(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let id = try Self.id(context)
        // Only a path that this service made and the result names is opened, so that neither name nor id can lead
        // elsewhere.
        let path = UploadPaths.rendition(of: id, try context.parameters.require("name"))
        let job = try await find(id)
        guard job.state == .done, let image = job.document?.renditions.first(where: { $0.path == path }) else {
            throw HTTPError(.notFound, message: "there is no rendition of this name")
        }
        var headers: HTTPFields = [
            .contentType: "image/\(image.format)", .eTag: "\"\(image.sha256)\"",
            .cacheControl: "private, max-age=31536000, immutable",
        ]
        if request.headers[.ifNoneMatch] == headers[.eTag] { return Response(status: .notModified, headers: headers) }
        let file = spool.path.appending(SpoolFolder.output.name).pushing(FilePath(path))
        let body = try await files.loadFile(path: file.string, context: context)
        headers[.contentLength] = body.contentLength.map { "\($0)" }
        return Response(status: .ok, headers: headers, body: body)
    }
}

extension SpoolFolder {
    /// Whether a job here can still end.
    fileprivate var isOpen: Bool { self != .done && self != .failed }
}
