package import SpoolJob

extension RendererGreeting: JSONMessage {
    package var json: JSONValue {
        [
            "version": .string(version), "library": .string(library), "landlock": .number(sandbox.landlock),
            "systemCalls": .bool(sandbox.systemCalls),
        ]
    }

    package init?(json: JSONValue) {
        guard let version = json["version"]?.string, let library = json["library"]?.string,
            let landlock = json["landlock"]?.int, let systemCalls = json["systemCalls"]?.bool
        else { return nil }
        self.init(
            version: version, library: library, sandbox: SandboxReport(landlock: landlock, systemCalls: systemCalls))
    }
}

extension RendererNews: JSONMessage {
    package var json: JSONValue {
        switch self {
        case .born: "born"
        case .ended(let end): ["ended": end.json]
        }
    }

    package init?(json: JSONValue) {
        if json.string == "born" {
            self = .born
        } else if let end = json["ended"].flatMap(ChildEnd.init) {
            self = .ended(end)
        } else {
            return nil
        }
    }
}

extension ChildEnd {
    fileprivate var json: JSONValue {
        [
            "signal": .number(Int(signal)), "status": .number(Int(status)), "peakMemory": .number(peakMemory),
            "processorSeconds": .number(processorSeconds), "refusedAllocation": .number(refusedAllocation),
        ]
    }

    fileprivate init?(json: JSONValue) {
        guard let signal = json["signal"]?.int.flatMap(Int32.init(exactly:)),
            let status = json["status"]?.int.flatMap(Int32.init(exactly:)),
            let peakMemory = json["peakMemory"]?.int, let processorSeconds = json["processorSeconds"]?.double,
            let refusedAllocation = json["refusedAllocation"]?.int
        else { return nil }
        self.init(
            signal: signal, status: status, peakMemory: peakMemory, processorSeconds: processorSeconds,
            refusedAllocation: refusedAllocation)
    }
}

extension ChildWord: JSONMessage {
    package var json: JSONValue {
        switch self {
        case .needsMemory(let bytes): ["needsMemory": .number(bytes)]
        case .progress(let progress):
            ["progress": ["renditions": .number(progress.renditions), "percent": .number(progress.percent)]]
        case .reply(.rendered(let job)): ["rendered": job.json]
        case .reply(.failed(let error)): ["failed": error.wire]
        case .declined: "declined"
        }
    }

    package init?(json: JSONValue) {
        if let job = json["rendered"].flatMap(RenderedJob.init) {
            self = .reply(.rendered(job))
        } else if let error = json["failed"].flatMap(JobError.init(wire:)) {
            self = .reply(.failed(error))
        } else if let renditions = json["progress"]?["renditions"]?.int, let percent = json["progress"]?["percent"]?.int
        {
            self = .progress(RenderProgress(renditions: renditions, percent: percent))
        } else if let bytes = json["needsMemory"]?.int {
            self = .needsMemory(bytes)
        } else if json.string == "declined" {
            self = .declined
        } else {
            return nil
        }
    }
}

extension JobError {
    fileprivate var wire: JSONValue {
        ["code": .string(code.rawValue), "message": .string(message), "retryable": .bool(retryable)]
    }

    fileprivate init?(wire: JSONValue) {
        guard let code = wire["code"]?.string, let message = wire["message"]?.string,
            let retryable = wire["retryable"]?.bool
        else { return nil }
        self.init(ErrorCode(rawValue: code), message, retryable: retryable)
    }
}

extension RenderedJob: JSONMessage {
    package var json: JSONValue { ["input": input.json, "renditions": .array(renditions.map(\.json))] }

    package init?(json: JSONValue) {
        guard let input = json["input"].flatMap(RenderedInput.init), let all = json["renditions"]?.array else {
            return nil
        }
        let renditions = all.compactMap(RenderedImage.init)
        guard renditions.count == all.count else { return nil }
        self.init(input: input, renditions: renditions)
    }
}

extension RenderedInput {
    fileprivate var json: JSONValue {
        [
            "format": .string(format), "width": .number(width), "height": .number(height), "pages": .number(pages),
            "bytes": .number(bytes), "sha256": .string(sha256),
        ]
    }

    fileprivate init?(json: JSONValue) {
        guard let format = json["format"]?.string, let width = json["width"]?.int, let height = json["height"]?.int,
            let pages = json["pages"]?.int, let bytes = json["bytes"]?.int, let sha256 = json["sha256"]?.string
        else { return nil }
        self.init(format: format, width: width, height: height, pages: pages, bytes: bytes, sha256: sha256)
    }
}

extension RenderedImage {
    fileprivate var json: JSONValue {
        var object = JSONObject([
            "width": .number(width), "height": .number(height), "bytes": .number(bytes), "sha256": .string(sha256),
            "milliseconds": .number(milliseconds),
        ])
        object["quality"] = quality.map { .number($0) }
        if !losses.isEmpty { object["losses"] = .array(losses.map { .string($0.rawValue) }) }
        object["placeholder"] = placeholder.map { .string($0) }
        object["dominantColour"] = dominantColour.map { .string($0) }
        return .object(object)
    }

    fileprivate init?(json: JSONValue) {
        guard let width = json["width"]?.int, let height = json["height"]?.int, let bytes = json["bytes"]?.int,
            let sha256 = json["sha256"]?.string, let milliseconds = json["milliseconds"]?.double
        else { return nil }
        let names = json["losses"]?.array ?? []
        let losses = names.compactMap(\.string).compactMap(Loss.init)
        guard losses.count == names.count else { return nil }
        self.init(
            width: width, height: height, bytes: bytes, sha256: sha256, milliseconds: milliseconds,
            quality: json["quality"]?.int, losses: losses, placeholder: json["placeholder"]?.string,
            dominantColour: json["dominantColour"]?.string)
    }
}
