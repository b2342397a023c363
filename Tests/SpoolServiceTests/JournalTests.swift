import CSpoolSystem
import Foundation
import Glibc
import Logging
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@testable import SpoolService

/// The socket of a journal that this test plays.
@safe private final class JournalSocket {
    private let socket: DatagramSocket
    var path: FilePath { socket.path }
    private var descriptor: Int32 { socket.descriptor }

    init(in folder: FilePath) throws { socket = try DatagramSocket(at: folder.appending("journal")) }

    /// The fields of the next entry, from the datagram or from the file that came instead of one.
    func entry() throws -> [String: String] {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var files = [Int32](repeating: -1, count: Int(SPOOL_MAX_DESCRIPTORS))
        var count = files.count
        let length = unsafe spool_receive(descriptor, &buffer, buffer.count, &files, &count)
        try #require(length >= 0)
        guard count > 0 else { return Self.fields(Array(buffer[..<length])) }
        try #require(length == 0 && count == 1)
        let file = OpenFile(owning: files[0], path: "entry")
        // The journal takes no file that could change meanwhile.
        #expect(throws: SystemFailure.self) { try file.cut(to: 0) }
        #expect(throws: SystemFailure.self) { try file.overwrite([0]) }
        return Self.fields(try file.read(upTo: 1 << 28))
    }

    private static func fields(_ bytes: [UInt8]) -> [String: String] {
        var fields: [String: String] = [:]
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if let equals = line.firstIndex(of: UInt8(ascii: "=")) {
                fields[String(decoding: line[..<equals], as: UTF8.self)] = String(
                    decoding: line[(equals + 1)...], as: UTF8.self)
            } else {
                let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                let value = rest.dropFirst(8).prefix(length)
                fields[String(decoding: line, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
                rest = rest.dropFirst(8 + length + 1)
            }
        }
        return fields
    }
}

@Suite struct `The journal` {
    private let scratch: ScratchFolder
    private let socket: JournalSocket

    init() throws {
        scratch = try ScratchFolder()
        socket = try JournalSocket(in: scratch.path)
    }

    private var logger: Logger {
        Logger(label: "test") { [path = socket.path] _ in
            ConsoleLogHandler(level: SharedLogLevel(.info), style: .journal(Journal(at: path))) { line in
                Issue.record("written to standard error: \(line)")
            }
        }
    }

    @Test func `gets messages with priorities, and fields to search by`() throws {
        logger.warning(
            "failed: no such file",
            metadata: ["job": "a b.json", "code": "input_not_found", "worker": "w-1", "attempt": "2"])
        #expect(
            try socket.entry() == [
                "MESSAGE": "failed: no such file attempt=2 code=input_not_found job=\"a b.json\" worker=w-1",
                "PRIORITY": "4", "SYSLOG_IDENTIFIER": "spool-worker", "JOB": "a b.json", "CODE": "input_not_found",
                "WORKER": "w-1",
            ])
        logger.info("hello")
        #expect(
            try socket.entry() == ["MESSAGE": "hello", "PRIORITY": "6", "SYSLOG_IDENTIFIER": "spool-worker"])
    }

    @Test func `gets one entry a message, whatever names hold`() throws {
        logger.info("job\nPRIORITY=0", metadata: ["job": "x\nMESSAGE=forged"])
        let entry = try socket.entry()
        #expect(entry["PRIORITY"] == "6" && entry["JOB"] == "x\\nMESSAGE=forged")
        #expect(entry["MESSAGE"]?.hasPrefix("job\\nPRIORITY=0 job=") == true)
    }

    @Test(arguments: [10, 1_000, 10_000_000]) func `gets values of any length, with line breaks`(length: Int) throws {
        let value = String(repeating: "line\n", count: length / 5)
        try Journal(at: socket.path).write([.init("MESSAGE", value), .init("PRIORITY", "6")])
        #expect(try socket.entry() == ["MESSAGE": value, "PRIORITY": "6"])
    }

    @Test func `is used only if it reads this process's standard error`() {
        var status = stat()
        #expect(unsafe fstat(STDERR_FILENO, &status) == 0)
        func reads(_ stream: String) -> Bool { Journal.readsStandardError(environment: ["JOURNAL_STREAM": stream]) }
        #expect(reads("\(status.st_dev):\(status.st_ino)"))
        #expect(!reads("\(status.st_dev):\(status.st_ino + 1)") && !reads("") && !reads("x:y"))
        #expect(!Journal.readsStandardError(environment: [:]))
        #expect(throws: SystemFailure.self) { try Journal(at: "/no/such/socket").write([.init("MESSAGE", "x")]) }
    }
}
