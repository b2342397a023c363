import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `A message socket` {
    @Test func `keeps messages whole and carries open files`() throws {
        let scratch = try ScratchFolder()
        let folder = try Folder(at: scratch.path)
        let files = try (0..<3).map { index in
            try scratch.write("file \(index)", to: "\(index)")
            return try folder.file(#require(FilePath.Component("\(index)")))
        }
        let (one, other) = try MessageSocket.pair()
        try one.send(Array("first".utf8), files: files)
        try one.send(Array("second".utf8))

        let first = try #require(try other.receive())
        #expect(first.message == Array("first".utf8))
        #expect(try first.files.map { try $0.read(upTo: 100) } == (0..<3).map { Array("file \($0)".utf8) })
        let second = try #require(try other.receive())
        #expect(second.message == Array("second".utf8))
        #expect(second.files.isEmpty)
    }

    @Test func `delivers what was sent before the other side closed, then the end`() throws {
        let other: MessageSocket
        do {
            let pair = try MessageSocket.pair()
            other = pair.1
            #expect(!other.waitUntilReadable(until: .now))
            try pair.0.send(Array("last".utf8))
        }
        #expect(try other.receive()?.message == Array("last".utf8))
        #expect(try other.receive() == nil)
        other.waitUntilClosed()
    }

    @Test func `closes files that came with no message`() throws {
        let (one, other) = try MessageSocket.pair()
        let end: MessageSocket
        do {
            let carried = try MessageSocket.pair()
            end = carried.0
            try one.send([], files: [carried.1.file])
        }
        #expect(!end.isClosed)
        #expect(try other.receive() == nil)
        #expect(end.isClosed)
    }

    @Test func `refuses a message that is larger than the reader takes`() throws {
        let (one, other) = try MessageSocket.pair()
        try one.send([UInt8](repeating: 7, count: 100))
        #expect(throws: SystemFailure.self) { try other.receive(upTo: 50) }
    }
}

@Suite struct `A child process` {
    @Test func `sees the end of its supervisor, and its ending is told`() throws {
        let child = try ChildProcess(.program(at: "/bin/sh"), arguments: ["sh", "-c", "exit 7"], environment: [:])
        #expect(child.wait() == .exited(7))
        let stuck = try ChildProcess(.program(at: "/bin/sleep"), arguments: ["sleep", "1000"], environment: [:])
        stuck.kill()
        #expect(stuck.wait() == .signalled(9))
        #expect(ChildProcess.name(ofSignal: 11) == "SIGSEGV")
    }

    @Test func `finds its socket as descriptor 3, its program as 4, and no other open file`() throws {
        let child = try ChildProcess(
            .program(at: "/bin/sh"), arguments: ["sh", "-c", "ls /proc/self/fd | tr '\\n' ' ' >&3"], environment: [:])
        let message = try #require(try child.socket.receive()).message
        #expect(child.wait() == .exited(0))
        // 0 to 3, the program, and the one by which ls lists the folder.
        #expect(String(decoding: message, as: UTF8.self) == "0 1 2 3 4 5 ")
    }

    @Test func `that cannot be started is an error`() {
        #expect(throws: SystemFailure.self) {
            try ChildProcess(.program(at: "/no/such/program"), arguments: ["x"], environment: [:])
        }
    }
}
