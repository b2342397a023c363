/// One key of an object of the job format. Decoder, encoder, schema and the documentation's table all come from it, so a new
/// key is one entry and the step that carries it out.
struct Field<Owner: Sendable>: Sendable {
    let key: String
    /// What it means, as a phrase in Markdown that begins with a small letter.
    let meaning: String
    let isRequired: Bool
    /// What a missing key means, as JSON; nil where that depends on other keys, or nothing comes of it.
    let defaultValue: JSONValue?
    /// The default in words, where ``defaultValue`` is nil.
    let shownDefault: String?
    /// What the key takes, in words.
    let needs: String
    /// What the key takes, without meaning and default.
    let schema: JSONObject
    let decode: @Sendable (JSONValue, Place, inout Owner) throws(JobError) -> Void
    /// nil where the key can be left out.
    let encode: @Sendable (Owner) -> JSONValue?
}

extension Field {
    private init<Kind: ValueKind>(
        _ key: String, _ kind: Kind, _ meaning: String, isRequired: Bool = false, default value: Kind.Value? = nil,
        shownDefault: String? = nil, set: @escaping @Sendable (inout Owner, Kind.Value) -> Void,
        get: @escaping @Sendable (Owner) -> Kind.Value?
    ) {
        self.init(
            key: key, meaning: meaning, isRequired: isRequired, defaultValue: value.map(kind.encode),
            shownDefault: shownDefault, needs: kind.needs, schema: kind.schema,
            decode: { (json, place, owner) throws(JobError) in set(&owner, try kind.decode(json, at: place)) },
            encode: { owner in get(owner).flatMap { $0 == value ? nil : kind.encode($0) } })
    }

    /// A key that must be there.
    static func required<Kind: ValueKind>(
        _ key: String, _ path: any WritableKeyPath<Owner, Kind.Value> & Sendable, _ kind: Kind, _ meaning: String
    ) -> Field {
        Field(key, kind, meaning, isRequired: true, set: { $0[keyPath: path] = $1 }, get: { $0[keyPath: path] })
    }

    /// A key whose absence leaves nil.
    /// - Parameter shownDefault: what nil means, for people.
    static func optional<Kind: ValueKind>(
        _ key: String, _ path: any WritableKeyPath<Owner, Kind.Value?> & Sendable, _ kind: Kind,
        default shownDefault: String? = nil, _ meaning: String
    ) -> Field {
        Field(
            key, kind, meaning, shownDefault: shownDefault, set: { $0[keyPath: path] = $1 },
            get: { $0[keyPath: path] })
    }

    /// A key whose absence means the value that a new object has.
    static func defaulted<Kind: ValueKind>(
        _ key: String, _ path: any WritableKeyPath<Owner, Kind.Value> & Sendable, _ kind: Kind, _ meaning: String
    ) -> Field where Owner: Blank {
        Field(
            key, kind, meaning, default: Owner.blank[keyPath: path], set: { $0[keyPath: path] = $1 },
            get: { $0[keyPath: path] })
    }

    /// A key whose absence means what other keys say, which ``Rule``s of its object carry out.
    static func derived<Kind: ValueKind>(
        _ key: String, _ path: any WritableKeyPath<Owner, Kind.Value> & Sendable, _ kind: Kind,
        default shownDefault: String, _ meaning: String
    ) -> Field {
        Field(
            key, kind, meaning, shownDefault: shownDefault, set: { $0[keyPath: path] = $1 },
            get: { $0[keyPath: path] })
    }
}

/// An object with all its defaults, and placeholders where a key is required.
protocol Blank: Sendable, Equatable {
    static var blank: Self { get }
}
