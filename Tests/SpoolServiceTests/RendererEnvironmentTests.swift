import Testing

@testable import SpoolService

struct RendererEnvironmentTests {
    @Test func `a renderer gets what it needs and nothing that libraries take instructions from`() {
        let environment = RendererEnvironment.selected(from: [
            "PATH": "/bin", "TZ": "UTC", "LD_LIBRARY_PATH": "/opt/lib", "MALLOC_ARENA_MAX": "2",
            "VIPSHOME": "/nowhere", "VIPS_CONCURRENCY": "99", "LIBHEIF_PLUGIN_PATH": "/nowhere", "LANG": "de_DE.UTF-8",
            "LC_ALL": "de_DE.UTF-8", "SWIFT_BACKTRACE": "enable=yes", "SPOOL_WORKER_SPOOL": "/srv", "SECRET": "x",
        ])
        #expect(
            environment == [
                "PATH": "/bin", "TZ": "UTC", "LD_LIBRARY_PATH": "/opt/lib", "MALLOC_ARENA_MAX": "2",
                "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no", "LD_BIND_NOW": "1", "VIPS_DISC_THRESHOLD": "1t",
                "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1"
                    + ":glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=268435456",
            ])
        // An operator may know better.
        #expect(RendererEnvironment.selected(from: ["GLIBC_TUNABLES": "a=b"])["GLIBC_TUNABLES"] == "a=b")
    }
}
