/// Lets so many through at a time. A test that starts processes must not share two cores with fifty others of its kind.
public actor Turnstile {
    /// A place; free again when the last reference goes.
    public final class Place: Sendable {
        private let turnstile: Turnstile

        fileprivate init(_ turnstile: Turnstile) { self.turnstile = turnstile }

        deinit { Task { [turnstile] in await turnstile.free() } }
    }

    private var left: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    public init(_ count: Int) { left = count }

    public func enter() async -> Place {
        if left > 0 {
            left -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        return Place(self)
    }

    private func free() {
        if waiting.isEmpty { left += 1 } else { waiting.removeFirst().resume() }
    }
}
