import SpoolSystem

/// Where in a job a value stands, for the words of mistakes.
struct Place: Sendable {
    /// Empty for the job itself, `renditions[2].width`.
    private let path: String

    static let job = Place(path: "")

    func key(_ key: String) -> Place {
        Place(path: path.isEmpty ? key.shown : "\(path).\(key.shown)")
    }

    func element(_ index: Int) -> Place { Place(path: "\(path)[\(index)]") }

    /// - Parameter problem: a phrase that follows the place: "is empty".
    func mistake(_ problem: String) -> JobError {
        JobError(.jobInvalid, "\(path.isEmpty ? "the file" : path) \(problem)")
    }

    /// A value of another type than the key takes.
    func wrong(_ value: JSONValue, needs: String) -> JobError {
        mistake("takes \(needs), not \(value.typeName)")
    }

    /// A name that none of those known is.
    func unknown(_ name: String, among names: [String], needs: String) -> JobError {
        let hint = nearestName(to: name, among: names).map { "did you mean \"\($0)\"?" } ?? "use \(needs)"
        return mistake("has the unknown value \"\(name.shown)\"; \(hint)")
    }
}
