public import FoundationEssentials

/// How much of what has ended is kept. A limit that is nil does not exist; a job goes as soon as one is exceeded, the
/// oldest first.
public struct Retention: Sendable, Equatable {
    /// Seconds since a job has ended.
    public var age: TimeInterval?
    /// Jobs in the folder.
    public var count: Int?
    /// Bytes of the folder's jobs and results together. Renditions are the producer's and not counted.
    public var bytes: Int?

    /// Without arguments, everything is kept.
    public init(age: TimeInterval? = nil, count: Int? = nil, bytes: Int? = nil) {
        self.age = age
        self.count = count
        self.bytes = bytes
    }

    /// Whether anything is ever removed.
    public var isLimited: Bool { age != nil || count != nil || bytes != nil }
}
