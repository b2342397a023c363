/// The environment of the renderers.
enum RendererEnvironment {
    /// What a renderer gets of the supervisor's environment: where to find libraries, and how to use memory. Everything
    /// else stays outside, above all what libraries take instructions from: with somebody else's `VIPSHOME` libvips
    /// would look for its modules elsewhere, and lack AVIF.
    static func selected(from environment: [String: String]) -> [String: String] {
        defaults.merging(
            environment.filter { name, _ in
                names.contains(name) || prefixes.contains { name.hasPrefix($0) }
            }
        ) { $1 }.merging(own) { $1 }
    }

    private static let names: Set = ["PATH", "TZ", "LD_LIBRARY_PATH", "LD_PRELOAD", "GLIBC_TUNABLES"]
    private static let prefixes = ["MALLOC_"]

    private static let defaults = [
        // A child's memory is new: with pages of 4 KiB it has a fault for each, which was a tenth of a job's time. Only one
        // heap has larger ones, so threads share it, large blocks lie in it too, and what is freed stays.
        "GLIBC_TUNABLES": [
            "glibc.malloc.hugetlb=1", "glibc.malloc.arena_max=1", "glibc.malloc.mmap_threshold=33554432",
            "glibc.malloc.trim_threshold=268435456",
        ].joined(separator: ":")
    ]

    private static let own = [
        // Errors of libraries are told apart by their words, so they must not be translated.
        "LC_ALL": "C.UTF-8",
        // All symbols are looked up by the parent, and none by each child anew.
        "LD_BIND_NOW": "1",
        // Pictures never go to temporary files: a renderer has no file system, and the limit on memory holds.
        "VIPS_DISC_THRESHOLD": "1t",
        // A crash ends the renderer at once: Swift's crash report takes half a second and a hundred lines, and lets a
        // process live on that was sent its signal by somebody else.
        "SWIFT_BACKTRACE": "enable=no",
    ]
}
