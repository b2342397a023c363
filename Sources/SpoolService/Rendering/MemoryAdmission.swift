import DequeModule

/// Lets renderings run side by side only while what they need together fits into the memory that there is for all.
///
/// Each begins with an even share. One that finds that it needs more says so before it decodes, and waits until the others
/// have left enough; meanwhile none begins. One that needs more than there is runs alone.
actor MemoryAdmission {
    /// What a rendering holds.
    struct Holding: Sendable, Equatable {
        fileprivate var number: Int
    }

    private struct Wish {
        var holding: Holding
        var bytes: Int
        var answer: CheckedContinuation<Bool, Never>
    }

    /// Bytes of all renderings together.
    nonisolated let total: Int
    /// Bytes with which each begins.
    nonisolated let share: Int

    private var held: [Int: Int] = [:]
    private var lastNumber = 0
    private var beginners: Deque<CheckedContinuation<Holding?, Never>> = []
    private var wishes: Deque<Wish> = []
    private var isClosed = false

    /// - Parameters:
    ///   - total: bytes, at least 1.
    ///   - renderers: how many run at a time.
    init(total: Int, renderers: Int) {
        self.total = total
        share = max(1, total / renderers)
    }

    /// Waits until a rendering may begin.
    /// - Returns: nil once this is closed. What is returned must be given back by ``end(_:)``.
    func begin() async -> Holding? {
        if isClosed { return nil }
        if beginners.isEmpty, wishes.isEmpty, hasRoom(for: share) { return added() }
        return await withCheckedContinuation { beginners.append($0) }
    }

    /// Waits until a rendering that has begun may have so much in all. While it waits it holds nothing.
    /// - Returns: false once this is closed.
    func enlarge(_ holding: Holding, to bytes: Int) async -> Bool {
        if isClosed { return false }
        if bytes <= held[holding.number] ?? 0 { return true }
        held[holding.number] = 0
        return await withCheckedContinuation { answer in
            wishes.append(Wish(holding: holding, bytes: bytes, answer: answer))
            // It may be what the others have waited for.
            serve()
        }
    }

    /// Whether some rendering waits for more than its share.
    var isAwaited: Bool { !wishes.isEmpty }

    func end(_ holding: Holding) {
        held[holding.number] = nil
        serve()
    }

    /// Lets nobody begin or have more any longer.
    func close() {
        isClosed = true
        while let beginner = beginners.popFirst() { beginner.resume(returning: nil) }
        while let wish = wishes.popFirst() { wish.answer.resume(returning: false) }
    }

    private func hasRoom(for bytes: Int) -> Bool {
        let sum = held.values.reduce(0, +)
        return sum == 0 || bytes <= total - sum
    }

    private func added() -> Holding {
        lastNumber += 1
        held[lastNumber] = share
        return Holding(number: lastNumber)
    }

    private func serve() {
        while let wish = wishes.first, hasRoom(for: wish.bytes) {
            wishes.removeFirst()
            held[wish.holding.number] = min(wish.bytes, total)
            wish.answer.resume(returning: true)
        }
        guard wishes.isEmpty else { return }
        while !beginners.isEmpty, hasRoom(for: share), let beginner = beginners.popFirst() {
            beginner.resume(returning: added())
        }
    }
}
