import Glibc

/// A user, as this machine knows them.
package enum User {
    /// - Parameter text: a name or a number.
    /// - Returns: nil if there is no user of this name.
    package static func number(of text: String) -> UInt32? {
        if let entry = unsafe getpwnam(text) { return unsafe entry.pointee.pw_uid }
        guard let number = UInt32(text), number < .max else { return nil }
        return number
    }
}
