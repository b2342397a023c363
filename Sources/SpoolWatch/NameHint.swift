/// What the events of one name have told so far.
package struct NameHint: Sendable, Equatable {
    /// Whether the file came with its content, by a rename or as a hard link, and nothing has happened to it since.
    package var isWhole: Bool
    /// Whether a writer has not closed the file yet; nil if the events do not tell.
    package var isOpen: Bool?
    /// When the last event was read.
    package var time: ContinuousClock.Instant

    package init(_ event: NameEvent, at time: ContinuousClock.Instant) {
        isWhole = event == .arrived
        isOpen =
            switch event {
            case .touched: nil
            case .written: true
            case .arrived, .created, .closed: false
            }
        self.time = time
    }

    mutating func add(_ later: NameHint) {
        isWhole = later.isWhole
        isOpen = later.isOpen ?? isOpen
        time = later.time
    }
}

/// What can happen to a name in `incoming`.
package enum NameEvent: Sendable, Equatable {
    /// A file got this name, with its content.
    case arrived
    /// The name is new, and its file may be empty.
    case created
    /// The content was changed by somebody who has not closed the file yet.
    case written
    /// A writer has closed the file.
    case closed
    /// Rights or times were changed.
    case touched
}
