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
    /// What a missing key means, where other keys say it that come earlier.
    var completion: Rule<Owner>?
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

    /// A key whose absence means what earlier keys say.
    /// - Parameter completion: carries it out, with the key there or not.
    static func derived<Kind: ValueKind>(
        _ key: String, _ path: any WritableKeyPath<Owner, Kind.Value> & Sendable, _ kind: Kind,
        default shownDefault: String, _ meaning: String, completion: Rule<Owner>
    ) -> Field {
        var field = Field(
            key, kind, meaning, shownDefault: shownDefault, set: { $0[keyPath: path] = $1 },
            get: { $0[keyPath: path] })
        field.completion = completion
        return field
    }

    /// A key with further keys, all of which have defaults, so that it can be left out with them.
    static func options<Options: Blank>(
        _ key: String, _ path: any WritableKeyPath<Owner, Options?> & Sendable, _ kind: ObjectKind<Options>,
        _ meaning: String
    ) -> Field {
        Field(
            key, kind, meaning, shownDefault: "none", set: { $0[keyPath: path] = $1 },
            get: { owner in owner[keyPath: path].flatMap { kind.encode($0) == [:] ? nil : $0 } })
    }
}

extension Field {
    /// The same, left out also where `isUsual` says so.
    func leavingOut(_ isUsual: @escaping @Sendable (Owner) -> Bool) -> Field {
        Field(
            key: key, meaning: meaning, isRequired: isRequired, defaultValue: defaultValue, shownDefault: shownDefault,
            needs: needs, schema: schema, decode: decode, encode: { [encode] in isUsual($0) ? nil : encode($0) })
    }
}

/// An object with all its defaults, and placeholders where a key is required.
protocol Blank: Sendable, Equatable {
    static var blank: Self { get }
}
