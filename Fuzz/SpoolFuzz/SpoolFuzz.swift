import Glibc
import SpoolCore
import SpoolInspection
import SpoolJPEG
import SpoolJob
import SpoolService
import SpoolWire

/// What reads bytes of untrusted people. Each must end, without a crash, whatever the bytes are, and keep its promises.
private enum Reader: String, CaseIterable {
    /// Job files.
    case job
    /// Result documents, which anybody who may write to the spool may have changed.
    case result
    /// What a renderer says that a decoder's bug has taken over.
    case answer
    /// Images, before any decoder.
    case source
    /// Usual JPEGs, by the decoder of our own.
    case jpeg

    /// From the environment variable `SPOOL_FUZZ_READER`.
    static let chosen: Reader = {
        let name = unsafe getenv("SPOOL_FUZZ_READER").map { unsafe String(cString: $0) } ?? ""
        guard let reader = Reader(rawValue: name) else {
            fatalError("SPOOL_FUZZ_READER is one of \(allCases.map(\.rawValue)), not \"\(name)\"")
        }
        return reader
    }()

    func read(_ bytes: [UInt8]) {
        switch self {
        case .job: Self.readJob(bytes)
        case .result: Self.readResult(bytes)
        case .answer: Self.readAnswer(bytes)
        case .source: Self.readSource(bytes)
        case .jpeg: Self.readJPEG(bytes)
        }
    }

    /// A job that was read comes back from what is written of it.
    private static func readJob(_ bytes: [UInt8]) {
        guard let json = try? JSONValue(parsing: bytes) else { return }
        do throws(JobError) {
            let job = try Job(json: json)
            guard let again = try? JSONValue(parsing: job.content) else { fatalError("what was written is no JSON") }
            let back = try Job(json: again)
            precondition(back == job, "a job came back as another")
        } catch {
            check(error)
        }
    }

    /// What is written of a document stays as it is.
    private static func readResult(_ bytes: [UInt8]) {
        guard let document = (try? JSONValue(parsing: bytes)).flatMap({ try? ResultDocument(json: $0) }) else { return }
        let written = document.content
        guard let again = (try? JSONValue(parsing: written)).flatMap({ try? ResultDocument(json: $0) }) else {
            fatalError("what was written cannot be read")
        }
        precondition(again.content == written, "a document came back as another")
    }

    /// No number or text that passes is impossible.
    private static func readAnswer(_ bytes: [UInt8]) {
        _ = try? RendererGreeting(message: bytes)
        _ = try? RendererNews(message: bytes)
        _ = try? ExplainReply(message: bytes)
        guard case .reply(let reply)? = try? ChildWord(message: bytes) else { return }
        let job = Job(input: Input(path: "a"), renditions: [Rendition(path: "b.png", format: .png)])
        switch reply {
        case .failed(let error): check(error)
        case .rendered(let rendered):
            guard reply.flaw(for: job, limits: RenderLimits()) == nil else { return }
            precondition(rendered.renditions.allSatisfy { $0.bytes > 0 && $0.milliseconds.isFinite })
        }
    }

    private static func readSource(_ bytes: [UInt8]) {
        do throws(JobError) {
            let format = try SourceFormat(head: Array(bytes.prefix(SourceFormat.headLength)))
            _ = try SourceStructure.check(ByteReader(bytes), format, RenderLimits(inputPages: 100))
        } catch {
            check(error)
        }
    }

    /// No sample lands beside the planes: they have just the room that is asked for.
    private static func readJPEG(_ bytes: [UInt8]) {
        guard let usual = BaselineJPEG(bytes.span), usual.width * usual.height <= 1 << 18 else { return }
        let (across, down) = usual.subsampling ?? (1, 1)
        let units = (usual.width + 8 * across - 1) / (8 * across)
        let rows = (usual.height + 8 * down - 1) / (8 * down)
        let parts = usual.subsampling == nil ? [(across, down)] : [(across, down), (1, 1), (1, 1)]
        for side in [8, 4, 2, 1] {
            var planes: [UnsafeMutableBufferPointer<UInt8>] = unsafe []
            defer { unsafe planes.forEach { unsafe $0.deallocate() } }
            var targets: [SampleTarget] = []
            for (across, down) in parts {
                let stride = units * side * across
                let plane = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: stride * rows * side * down)
                unsafe planes.append(plane)
                unsafe targets.append(SampleTarget(plane, stride: stride))
            }
            _ = usual.decode(bytes.span, reducedBy: 8 / side, into: targets)
        }
    }

    /// Messages reach terminals and logs.
    private static func check(_ error: JobError) {
        precondition(error.message.utf8.count <= JobError.maximumMessageBytes, "a message is too long")
        precondition(
            error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "a message has controls")
    }
}

/// libFuzzer's driver; its signature stands in compiler-rt's FuzzerInterface.h.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main
enum SpoolFuzz {
    static func main() {
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        let status = unsafe runFuzzer(&count, &arguments) { start, count in
            Reader.chosen.read(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
            return 0
        }
        exit(status)
    }
}
