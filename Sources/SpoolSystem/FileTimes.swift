import Glibc
package import SystemPackage

extension Folder {
    /// Sets when the file was last modified, in nanoseconds since 1970.
    package func setModified(_ name: FilePath.Component, _ nanoseconds: Int64) throws(SystemFailure) {
        let times = [.untouched, timespec(nanoseconds: nanoseconds)]
        try unsafe times.withUnsafeBufferPointer { (times) throws(SystemFailure) in
            try unsafe set(name, times.baseAddress)
        }
    }

    /// Sets both times of the file to now, which takes the right to write to it; another time takes its owner.
    package func touch(_ name: FilePath.Component) throws(SystemFailure) {
        try unsafe set(name, nil)
    }

    private func set(_ name: FilePath.Component, _ times: UnsafePointer<timespec>?) throws(SystemFailure) {
        let result = unsafe name.withPlatformString { unsafe utimensat(descriptor, $0, times, AT_SYMLINK_NOFOLLOW) }
        guard result == 0 else { throw SystemFailure("set the time of", path.appending(name), .last) }
    }
}

extension OpenFile {
    /// Sets when the file was last modified, in nanoseconds since 1970.
    package func setModified(_ nanoseconds: Int64) throws(SystemFailure) {
        let times = [.untouched, timespec(nanoseconds: nanoseconds)]
        let result = unsafe times.withUnsafeBufferPointer { unsafe futimens(descriptor, $0.baseAddress) }
        guard result == 0 else { throw SystemFailure("set the time of", path, .last) }
    }
}

extension timespec {
    fileprivate init(nanoseconds: Int64) {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        self.init(tv_sec: Int(seconds), tv_nsec: Int(rest))
    }

    /// UTIME_OMIT of utimensat(2), a macro that Swift does not see.
    fileprivate static var untouched: timespec { timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2) }
}
