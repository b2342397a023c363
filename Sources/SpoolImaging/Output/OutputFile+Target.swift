import CVips
import SpoolPlanes

extension OutputFile {
    /// Runs `save` with a target that writes to the file and does not live longer.
    func withTarget<Failure>(
        _ save: (UnsafeMutablePointer<VipsTarget>) throws(Failure) -> Void
    ) throws(Failure) {
        // libvips keeps its address while the target exists.
        var output = SpoolVipsOutput(descriptor: descriptor, error: 0)
        defer { note(error: output.error) }
        try unsafe withUnsafeMutablePointer(to: &output) { output throws(Failure) in
            // Allocating a target cannot fail: out of memory ends the process.
            let target = unsafe spool_vips_target(output)!
            defer { unsafe spool_vips_unref(target) }
            try unsafe save(target)
        }
    }
}
