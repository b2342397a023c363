import CVips
import SpoolJob
import SpoolPlanes

/// Resizing pixels with zimg, band by band. libvips takes longer, and far longer before 8.15, where it needs memory that can be
/// executed for its vectors, which a renderer's sandbox does not have.
struct BandResize {
    /// Whether a picture is resized so. What zimg is not asked for libvips does, and what is larger, since bands are held as a
    /// whole, while libvips goes strip by strip.
    static func suits(_ source: Size, to target: Size, bands: Int, _ kernel: Kernel) -> Bool {
        kernel == .lanczos3 && target != source && target.width <= source.width && target.height <= source.height
            && (1...4).contains(bands) && memory(source, to: target, bands: bands) <= PlanesPlanner.mostPlaneBytes
    }

    /// Bytes of all planes, before and after.
    static func memory(_ source: Size, to target: Size, bands: Int) -> Int {
        bands * (Plane.bytes(of: source) + Plane.bytes(of: target))
    }

    let scaler: PlaneScaler

    /// - Parameter image: of eight bits a sample. All of it is computed.
    func resize(_ image: Raster, to target: Size) throws(VipsFailure) -> Raster {
        let whole = Plane.Region(of: image.size)
        var resized: [Plane] = []
        for plane in try split(image) {
            resized.append(
                try VipsFailure.of { () throws(PlaneFailure) in
                    try scaler.resize(plane, whole, to: target, covered: Plane.Region(of: target))
                })
        }
        return try join(resized, target, like: image)
    }

    private func split(_ image: Raster) throws(VipsFailure) -> [Plane] {
        let size = image.size
        let planes = try VipsFailure.of { () throws(PlaneFailure) in
            var planes: [Plane] = []
            for _ in 0..<image.bands {
                planes.append(try Plane(width: size.width, height: size.height, region: Plane.Region(of: size)))
            }
            return planes
        }
        var rows = unsafe planes.map { unsafe Optional($0.samples) }
        unsafe try image.forEachRow { _, row in
            unsafe spool_vips_split_row(
                row.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(size.width), Int32(rows.count), &rows)
            for (band, plane) in planes.enumerated() { unsafe rows[band]? += plane.stride }
        }
        return planes
    }

    private func join(_ planes: [Plane], _ size: Size, like image: Raster) throws(VipsFailure) -> Raster {
        guard let blank = unsafe spool_vips_blank_like(image.pointer, Int32(size.width), Int32(size.height)) else {
            throw .take()
        }
        let joined = unsafe Raster(owning: blank)
        var rows = unsafe planes.map { unsafe Optional(UnsafePointer($0.samples)) }
        var line = [UInt8](repeating: 0, count: size.width * planes.count)
        for row in 0..<size.height {
            unsafe spool_vips_join_row(&rows, Int32(size.width), Int32(planes.count), &line)
            guard unsafe vips_image_write_line(joined.pointer, Int32(row), &line) == 0 else { throw .take() }
            for (band, plane) in planes.enumerated() { unsafe rows[band]? += plane.stride }
        }
        return joined
    }
}

extension VipsFailure {
    /// Runs `body`, whose failure is told in its words.
    fileprivate static func of<Value>(
        _ body: () throws(PlaneFailure) -> Value
    ) throws(VipsFailure) -> Value {
        do {
            return try body()
        } catch {
            throw VipsFailure(text: error.message)
        }
    }
}

extension Plane.Region {
    fileprivate init(of size: Size) {
        self.init(left: 0, top: 0, width: Double(size.width), height: Double(size.height))
    }
}
