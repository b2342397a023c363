extension Job {
    /// The job as a producer writes it: only what differs from the defaults.
    public var json: JSONValue {
        var object = JSONObject()
        object["input"] = input.json
        object["renditions"] = .array(renditions.map(\.json))
        object["timeout"] = timeout.map { .number($0) }
        object["metadata"] = metadata
        return .object(object)
    }

    /// The bytes of a job file.
    package var content: [UInt8] { json.bytes(compacting: "metadata") + [UInt8(ascii: "\n")] }
}

extension Input {
    var json: JSONValue {
        guard self != Input(path: path) else { return .string(path) }
        var object = JSONObject()
        object["path"] = .string(path)
        if !autoOrient { object["autoOrient"] = false }
        if failOn != .warning { object["failOn"] = .string(failOn.rawValue) }
        return .object(object)
    }
}

extension Rendition {
    var json: JSONValue {
        var object = JSONObject()
        object["path"] = .string(path)
        object["format"] = .string(format.rawValue)
        object["width"] = width.map { .number($0) }
        object["height"] = height.map { .number($0) }
        if fit != .cover { object["fit"] = .string(fit.rawValue) }
        if position != .centre { object["position"] = .string(position.rawValue) }
        if background != .black { object["background"] = background.json }
        if withoutEnlargement { object["withoutEnlargement"] = true }
        object["quality"] = quality.map { .number($0) }
        return .object(object)
    }
}

extension Colour {
    var json: JSONValue {
        ["r": .number(red), "g": .number(green), "b": .number(blue), "alpha": .number(alpha)]
    }
}
