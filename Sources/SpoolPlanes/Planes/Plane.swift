import Glibc

/// One component of an image, one byte a sample, as zimg and TurboJPEG want it: rows begin at multiples of 64 bytes.
@safe
package final class Plane {
    /// Samples.
    package let width, height: Int
    /// Bytes from one row to the next.
    package let stride: Int
    /// Where the picture lies, in samples. It may end within a sample: a picture of an odd width has half a sample of
    /// subsampled colour in its last column.
    package let region: Region
    package let samples: UnsafeMutablePointer<UInt8>
    /// How much memory it has.
    package let bytes: Int

    /// A place in a plane, in samples.
    package struct Region: Hashable, Sendable {
        package var left, top, width, height: Double

        package init(left: Double, top: Double, width: Double, height: Double) {
            (self.left, self.top, self.width, self.height) = (left, top, width, height)
        }

        /// All, as a share.
        package static let unit = Region(left: 0, top: 0, width: 1, height: 1)

        /// So much of this.
        package func part(_ share: Region) -> Region {
            Region(
                left: left + width * share.left, top: top + height * share.top, width: width * share.width,
                height: height * share.height)
        }
    }

    /// - Parameters:
    ///   - padded: how many samples a row and how many rows have room, for writers that write whole blocks.
    /// - Throws: the memory that was asked for, if there is not so much.
    package init(width: Int, height: Int, padded: Size? = nil, region: Region) throws(PlaneFailure) {
        let room = padded ?? Size(width: width, height: height)
        stride = Self.stride(of: room)
        bytes = Self.bytes(of: room)
        var memory: UnsafeMutableRawPointer?
        guard unsafe posix_memalign(&memory, 64, bytes) == 0, let memory = unsafe memory else {
            throw PlaneFailure(message: "out of memory: \(bytes) bytes of samples")
        }
        (self.width, self.height, self.region) = (width, height, region)
        unsafe samples = memory.assumingMemoryBound(to: UInt8.self)
    }

    /// One without any detail.
    static func grey(_ size: Size) throws(PlaneFailure) -> Plane {
        let plane = try Plane(
            width: size.width, height: size.height,
            region: Region(left: 0, top: 0, width: Double(size.width), height: Double(size.height)))
        unsafe plane.samples.update(repeating: 128, count: plane.stride * size.height)
        return plane
    }

    deinit { unsafe free(samples) }

    private static func stride(of room: Size) -> Int { (room.width + 63) / 64 * 64 }

    /// The memory of a plane with room for so many samples. zimg may read a vector beyond the last row.
    package static func bytes(of room: Size) -> Int { stride(of: room) * room.height + 64 }
}
