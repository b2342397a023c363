import CVips
import SpoolInspection
import SpoolJob
import SpoolPlanes
import SpoolWire

/// Opens a source with the one loader of its format.
struct Decoder {
    var source: SourceFile
    var failOn: FailOn
    /// From 0.
    private let page: Int
    /// nil for all.
    private let mostPages: Int?
    /// Pixels an inch, of what is drawn.
    private let density: Double
    /// Whether pixels are sRGB whatever their profile says.
    let ignoresProfile: Bool

    init(_ source: SourceFile, _ input: Input) throws(JobError) {
        guard Operation.exists(source.format.loader) else {
            throw JobError(
                .optionUnsupported,
                "the installed libvips \(VipsLibrary.version) is built without \(source.format.name) reading")
        }
        self.source = source
        failOn = input.failOn
        page = input.page
        mostPages = input.pages
        density = input.density
        ignoresProfile = input.ignoreIcc
    }

    /// Reads the header, and sees whether there is the page that is asked for.
    func openHeader() throws(JobError) -> Raster {
        func opened(_ page: Int) throws(JobError) -> Raster {
            do {
                return try open(page: page)
            } catch {
                throw error.ofHost ?? JobError(.inputCorrupt, "the header cannot be read: \(error.message)")
            }
        }
        let first = try opened(0)
        guard page > 0 else { return first }
        let pages = source.format.hasPages ? max(1, first.field("n-pages") ?? 1) : 1
        guard page < pages else {
            let has = pages == 1 ? "one page, page 0" : "\(pages) pages, 0 to \(pages - 1)"
            throw JobError(.jobInvalid, "input.page is \(page), but the image has \(has)")
        }
        return try opened(page)
    }

    /// Reads the header; pixels follow when they are asked for, once, from top to bottom.
    func open(_ reduction: Reduction = .none) throws(VipsFailure) -> Raster { try open(reduction, page: page) }

    /// - Parameter count: how many pages, one below the other.
    private func open(_ reduction: Reduction = .none, page: Int, count: Int = 1) throws(VipsFailure) -> Raster {
        guard let connection = unsafe vips_source_new_from_descriptor(source.descriptor) else { throw .take() }
        // The operation holds a reference of its own.
        defer { unsafe spool_vips_unref(connection) }
        let loader = try Operation(source.format.loader)
        unsafe loader.set(source: connection)
        loader.set("access", member: "sequential")
        if page > 0 { loader.set("page", page) }
        if count > 1 { loader.set("n", count) }
        if source.format.isDrawn { loader.set("dpi", density) }
        // Interlaced images cannot be read in sequence. Large ones would go through a file in a folder that may be
        // missing or full; what they take is bounded by the limit on pixels.
        loader.set("memory", true)
        switch failOn {
        case .none: loader.set("fail_on", member: "none")
        case .truncated: loader.set("fail_on", member: "truncated")
        case .error: loader.set("fail_on", member: "error")
        case .warning: loader.set("fail_on", member: "warning")
        }
        switch reduction {
        case .none: break
        case .whole(let factor): loader.set("shrink", factor)
        case .scale(let factor): loader.set("scale", factor)
        }
        return try loader.image()
    }

    /// Frames from the first page that is wanted on, in colours that steps know, each in memory.
    func frames(_ count: Int, _ space: ColourSpace) throws(JobError) -> [Raster] {
        do {
            let all = try open(page: page, count: count).standardised(space, ignoringProfile: ignoresProfile).inMemory()
            let height = all.size.height / count
            var frames: [Raster] = []
            for number in 0..<count {
                frames.append(
                    try all.cropped(
                        to: Size(width: all.size.width, height: height), left: 0, top: number * height))
            }
            return frames
        } catch {
            if let error = error.ofHost { throw error }
            throw JobError(.inputCorrupt, "the image is truncated or damaged: \(error.message)")
        }
    }

    /// How many frames an animated rendition has.
    func frameCount(of header: SourceHeader) -> Int { min(mostPages ?? header.pages, header.pages - page) }

    /// Decodes all pixels and keeps none: tells whether the source is at fault when a pipeline has failed.
    func check(_ reduction: Reduction) throws(VipsFailure) {
        let image = try open(reduction)
        let mean = try Operation("avg")
        mean.set("in", image)
        try mean.run()
    }

    /// All pixels, upright or not, in colours that steps know.
    func whole() throws(JobError) -> Raster {
        try decoding(.none) { () throws(VipsFailure) in
            try open().standardised(.srgb, ignoringProfile: ignoresProfile).inMemory()
        }
    }

    /// - Parameter body: decodes the source, reduced like this.
    func decoding<Value>(
        _ reduction: Reduction, _ body: () throws(VipsFailure) -> Value
    ) throws(JobError) -> Value {
        do {
            return try body()
        } catch {
            throw blame(error, reduction, while: "decoding the source")
        }
    }

    /// A pipeline decodes, computes and encodes in one go, and libvips does not say which of them failed: whether the
    /// source is at fault is found out by decoding it once more, alone.
    func blame(_ failure: VipsFailure, _ reduction: Reduction, while activity: String) -> JobError {
        if let error = failure.ofHost { return error }
        do {
            try check(reduction)
        } catch {
            return error.ofHost
                ?? JobError(.inputCorrupt, "the image is truncated or damaged: \(error.message)")
        }
        return JobError(.renderFailed, "libvips failed while \(activity): \(failure.message)")
    }
}
