import CSpoolSystem

/// A library that this process has loaded.
package enum LoadedLibrary {
    /// Where the library lies that has something at this address.
    @unsafe package static func path(at address: UnsafeRawPointer) -> String? {
        guard let path = unsafe spool_library_path(address) else { return nil }
        return unsafe String(cString: path)
    }
}
