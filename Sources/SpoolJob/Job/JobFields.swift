import SpoolSystem

/// One JSON object of a job, read key by key with errors that name the place.
struct JobFields {
    private let object: JSONObject
    /// The object's own place: empty for the job, `renditions[2]`.
    private let place: String

    init(_ value: JSONValue, at place: String, named name: String) throws(JobError) {
        self.place = place
        guard case .object(let object) = value else {
            let subject = place.isEmpty ? "the file" : place
            throw JobError(.jobInvalid, "\(subject) must be an object that describes \(name), not \(value.typeName)")
        }
        self.object = object
    }

    subscript(_ key: String) -> JSONValue? { object[key] }

    /// Refuses any key that is not among `known`: a typo must not make another picture in silence.
    func allow(_ known: [String]) throws(JobError) {
        let unknown = object.members.first { member in
            !known.contains { $0.utf8.elementsEqual(member.key.utf8) }
        }?.key
        guard let unknown else { return }
        let hint =
            nearestName(to: unknown, among: known).map { "did you mean \"\($0)\"?" }
            ?? "known are \(known.joined(separator: ", "))"
        throw mistake(at: unknown, "is not a known key; \(hint)")
    }

    func path(_ key: String) throws(JobError) -> String {
        guard case .string(let path)? = object[key] else { throw wrong(key, needs: "a path (a string)") }
        guard !path.isEmpty else { throw mistake(at: key, "is empty; it takes a path") }
        guard !path.hasSuffix("/") else { throw mistake(at: key, "ends with a slash, but takes a file's path") }
        guard !path.utf8.contains(0) else { throw mistake(at: key, "has a zero byte, which no path can have") }
        return path
    }

    /// A path for a file that is made: not one of those that belong to renditions that are not finished.
    func outputPath(_ key: String) throws(JobError) -> String {
        let path = try path(key)
        guard !path.utf8.split(separator: UInt8(ascii: "/")).contains(where: { ReservedName.begins($0) }) else {
            throw mistake(
                at: key,
                "has a name that begins with \"\(ReservedName.prefix)\", which is reserved for renditions that are not "
                    + "finished; take another name")
        }
        return path
    }

    func bool(_ key: String) throws(JobError) -> Bool? {
        guard let value = object[key] else { return nil }
        guard case .bool(let bool) = value else { throw wrong(key, needs: "true or false") }
        return bool
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws(JobError) -> Int? {
        guard let value = object[key] else { return nil }
        let needs = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard case .number(let text) = value else { throw wrong(key, needs: needs) }
        guard let number = value.int, range.contains(number) else {
            throw mistake(at: key, "takes \(needs), not \(text.shown)")
        }
        return number
    }

    func number(_ key: String, atLeast minimum: Double) throws(JobError) -> Double? {
        guard let value = object[key] else { return nil }
        let needs = "a number of at least \(minimum)"
        guard case .number(let text) = value else { throw wrong(key, needs: needs) }
        guard let number = value.double, number.isFinite, number >= minimum else {
            throw mistake(at: key, "takes \(needs), not \(text.shown)")
        }
        return number
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, aliases: [String: Choice] = [:]
    ) throws(JobError) -> Choice? {
        guard let value = object[key] else { return nil }
        let known = Choice.allCases.map(\.rawValue)
        let list = known.map { "\"\($0)\"" }.joined(separator: ", ")
        guard case .string(let name) = value else { throw wrong(key, needs: "one of \(list)") }
        if let choice = Choice(rawValue: name) ?? aliases[name] { return choice }
        let hint =
            nearestName(to: name, among: known + aliases.keys.sorted()).map { "did you mean \"\($0)\"?" }
            ?? "use one of \(list)"
        throw mistake(at: key, "has the unknown value \"\(name.shown)\"; \(hint)")
    }

    func colour(_ key: String) throws(JobError) -> Colour? {
        switch object[key] {
        case nil: return nil
        case .string(let text)?:
            if let colour = Colour(text) { return colour }
            throw mistake(
                at: key,
                "\"\(text.shown)\" is not a colour; write \"#rrggbb\", \"#rrggbbaa\" or a basic CSS name")
        case .object(let components)?:
            let fields = try JobFields(.object(components), at: locate(key), named: "a colour")
            try fields.allow(["r", "g", "b", "alpha"])
            let alpha = fields["alpha"]
            guard alpha == nil || alpha?.double.map((0...1).contains) == true else {
                throw fields.mistake(at: "alpha", "takes a number from 0 (transparent) to 1 (opaque)")
            }
            return Colour(
                red: try fields.integer("r", in: 0...255) ?? 0, green: try fields.integer("g", in: 0...255) ?? 0,
                blue: try fields.integer("b", in: 0...255) ?? 0, alpha: alpha?.double ?? 1)
        case _?: throw wrong(key, needs: "a colour: \"#rrggbb\", a name, or {\"r\", \"g\", \"b\", \"alpha\"}")
        }
    }

    // MARK: Words for mistakes

    /// The value is missing or of another type than the key takes.
    func wrong(_ key: String, needs: String) -> JobError {
        guard let value = object[key] else { return mistake(at: key, "is missing; it takes \(needs)") }
        return mistake(at: key, "takes \(needs), not \(value.typeName)")
    }

    func mistake(at key: String, _ problem: String) -> JobError {
        JobError(.jobInvalid, "\(locate(key)) \(problem)")
    }

    private func locate(_ key: String) -> String {
        let name = key.shown
        return place.isEmpty ? name : "\(place).\(name)"
    }
}
