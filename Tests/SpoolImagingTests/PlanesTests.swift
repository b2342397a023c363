import CTurboJPEG
import Glibc
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// JPEG renditions of JPEG sources, resized as planes, against one resize of all pixels.
@Suite struct PlanesTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// Smooth, with edges and colour: a shift by half a pixel costs ten decibels.
    private func picture(_ width: Int, _ height: Int, grey: Bool = false) -> Picture {
        Picture(width, height, bands: grey ? 1 : 3) { x, y in
            let (across, down) = (Double(x) / Double(width), Double(y) / Double(height))
            let wave = sin(across * 19 + down * 7) * cos(down * 13)
            let red = 128 + 90 * wave + (across > 0.6 && down > 0.3 ? 30 : 0)
            let green = 128 + 80 * sin(down * 11) * cos(across * 5)
            let blue = 40 + 180 * across
            return (grey ? [red] : [red, green, blue]).map { UInt8(max(0, min(255, $0))) }
        }
    }

    private func source(
        _ width: Int, _ height: Int, _ subsampling: TJSAMP, orientation: Int = 1, flags: Int32 = 0
    ) throws -> String {
        let picture = picture(width, height, grey: subsampling == TJSAMP_GRAY)
        return try folder.file(
            "source.jpg", JPEGSource.bytes(of: picture, subsampling, orientation: orientation, flags: flags))
    }

    /// Renders by planes, or with libvips alone.
    private func run(
        _ path: String, _ renditions: [Rendition], planes: Bool
    ) throws -> (plan: RenderPlan, job: RenderedJob) {
        let request = RenderRequest(input: Input(path: ""), renditions: renditions, limits: RenderLimits())
        let outputs = try renditions.map { try Descriptor(creating: folder.file($0.path)) }
        try VipsLibrary.start()
        return try Descriptor(reading: path).with { source in
            try Descriptor.with(outputs) { outputs in
                try VipsLibrary.exclusively { _ throws(JobError) in
                    var rendering = try Rendering(request, source: source, PlanarTools(areAllowed: planes)) { _ in }
                    let job = try rendering.run(overlays: [], outputs)
                    return (rendering.plan, job)
                }
            }
        }
    }

    /// The whole source in one resize, then turned and cut: what a rendition should look like.
    private func reference(_ path: String, _ rendition: Rendition, orientation: Orientation) throws -> Picture {
        let decoded = try Raster(decoding: path).inMemory()
        let plan = ResizePlan(stored: decoded.size, orientation: orientation, rendition: rendition)
        var image = try decoded.resized(to: plan.scaled).inMemory().turned(orientation)
        if case .crop(let left, let top) = plan.placement {
            image = try image.cropped(to: plan.output, left: left, top: top)
        }
        try image.withoutMetadata().write(.png, to: folder.file("reference.png"))
        return try Picture(folder.file("reference.png"))
    }

    private func expectAsGood(
        _ path: String, _ rendition: Rendition, orientation: Orientation = .upright,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let reference = try reference(path, rendition, orientation: orientation)
        let planes = try run(path, [rendition], planes: true)
        guard case .planes = planes.plan else {
            Issue.record("not by planes: \(planes.plan)", sourceLocation: sourceLocation)
            return
        }
        let our = try Picture(folder.file(rendition.path))
        let ours = our.distance(from: reference)
        let pixels = try run(path, [rendition], planes: false)
        let their = try Picture(folder.file(rendition.path))
        let theirs = their.distance(from: reference)
        #expect(pixels.job.renditions[0].width == planes.job.renditions[0].width, sourceLocation: sourceLocation)
        #expect(pixels.job.renditions[0].height == planes.job.renditions[0].height, sourceLocation: sourceLocation)
        // Nobody sees what lies above 50 dB. A few pixels of colour at an edge decide about pictures of a few rows.
        let tolerance = min(planes.job.renditions[0].width, planes.job.renditions[0].height) < 16 ? 0.5 : 0.1
        let enough = tolerance == 0.1 ? 50.0 : 35.0
        #expect(
            ours > min(theirs - tolerance, enough), "\(ours) dB against \(theirs) dB", sourceLocation: sourceLocation)
        // Of a few pixels, fewer than a window has, likeness says nothing.
        guard tolerance == 0.1 else { return }
        let (alike, theirsAlike) = (our.likeness(to: reference), their.likeness(to: reference))
        #expect(
            alike > theirsAlike - 0.002, "SSIM \(alike) against \(theirsAlike)", sourceLocation: sourceLocation)
    }

    /// Rings that become ever finer: all frequencies, up to those that a size cannot hold. libvips rounds the places of pixels to
    /// a 64th, which shows here, so the reference is computed without that. What lies beyond an edge is a convention: zimg mirrors
    /// the picture there, so edges are left out.
    @Test(arguments: JPEGSource.subsamplings.map(\.1.rawValue), [301, 150, 77])
    func `a zone plate is as good as with libvips`(_ subsampling: UInt32, width: Int) throws {
        let isGrey = subsampling == TJSAMP_GRAY.rawValue
        let plate = Picture(403, 403, bands: isGrey ? 1 : 3) { x, y in
            let (across, down) = (Double(x) - 201, Double(y) - 201)
            let level = UInt8(127.5 + 120 * cos((across * across + down * down) * .pi / 403))
            return [UInt8](repeating: level, count: isGrey ? 1 : 3)
        }
        let path = try folder.file("source.jpg", JPEGSource.bytes(of: plate, TJSAMP(rawValue: subsampling)))
        let margin = 5
        let reference = try Picture(Raster(decoding: path)).resizedExactly(to: width).inside(margin)
        let rendition = Rendition(path: "x.jpg", format: .jpeg, width: width, quality: 95)
        func made(planes: Bool) throws -> Picture {
            let plan = try run(path, [rendition], planes: planes).plan
            if planes, case .pixels = plan { Issue.record("not by planes: \(plan)") }
            return try Picture(folder.file("x.jpg")).inside(margin)
        }
        let (ours, theirs) = (try made(planes: true), try made(planes: false))
        let (near, theirsNear) = (ours.distance(from: reference), theirs.distance(from: reference))
        #expect(near > theirsNear - 0.1, "\(near) dB against \(theirsNear) dB")
        #expect(ours.likeness(to: reference) > theirs.likeness(to: reference) - 0.002)
    }

    @Test func `likeness tells a picture from one that is shifted or blurred`() throws {
        let picture = picture(120, 90)
        #expect(picture.likeness(to: picture) == 1)
        let shifted = Picture(120, 90, bands: 3) { x, y in picture[min(x + 2, 119), y] }
        #expect(shifted.likeness(to: picture) < 0.98)
        let flat = Picture(120, 90, [128, 128, 128])
        #expect(flat.likeness(to: picture) < 0.6)
    }

    @Test(arguments: JPEGSource.subsamplings.map(\.1.rawValue), [300, 150, 77, 40, 20])
    func `every subsampling is as good as with libvips`(_ subsampling: UInt32, width: Int) throws {
        let path = try source(403, 299, TJSAMP(rawValue: subsampling))
        try expectAsGood(path, Rendition(path: "x.jpg", format: .jpeg, width: width, quality: 95))
    }

    @Test(arguments: Orientation.allCases, [(403, 299), (401, 300), (400, 301)])
    func `every orientation is as good as with libvips`(_ orientation: Orientation, size: (Int, Int)) throws {
        let path = try source(size.0, size.1, TJSAMP_420, orientation: orientation.rawValue)
        let rendition = Rendition(path: "x.jpg", format: .jpeg, width: 91, quality: 95)
        try expectAsGood(path, rendition, orientation: orientation)
    }

    @Test(arguments: 1...40)
    func `odd and tiny sizes are as good as with libvips`(_ width: Int) throws {
        let path = try source(203, 151, TJSAMP_420)
        let rendition = Rendition(
            path: "x.jpg", format: .jpeg, width: width, height: 41 - width, fit: .fill, quality: 95)
        try expectAsGood(path, rendition)
    }

    @Test func `many renditions of one decode look like single ones`() throws {
        let path = try source(603, 449, TJSAMP_420, orientation: 3)
        let renditions = [
            Rendition(path: "a.jpg", format: .jpeg, width: 55),
            Rendition(path: "b.png", format: .png, width: 590),
            Rendition(path: "c.jpg", format: .jpeg, width: 250),
            Rendition(path: "d.webp", format: .webp, width: 250, quality: 95),
            Rendition(path: "e.jpg", format: .jpeg, width: 120, height: 120),
            Rendition(path: "f.png", format: .png, width: 120, height: 120, position: .attention),
            Rendition(path: "g.jpg", format: .jpeg, width: 120, height: 120, fit: .contain, background: .black),
            Rendition(path: "h.jpg", format: .jpeg, width: 251, quality: 30),
        ]
        let together = try run(path, renditions, planes: true)
        guard case .planes = together.plan else {
            Issue.record("not by planes: \(together.plan)")
            return
        }
        let pictures = try renditions.map { try Picture(folder.file($0.path)) }
        let alone = try run(path, renditions, planes: false)
        #expect(alone.job.input == together.job.input)
        for (index, rendition) in renditions.enumerated() {
            #expect(together.job.renditions[index].width == alone.job.renditions[index].width)
            #expect(together.job.renditions[index].height == alone.job.renditions[index].height)
            let distance = try pictures[index].distance(from: Picture(folder.file(rendition.path)))
            #expect(distance > 28, "\(rendition.path)")
        }
    }

    @Test func `a progressive file with restart markers is read like any other`() throws {
        let path = try source(403, 299, TJSAMP_420, flags: TJFLAG_PROGRESSIVE)
        try expectAsGood(path, Rendition(path: "x.jpg", format: .jpeg, width: 150, quality: 95))
    }

    /// Of 1209 rows an eighth is 151 whole ones and an eighth of a row more.
    @Test(arguments: [1, 2, 5, 7], [TJSAMP_444.rawValue, TJSAMP_420.rawValue])
    func `damage in the last rows alone is found`(_ rows: Int, subsampling: UInt32) throws {
        let path = try source(400, 1200 + rows, TJSAMP(rawValue: subsampling))
        let bytes = try folder.bytes("source.jpg")
        let rendition = Rendition(path: "x.jpg", format: .jpeg, width: 20)
        #expect(try render(path, [rendition], in: folder).rendered().renditions.count == 1)
        let cut = try folder.file("cut.jpg", Array(bytes.dropLast(12)))
        #expect(try render(cut, [rendition], in: folder).failure().code == .inputCorrupt)
    }

    @Test func `what cannot be had as planes says why`() throws {
        let path = try source(403, 299, TJSAMP_420)
        func reason(_ rendition: Rendition, source: String) throws -> String? {
            guard case .pixels(_, let reason) = try run(source, [rendition], planes: true).plan else { return nil }
            return reason
        }
        let small = Rendition(path: "x.jpg", format: .jpeg, width: 100)
        let large = Rendition(path: "x.jpg", format: .jpeg, width: 500)
        #expect(try reason(small, source: path) == nil)
        #expect(try reason(large, source: path) == "renditions[0] is larger than the source")
        try SamplePicture.hills.write(width: 200, height: 100, format: .png, to: folder.file("source.png"))
        let png = try reason(small, source: folder.file("source.png"))
        #expect(png == "only JPEG files are stored in planes of brightness and colour")
    }

    /// Converted after the resize, at the small size, instead of before.
    @Test(arguments: [ColourSpace.srgb, .p3, .keep], ["p3", "none", "grey"])
    func `a profile is applied to the resized pixels`(_ space: ColourSpace, profile: String) throws {
        try SamplePicture.hills.write(width: 403, height: 299, format: .png, to: folder.file("drawn.png"))
        var image = try Raster(decoding: folder.file("drawn.png"))
        switch profile {
        case "p3": image = try image.applying("icc_transform") { $0.set("output_profile", named: "p3") }
        case "grey":
            image = try image.greyscale().inMemory()
            image.setBlob("icc-profile-data", GreyProfile.bytes(gamma: 1.8))
        default: break
        }
        try image.write(.jpeg, to: folder.file("source.jpg"))
        for format in [ImageFormat.png, .jpeg, .webp] {
            var rendition = Rendition(path: "x", format: format, width: 100, quality: 95)
            rendition.colourspace = space
            let byPlanes = try run(folder.file("source.jpg"), [rendition], planes: true)
            guard case .planes = byPlanes.plan else {
                Issue.record("not by planes: \(byPlanes.plan)")
                continue
            }
            let planes = try Raster(decoding: folder.file("x"))
            let ours = try Picture(planes)
            _ = try run(folder.file("source.jpg"), [rendition], planes: false)
            let pixels = try Raster(decoding: folder.file("x"))
            #expect(planes.bands == pixels.bands)
            #expect(planes.hasField("icc-profile-data") == pixels.hasField("icc-profile-data"), "\(format)")
            let likeness = try ours.distance(from: Picture(pixels))
            #expect(likeness > 33, "\(format): \(likeness) dB")
        }
    }

    @Test(arguments: [Position.north, .centre, .southeast, .west], [(99, 40), (41, 98), (50, 50)])
    func `a crop is as good as with libvips`(_ position: Position, size: (Int, Int)) throws {
        let path = try source(403, 299, TJSAMP_420, orientation: 6)
        let rendition = Rendition(
            path: "x.jpg", format: .jpeg, width: size.0, height: size.1, position: position, quality: 95)
        try expectAsGood(path, rendition, orientation: .leftSideUp)
    }
}

extension Picture {
    /// The peak signal-to-noise ratio against a picture of the same size, in decibels.
    func distance(from other: Picture) -> Double {
        guard width == other.width, height == other.height, bands == other.bands else { return 0 }
        let squares = zip(samples, other.samples).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
        return squares == 0 ? 100 : 10 * log10(255 * 255 * Double(samples.count) / squares)
    }
}

extension Picture {
    /// The structural similarity (SSIM) to a picture of the same size: the mean over windows of 8 by 8 samples, half of which
    /// overlap, and over all bands; 1 for the same picture.
    func likeness(to other: Picture) -> Double {
        guard width == other.width, height == other.height, bands == other.bands else { return 0 }
        let (across, down) = (min(8, width), min(8, height))
        var sum = 0.0
        var count = 0.0
        for band in 0..<bands {
            for top in stride(from: 0, through: height - down, by: 4) {
                for left in stride(from: 0, through: width - across, by: 4) {
                    sum += likeness(to: other, band, left, top, across, down)
                    count += 1
                }
            }
        }
        return sum / count
    }

    private func likeness(
        to other: Picture, _ band: Int, _ left: Int, _ top: Int, _ across: Int, _ down: Int
    ) -> Double {
        var (a, b, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for y in top..<(top + down) {
            for x in left..<(left + across) {
                let index = (y * width + x) * bands + band
                let (one, two) = (Double(samples[index]), Double(other.samples[index]))
                a += one
                b += two
                aa += one * one
                bb += two * two
                ab += one * two
            }
        }
        let n = Double(across * down)
        let (meanA, meanB) = (a / n, b / n)
        let (varianceA, varianceB) = (aa / n - meanA * meanA, bb / n - meanB * meanB)
        let covariance = ab / n - meanA * meanB
        // Of the method, for samples up to 255.
        let (c1, c2) = (6.5025, 58.5225)
        return (2 * meanA * meanB + c1) * (2 * covariance + c2)
            / ((meanA * meanA + meanB * meanB + c1) * (varianceA + varianceB + c2))
    }
}

extension Picture {
    /// Resizes a square to a smaller one by a Lanczos kernel of three lobes, one direction after the other, without rounding in
    /// between; beyond the edges the last pixels go on.
    func resizedExactly(to side: Int) -> Picture {
        let factor = Double(width) / Double(side)
        let weights = (0..<side).map { place in
            let centre = (Double(place) + 0.5) * factor - 0.5
            let range = Int((centre - 3 * factor).rounded(.up))...Int((centre + 3 * factor).rounded(.down))
            let raw = range.map {
                (source: min(max($0, 0), width - 1), weight: lanczos((Double($0) - centre) / factor))
            }
            let sum = raw.reduce(0) { $0 + $1.weight }
            return raw.map { ($0.source, $0.weight / sum) }
        }
        var across = [Double](repeating: 0, count: side * height * bands)
        for y in 0..<height {
            for x in 0..<side {
                for band in 0..<bands {
                    across[(y * side + x) * bands + band] = weights[x].reduce(0) {
                        $0 + $1.1 * Double(samples[(y * width + $1.0) * bands + band])
                    }
                }
            }
        }
        var result = Picture(side, side, [UInt8](repeating: 0, count: bands))
        for y in 0..<side {
            for x in 0..<side {
                for band in 0..<bands {
                    let value = weights[y].reduce(0) { $0 + $1.1 * across[($1.0 * side + x) * bands + band] }
                    result.samples[(y * side + x) * bands + band] = UInt8(min(max(value.rounded(), 0), 255))
                }
            }
        }
        return result
    }

    /// Without so many pixels at each edge.
    func inside(_ margin: Int) -> Picture {
        Picture(width - 2 * margin, height - 2 * margin, bands: bands) { self[$0 + margin, $1 + margin] }
    }

    private func lanczos(_ x: Double) -> Double {
        if x == 0 { return 1 }
        guard abs(x) < 3 else { return 0 }
        return 3 * sin(.pi * x) * sin(.pi * x / 3) / (.pi * .pi * x * x)
    }
}
