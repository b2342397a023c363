import CZimg
import Glibc

/// Resizes planes with zimg.
///
/// Making a graph takes longer than running it on a small plane, so the last ones are kept: the renditions of most jobs
/// have the sizes of the jobs before.
package final class PlaneScaler {
    package init() {}

    package struct Key: Hashable {
        package var source: Size
        package var region: Plane.Region
        package var target: Size

        package init(source: Size, region: Plane.Region, target: Size) {
            (self.source, self.region, self.target) = (source, region, target)
        }
    }

    @safe
    private final class Graph {
        let pointer: OpaquePointer
        var lastUse = 0

        init(_ key: Key) throws(PlaneFailure) {
            var resize = SpoolZimgResize(
                source_width: UInt32(key.source.width), source_height: UInt32(key.source.height),
                left: key.region.left, top: key.region.top, width: key.region.width, height: key.region.height,
                target_width: UInt32(key.target.width), target_height: UInt32(key.target.height))
            guard let graph = unsafe spool_zimg_build(&resize) else { throw .zimg() }
            unsafe pointer = graph
        }

        deinit { unsafe zimg_filter_graph_free(pointer) }

        /// Its memory to compute in is new each time: of what a child inherits, every page that it writes is copied first.
        func run(_ source: Plane, to target: Plane) throws(PlaneFailure) {
            var bytes = 0
            guard unsafe zimg_filter_graph_get_tmp_size(pointer, &bytes) == ZIMG_ERROR_SUCCESS else { throw .zimg() }
            var memory: UnsafeMutableRawPointer?
            guard unsafe posix_memalign(&memory, 64, max(bytes, 64)) == 0, let memory = unsafe memory else {
                throw PlaneFailure(message: "out of memory: \(bytes) bytes to resize in")
            }
            defer { unsafe free(memory) }
            let status = unsafe spool_zimg_run(
                pointer, source.samples, source.stride, target.samples, target.stride, memory)
            guard status == 0 else { throw .zimg() }
        }
    }

    /// zimg's, as in "3.0.4".
    package static var libraryVersion: String {
        var (major, minor, micro) = (UInt32(0), UInt32(0), UInt32(0))
        unsafe zimg_get_version_info(&major, &minor, &micro)
        return "\(major).\(minor).\(micro)"
    }

    /// So many graphs are kept: five renditions have ten, and each keeps some kilobytes.
    private static let capacity = 48

    private var graphs: [Key: Graph] = [:]
    private var uses = 0
    /// Since ``forgetUses()``, in the order of their last uses.
    private var recent: [Key] = []
    /// By the last job.
    private var wanted: Set<Key> = []

    /// The samples of `region`, which may have fractions and reach beyond the plane, as `target` of them.
    /// - Parameter covered: where the picture lies in the result.
    package func resize(
        _ plane: Plane, _ region: Plane.Region, to target: Size, covered: Plane.Region
    ) throws(PlaneFailure) -> Plane {
        let result = try Plane(width: target.width, height: target.height, region: covered)
        let key = Key(source: Size(width: plane.width, height: plane.height), region: region, target: target)
        try graph(key).run(plane, to: result)
        return result
    }

    /// How many graphs there are.
    package var count: Int { graphs.count }

    /// What graphs were used for since ``forgetUses()``, the last ones first.
    package var used: [Key] { recent.reversed() }

    /// Makes graphs for what is wanted for the second time in succession: most sizes of sources come only once, and making a
    /// graph takes longer than it can save then.
    package func prepare(_ keys: [Key]) {
        for key in keys where wanted.contains(key) {
            // What zimg refuses here it refuses the job as well, which says so.
            _ = try? graph(key)
        }
        wanted = Set(keys)
        forgetUses()
    }

    package func forgetUses() { recent = [] }

    private func graph(_ key: Key) throws(PlaneFailure) -> Graph {
        uses += 1
        recent.removeAll { $0 == key }
        recent.append(key)
        if recent.count > Self.capacity { recent.removeFirst() }
        if let known = graphs[key] {
            known.lastUse = uses
            return known
        }
        if graphs.count >= Self.capacity, let oldest = graphs.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            graphs[oldest.key] = nil
        }
        let graph = try Graph(key)
        graph.lastUse = uses
        graphs[key] = graph
        return graph
    }
}

extension PlaneFailure {
    fileprivate static func zimg() -> PlaneFailure {
        let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            unsafe buffer.initialize(repeating: 0)
            _ = unsafe zimg_get_last_error(buffer.baseAddress, buffer.count)
            return unsafe String(cString: buffer.baseAddress!)
        }
        return PlaneFailure(message: text.isEmpty ? "zimg failed" : text)
    }
}
