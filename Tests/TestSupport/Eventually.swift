public import Testing

/// Waits until a state is reached: as long as it takes on a slow machine, and no longer.
public func eventually(
    _ state: Comment, within patience: Duration = .seconds(120), sourceLocation: SourceLocation = #_sourceLocation,
    _ isReached: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + patience
    while try await !isReached() {
        guard ContinuousClock.now < deadline else {
            Issue.record("not reached: \(state)", sourceLocation: sourceLocation)
            throw NotReached(state: "\(state)")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

public struct NotReached: Error {
    public var state: String

    public init(state: String) { self.state = state }
}
