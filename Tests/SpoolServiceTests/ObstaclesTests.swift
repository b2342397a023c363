import SpoolSystem
import SystemPackage
import Testing

@testable import SpoolService

@Suite struct `A pause` {
    @Test(arguments: [
        (Errno.permissionDenied, "lacks a right"), (.notPermitted, "lacks a right"), (.fileExists, "in the way"),
        (.tooManyOpenFiles, "too few descriptors"),
        (.ioError, "file system failed"), (.noSuchFileOrDirectory, "file system failed"),
    ])
    func `is said to be for what has failed`(errno: Errno, words: String) {
        #expect(SystemFailure("open", "incoming", errno).headline.contains(words))
    }
}
