import CVips
import SpoolSystem

/// A part of libvips that lies in a library of its own.
enum Module {
    /// One that there is not is passed over: its operations are missing then, or are in libvips itself.
    static func load(_ name: StaticString) {
        guard let library = unsafe LoadedLibrary.path(at: spool_vips_address()) else { return }
        unsafe spool_vips_load_module(library, name.cString)
    }
}

/// One operation of libvips, made by name, given its arguments, then run.
///
/// Names and enumeration members are literals of this program, never text of a job.
@safe
struct Operation: ~Copyable {
    private let pointer: UnsafeMutablePointer<VipsOperation>

    /// Whether this build of libvips has the operation.
    static func exists(_ name: StaticString) -> Bool {
        unsafe spool_vips_has_operation(name.cString) != 0
    }

    /// Lets a class of operations be made that is blocked.
    static func allow(_ name: StaticString) { unsafe vips_operation_block_set(name.cString, 0) }

    init(_ name: StaticString) throws(VipsFailure) {
        guard let pointer = unsafe vips_operation_new(name.cString) else { throw .take() }
        unsafe self.pointer = pointer
    }

    deinit { unsafe spool_vips_release(pointer) }

    /// Whether the installed operation has an argument: they come and go with versions.
    func has(_ argument: StaticString) -> Bool {
        unsafe spool_vips_has_argument(pointer, argument.cString) != 0
    }

    func set(_ argument: StaticString, _ value: Int) {
        assert(has(argument))
        unsafe spool_vips_set_int(pointer, argument.cString, Int32(value))
    }

    func set(_ argument: StaticString, _ value: Double) {
        assert(has(argument))
        unsafe spool_vips_set_double(pointer, argument.cString, value)
    }

    func set(_ argument: StaticString, _ value: Bool) {
        assert(has(argument))
        unsafe spool_vips_set_bool(pointer, argument.cString, value ? 1 : 0)
    }

    func set(_ argument: StaticString, _ values: [Double]) {
        assert(has(argument))
        unsafe spool_vips_set_doubles(pointer, argument.cString, values, Int32(values.count))
    }

    func set(_ argument: StaticString, _ value: Raster) {
        assert(has(argument))
        unsafe spool_vips_set_image(pointer, argument.cString, value.pointer)
    }

    func set(_ argument: StaticString, _ values: [Raster]) {
        assert(has(argument))
        var pointers = unsafe values.map { unsafe Optional($0.pointer) }
        unsafe spool_vips_set_images(pointer, argument.cString, &pointers, Int32(pointers.count))
    }

    /// A name of libvips' own, such as a built-in colour profile.
    func set(_ argument: StaticString, named value: StaticString) {
        assert(has(argument))
        unsafe spool_vips_set_string(pointer, argument.cString, value.cString)
    }

    /// A member of an enumeration, by its nickname.
    func set(_ argument: StaticString, member: StaticString) {
        let known = unsafe spool_vips_set_member(pointer, argument.cString, member.cString) != 0
        assert(known)
    }

    func set(source: UnsafeMutablePointer<VipsSource>) {
        unsafe spool_vips_set_source(pointer, "source", source)
    }

    func set(target: UnsafeMutablePointer<VipsTarget>) {
        unsafe spool_vips_set_target(pointer, "target", target)
    }

    /// A number that the operation has found, once it has run.
    func number(_ result: StaticString) -> Int { unsafe Int(spool_vips_get_int(pointer, result.cString)) }

    func real(_ result: StaticString) -> Double { unsafe spool_vips_get_double(pointer, result.cString) }

    /// Numbers that the operation has found.
    func reals(_ result: StaticString) -> [Double] {
        var values = [Double](repeating: 0, count: 8)
        let count = unsafe spool_vips_get_doubles(pointer, result.cString, &values, Int32(values.count))
        return Array(values.prefix(Int(count)))
    }

    /// Puts binary data that the operation has found into the header of an image.
    func giveBlob(_ result: StaticString, to image: Raster, as name: StaticString) {
        unsafe spool_vips_give_blob(pointer, result.cString, image.pointer, name.cString)
    }

    /// Runs an operation that makes no image, or one that is not wanted.
    func run() throws(VipsFailure) {
        guard unsafe spool_vips_build(pointer) == 0 else { throw .take() }
    }

    /// Runs an operation that writes a file, into memory.
    /// - Returns: the file.
    func file() throws(VipsFailure) -> [UInt8] {
        guard let target = unsafe vips_target_new_to_memory() else { throw .take() }
        defer { unsafe spool_vips_unref(target) }
        unsafe set(target: target)
        try run()
        var length = 0
        let content = unsafe spool_vips_target_content(target, &length)
        return unsafe [UInt8](UnsafeRawBufferPointer(start: content, count: length))
    }

    /// Runs the operation as far as libvips does before pixels are asked for.
    func image(_ argument: StaticString = "out") throws(VipsFailure) -> Raster {
        try run()
        guard let image = unsafe spool_vips_get_image(pointer, argument.cString) else { throw .take() }
        return unsafe Raster(owning: image)
    }
}

extension StaticString {
    /// The literal as C wants it; it lives as long as the program.
    fileprivate var cString: UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
