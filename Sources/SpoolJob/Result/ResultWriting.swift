import FoundationEssentials

extension ResultDocument {
    /// The document as JSON, its keys in reading order.
    public var json: JSONValue {
        var object = JSONObject()
        object["version"] = .number(Self.currentVersion)
        object["job"] = .string(job)
        object["id"] = .string(id)
        object["status"] = .string(status.rawValue)
        object["error"] = error?.json
        object["worker"] = worker.json
        object["owner"] = owner.map { .number($0) }
        object["submittedAt"] = .string(Timestamp.text(submittedAt))
        object["claimedAt"] = .string(Timestamp.text(claimedAt))
        object["finishedAt"] = finishedAt.map { .string(Timestamp.text($0)) }
        object["retryAt"] = retryAt.map { .string(Timestamp.text($0)) }
        object["progress"] = progress?.json
        object["attempts"] = .array(attempts.map(\.json))
        object["attemptsForgiven"] = attemptsForgiven == 0 ? nil : .number(attemptsForgiven)
        object["input"] = success?.input.json
        object["renditions"] = .array(success?.renditions.map(\.json) ?? [])
        object["timings"] = success?.timings.json
        object["usage"] = success?.usage?.json
        object["metadata"] = metadata
        return .object(object)
    }

    /// The bytes of the file.
    package var content: [UInt8] { Self.content(json) }

    /// Metadata stays on one line: its size is bounded as that.
    package static func content(_ json: JSONValue) -> [UInt8] {
        json.bytes(compacting: "metadata") + [UInt8(ascii: "\n")]
    }
}

extension ResultDocument.Progress {
    package var json: JSONValue {
        ["renditions": .number(renditions), "total": .number(total), "percent": .number(percent)]
    }
}

extension JobError {
    var json: JSONValue {
        ["code": .string(code.rawValue), "message": .string(message), "retryable": .bool(retryable)]
    }
}

extension ResultDocument.Worker {
    package var json: JSONValue {
        ["id": .string(id), "host": .string(host), "pid": .number(pid), "version": .string(version)]
    }
}

extension ResultDocument.Attempt {
    var json: JSONValue {
        var object = JSONObject()
        object["number"] = .number(number)
        object["startedAt"] = .string(Timestamp.text(startedAt))
        object["milliseconds"] = milliseconds.map { .number($0, digits: 3) }
        object["error"] = error?.json
        if let source {
            object["source"] = [
                "bytes": .number(source.bytes), "changedAt": .string(Timestamp.text(source.changedAt)),
            ]
        }
        return .object(object)
    }
}

extension ResultDocument.InputImage {
    var json: JSONValue {
        [
            "path": .string(path), "format": .string(format), "width": .number(width), "height": .number(height),
            "pages": .number(pages), "bytes": .number(bytes), "sha256": .string(sha256),
        ]
    }
}

extension ResultDocument.RenditionImage {
    var json: JSONValue {
        var object = JSONObject([
            "path": .string(path), "format": .string(format), "width": .number(width), "height": .number(height),
            "bytes": .number(bytes), "sha256": .string(sha256), "milliseconds": .number(milliseconds, digits: 3),
        ])
        object["quality"] = quality.map { .number($0) }
        if !losses.isEmpty { object["losses"] = .array(losses.map { .string($0.rawValue) }) }
        object["placeholder"] = placeholder.map { .string($0) }
        object["dominantColour"] = dominantColour.map { .string($0) }
        return .object(object)
    }
}

extension ResultDocument.Usage {
    var json: JSONValue {
        ["peakMemory": .number(peakMemory), "processor": .number(processor, digits: 3)]
    }
}

extension ResultDocument.Timings {
    var json: JSONValue {
        [
            "queued": .number(queued, digits: 3), "waited": .number(waited, digits: 3),
            "rendered": .number(rendered, digits: 3), "committed": .number(committed, digits: 3),
        ]
    }
}
