package import SpoolSystem

/// What the file of a lease says. That its worker lives is said by the file's lock and by its modification time.
package struct LeaseDocument: Sendable, Equatable {
    package var worker: ResultDocument.Worker
    package var host: HostIdentity
    /// For how long the lease holds after a beat, in seconds of whoever looks.
    package var seconds: Double
    /// Why nothing is claimed at the moment; nil while all is well.
    package var pause: String?
    /// What shows that the worker hangs although it beats; nil while all is well.
    package var stall: String?

    package init(worker: ResultDocument.Worker, host: HostIdentity, seconds: Double, pause: String? = nil) {
        self.worker = worker
        self.host = host
        self.seconds = seconds
        self.pause = pause
    }

    /// Every version of a lease has this size, so that it is rewritten by one call and nobody reads half of two.
    static let size = 2048

    var content: [UInt8] {
        var object = worker.json.object ?? JSONObject()
        object["boot"] = .string(host.boot)
        object["machine"] = .string(host.machine)
        object["leaseSeconds"] = .number(seconds, digits: 3)
        object["pause"] = pause.map { .string(String($0.prefix(200))) }
        object["stall"] = stall.map { .string($0) }
        let text = Array(JSONValue.object(object).text().utf8)
        return text + Array(repeating: UInt8(ascii: " "), count: max(0, Self.size - text.count - 1)) + [10]
    }

    /// - Returns: nil for a lease without content: the disk was full when its worker registered.
    init?(_ file: OpenFile) throws(SystemFailure) {
        let content = try file.read(upTo: Self.size * 2)
        guard let json = try? JSONValue(parsing: content),
            let worker = try? ResultDocument.Worker(ResultReader(json)), let seconds = json["leaseSeconds"]?.double
        else { return nil }
        self.worker = worker
        self.seconds = seconds
        host = HostIdentity(
            name: worker.host, boot: json["boot"]?.string ?? "", machine: json["machine"]?.string ?? "")
        pause = json["pause"]?.string
        stall = json["stall"]?.string
    }
}

extension HostIdentity {
    /// Whether a lock that this host's kernel grants proves that a worker of `other` has ended: it runs under the same
    /// kernel, or did so before this machine was started again.
    func sharesLocks(with other: HostIdentity) -> Bool {
        if !boot.isEmpty && boot == other.boot { return true }
        return name == other.name && !machine.isEmpty && machine == other.machine
    }
}
