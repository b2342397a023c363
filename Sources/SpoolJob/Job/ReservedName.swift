/// Names beneath the output roots that no job may write to. A rendition has such a name until it is whole, and a job that
/// wrote to another job's would put its picture under that one's path.
package enum ReservedName {
    package static let prefix = ".spool-"

    /// Whether a name is reserved. Some file systems take capitals for small letters.
    static func begins(_ name: some Sequence<UInt8>) -> Bool {
        name.prefix(prefix.utf8.count).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }.elementsEqual(prefix.utf8)
    }
}
