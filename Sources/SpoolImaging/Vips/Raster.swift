import CVips
import SpoolPlanes

/// An image of libvips: a header, and pixels that are computed when something asks for them.
@safe
final class Raster {
    let pointer: UnsafeMutablePointer<VipsImage>

    /// Takes ownership of a reference.
    init(owning pointer: UnsafeMutablePointer<VipsImage>) {
        unsafe self.pointer = pointer
    }

    deinit { unsafe spool_vips_unref(pointer) }

    var size: Size {
        unsafe Size(width: Int(vips_image_get_width(pointer)), height: Int(vips_image_get_height(pointer)))
    }

    /// Pixels a millimetre, across and down; 1 where a file says nothing.
    var resolution: (across: Double, down: Double) {
        unsafe (vips_image_get_xres(pointer), vips_image_get_yres(pointer))
    }

    var bands: Int { unsafe Int(vips_image_get_bands(pointer)) }

    var hasAlpha: Bool {
        // Packed pixels of CIELAB have four bytes, and alpha is none of them.
        unsafe vips_image_get_coding(pointer) == VIPS_CODING_NONE && vips_image_hasalpha(pointer) != 0
    }

    /// What the numbers mean, as far as it can be told; headers of foreign files are not always right.
    var interpretation: VipsInterpretation { unsafe vips_image_guess_interpretation(pointer) }

    /// One byte a sample.
    var isEightBit: Bool { unsafe vips_image_get_format(pointer) == VIPS_FORMAT_UCHAR }

    /// More than one byte a sample; packed pixels of CIELAB have about ten bits.
    var isDeep: Bool { unsafe !isEightBit || vips_image_get_coding(pointer) != VIPS_CODING_NONE }

    /// All samples of an image of eight bits, row by row.
    func samples() throws(VipsFailure) -> [UInt8] {
        var length = 0
        guard let data = unsafe vips_image_write_to_memory(pointer, &length) else { throw .take() }
        defer { unsafe g_free(data) }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: data, count: length))
    }

    /// A number of the header, or nil.
    func field(_ name: String) -> Int? {
        guard unsafe spool_vips_has_field(pointer, name) != 0 else { return nil }
        return unsafe Int(spool_vips_get_field(pointer, name, 0))
    }

    /// Numbers of the header; none if there is no such field.
    func numbers(_ name: String) -> [Int] {
        var values: UnsafeMutablePointer<Int32>?
        var count: Int32 = 0
        guard hasField(name), unsafe vips_image_get_array_int(pointer, name, &values, &count) == 0 else { return [] }
        return unsafe UnsafeBufferPointer(start: values, count: Int(count)).map(Int.init)
    }

    func setField(_ name: String, _ values: [Int]) {
        unsafe vips_image_set_array_int(pointer, name, values.map(Int32.init), Int32(values.count))
    }

    /// A text of the header, or nil.
    func text(_ name: String) -> String? {
        var text: UnsafePointer<CChar>?
        guard hasField(name), unsafe vips_image_get_string(pointer, name, &text) == 0 else { return nil }
        return unsafe text.map { unsafe String(cString: $0) }
    }

    /// Whether the header has a field, of any type.
    func hasField(_ name: String) -> Bool {
        unsafe spool_vips_has_field(pointer, name) != 0
    }

    /// Binary metadata, unless there is none or it is longer than `limit`.
    func blob(_ name: String, upTo limit: Int) -> [UInt8]? {
        var length = 0
        guard let data = unsafe spool_vips_get_blob(pointer, name, &length), length <= limit else { return nil }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: data, count: length))
    }

    /// Computes all pixels, now, into memory. What follows may then ask for them in any order and more than once.
    func inMemory() throws(VipsFailure) -> Raster {
        guard let copy = unsafe vips_image_copy_memory(pointer) else { throw .take() }
        return unsafe Raster(owning: copy)
    }

    /// The upper left pixel, in whatever numbers the image has.
    func firstPixel() throws(VipsFailure) -> [Double] {
        let point = try Operation("getpoint")
        point.set("in", self)
        point.set("x", 0)
        point.set("y", 0)
        try point.run()
        return point.reals("out-array")
    }

    /// The names of all fields of the header.
    var fieldNames: [String] {
        guard let names = unsafe vips_image_get_fields(pointer) else { return [] }
        defer { unsafe g_strfreev(names) }
        var all: [String] = []
        var next = unsafe names
        while let name = unsafe next.pointee {
            all.append(unsafe String(cString: name))
            unsafe next += 1
        }
        return all
    }

    /// Copies a field of the header to an image that nobody else has yet.
    func copyField(_ name: String, to other: Raster) { unsafe spool_vips_copy_field(pointer, other.pointer, name) }

    func setField(_ name: String, _ value: Int) { unsafe vips_image_set_int(pointer, name, Int32(value)) }
}
