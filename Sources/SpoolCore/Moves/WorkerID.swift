import Glibc

extension ResultDocument.Worker {
    /// This process as a worker: `HOST-PID-RANDOM`, so that an operator sees whose it is, and a process id that comes
    /// again in a new container is still another worker.
    package static func current(version: String) -> ResultDocument.Worker {
        let host = hostName()
        let plain = host.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "-")
                ? Character(scalar) : "-"
        }
        let random = String(UInt32.random(in: 0..<36 * 36 * 36 * 36), radix: 36)
        let id = "\(String(plain.prefix(40)))-\(getpid())-\(random)"
        return ResultDocument.Worker(id: id, host: host, pid: Int(getpid()), version: version)
    }

    private static func hostName() -> String {
        let name = unsafe [UInt8](unsafeUninitializedCapacity: 256) { buffer, initialized in
            let result = unsafe buffer.withMemoryRebound(to: CChar.self) { unsafe gethostname($0.baseAddress!, 255) }
            initialized = result == 0 ? unsafe buffer.prefix(255).firstIndex(of: 0) ?? 255 : 0
        }
        return name.isEmpty ? "localhost" : String(decoding: name, as: UTF8.self)
    }
}
