import CVips
import SpoolJob
import SpoolPlanes
import SpoolWire
import Synchronization

/// The state of libvips that a process has once.
enum VipsLibrary {
    /// Major, minor, patch; asks constants of the library, nothing has to be started.
    static var version: String { "\(vips_version(0)).\(vips_version(1)).\(vips_version(2))" }

    static func isAtLeast(_ major: Int32, _ minor: Int32) -> Bool {
        (vips_version(0), vips_version(1)) >= (major, minor)
    }

    /// Starts libvips, the first time.
    static func start() throws(JobError) {
        if let failure = started {
            throw JobError(.renderFailed, "libvips \(version) does not start: \(failure.message)")
        }
    }

    /// Nil after a start that succeeded.
    private static let started: VipsFailure? = {
        spool_vips_keep_freed_memory()
        spool_vips_silence_warnings()
        spool_vips_do_without_orc()
        guard spool_vips_start() == 0 else { return .take() }
        Module.load("vips-heif")
        Module.load("vips-jxl")
        // Every job is another image, so remembered operations only keep memory.
        vips_cache_set_max(0)
        // Loaders that libvips itself does not trust with unknown files.
        vips_block_untrusted_set(1)
        // It reads pixels, and no file of a stranger.
        Operation.allow("VipsForeignSaveJxl")
        return nil
    }()

    /// Lets this process read formats that libvips does not trust. Their loaders may still be missing.
    static func trust(_ formats: [SourceFormat]) {
        for format in formats {
            if let module = format.module { Module.load(module) }
            if let name = format.blockedClass { Operation.allow(name) }
        }
    }

    /// Runs `body` while no other thread uses libvips: the error buffer belongs to the process, and only one user at
    /// a time can tell whose errors it holds.
    static func exclusively<Value: Sendable>(
        _ body: (PlanarTools) throws(JobError) -> Value
    ) throws(JobError) -> Value {
        try lock.withLock { tools throws(JobError) in
            compute(with: 1)
            vips_error_clear()
            defer { vips_error_clear() }
            return try body(tools)
        }
    }

    /// - Parameter threads: of each pipeline that begins from now on.
    static func compute(with threads: Int) { vips_concurrency_set(Int32(threads)) }

    private static let lock = Mutex(PlanarTools())
}
