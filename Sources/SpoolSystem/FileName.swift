import Glibc
package import SystemPackage

extension FilePath.Component {
    package var isHidden: Bool { string.hasPrefix(".") }

    /// The name's bytes, which need not be text.
    package var bytes: [UInt8] {
        unsafe withPlatformString { pointer in
            var bytes: [UInt8] = []
            var index = 0
            while unsafe pointer[index] != 0 {
                unsafe bytes.append(UInt8(bitPattern: pointer[index]))
                index += 1
            }
            return bytes
        }
    }

    /// A name of these bytes; nil if they hold a slash or a zero, or are none.
    package init?(bytes: [UInt8]) {
        guard !bytes.isEmpty, !bytes.contains(0), !bytes.contains(UInt8(ascii: "/")) else { return nil }
        let text = bytes.map { CChar(bitPattern: $0) } + [0]
        guard
            let name = unsafe text.withUnsafeBufferPointer({ buffer in
                // A buffer with at least the zero has a base address.
                unsafe FilePath.Component(platformString: buffer.baseAddress!)
            })
        else { return nil }
        self = name
    }
}

extension FilePath {
    /// The path without links and dots; nil with `errno` set if it leads to nothing.
    package var canonical: FilePath? {
        unsafe withPlatformString { text in
            guard let resolved = unsafe realpath(text, nil) else { return nil }
            defer { unsafe free(resolved) }
            return unsafe FilePath(platformString: resolved)
        }
    }
}
