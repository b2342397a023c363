import CTurboJPEG
import CVips
import SpoolPlanes

extension PlanarImage {
    /// The picture as libvips goes on with it: red, green and blue, or grey.
    ///
    /// Colour must be as fine as brightness.
    /// - Parameter resolution: the source's, as ``Raster/resolution``.
    func raster(at resolution: (across: Double, down: Double)) throws(PlaneFailure) -> Raster {
        let size = Size(width: luma.width, height: luma.height)
        let bands = isGrey ? 1 : 3
        let length = size.area * bands
        let pixels = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 64)
        defer { unsafe pixels.deallocate() }
        if isGrey {
            for row in 0..<size.height {
                let source = unsafe UnsafeRawBufferPointer(start: luma.samples + row * luma.stride, count: size.width)
                unsafe UnsafeMutableRawBufferPointer(rebasing: pixels[(row * size.width)...]).copyMemory(from: source)
            }
        } else {
            try unsafe fill(pixels, size)
        }
        let image = unsafe vips_image_new_from_memory_copy(
            pixels.baseAddress, length, Int32(size.width), Int32(size.height), Int32(bands), VIPS_FORMAT_UCHAR)
        guard let image = unsafe image else { throw PlaneFailure(message: VipsFailure.take().message) }
        let raster = unsafe Raster(owning: image)
        do {
            return try raster.applying("copy") {
                $0.set("xres", resolution.across)
                $0.set("yres", resolution.down)
                if isGrey { $0.set("interpretation", member: "b-w") } else { $0.set("interpretation", member: "srgb") }
            }
        } catch {
            throw PlaneFailure(message: error.message)
        }
    }

    private func fill(_ pixels: UnsafeMutableRawBufferPointer, _ size: Size) throws(PlaneFailure) {
        guard let handle = unsafe tjInitDecompress() else { throw PlaneFailure(message: "TurboJPEG does not start") }
        defer { unsafe tjDestroy(handle) }
        var sources = unsafe planes.map { unsafe Optional(UnsafePointer($0.samples)) }
        var strides = planes.map { Int32($0.stride) }
        let status = unsafe tjDecodeYUVPlanes(
            handle, &sources, &strides, Int32(bitPattern: TJSAMP_444.rawValue),
            pixels.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(size.width), 0, Int32(size.height),
            Int32(TJPF_RGB.rawValue), 0)
        guard status == 0 else { throw unsafe .turbojpeg(handle) }
    }
}
