import SpoolJob
import SpoolPlanes

/// What goes into a file beside its pixels.
struct KeptMetadata {
    private let kinds: Set<MetadataKind>
    private let withoutGps: Bool
    /// Whether the numbers mean nothing without a profile.
    private let needsProfile: Bool
    /// Whether a GIF gets the colours that the source has, if it is one.
    private let reusesPalette: Bool
    /// Pixels an inch.
    private let density: Double?
    /// The source, as it was read.
    private let source: Raster
    /// How the pixels still have to be turned to be seen upright.
    private let orientation: Orientation

    init(_ rendition: Rendition, of source: Raster, seenBy orientation: Orientation) {
        kinds = rendition.keep
        withoutGps = rendition.withoutGps
        needsProfile = rendition.colourspace != .srgb
        reusesPalette = if case .gif(let options) = rendition.encoding { options.reusesPalette } else { false }
        density = rendition.density
        self.source = source
        self.orientation = orientation
    }

    /// Whether the saver may write what the image's header has. That is needed for a density, too.
    var isKept: Bool { !kinds.isEmpty || needsProfile || density != nil }

    /// Pixels a millimetre, if the rendition says so.
    var resolution: Double? { density.map { $0 / 25.4 } }

    /// The same pixels with what is to be kept, and nothing else.
    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        var bare = try image.withoutMetadata()
        if let resolution {
            bare = try bare.applying("copy") {
                $0.set("xres", resolution)
                $0.set("yres", resolution)
            }
        }
        if reusesPalette { source.copyField("gif-palette", to: bare) }
        guard isKept else { return bare }
        if keeps(.icc) || needsProfile { bare = try withProfile(bare, of: image) }
        for name in source.fieldNames where isWanted(name) { source.copyField(name, to: bare) }
        if keeps(.exif) { bare.setField("orientation", orientation.rawValue) }
        return bare
    }

    private func keeps(_ kind: MetadataKind) -> Bool { kinds.contains(kind) || kinds.contains(.all) }

    /// libvips makes EXIF of the fields. The source's own block, `exif-data`, is never copied: whatever fields are left
    /// out, libvips 8.14 writes all that is in there, the position and a thumbnail of the whole picture included.
    private func isWanted(_ name: String) -> Bool {
        switch name {
        case "xmp-data": return keeps(.xmp)
        case "iptc-data": return keeps(.iptc)
        case "exif-data": return false
        case "exif-ifd0-Copyright": return keeps(.exif) || kinds.contains(.copyright)
        case "exif-ifd0-Artist": return keeps(.exif) || kinds.contains(.credit)
        case "exif-ifd0-Orientation": return false
        default:
            guard name.hasPrefix("exif-"), keeps(.exif) else { return false }
            return !(withoutGps && name.hasPrefix("exif-ifd3-"))
        }
    }

    /// The profile that belongs to the pixels: what they were converted with, or sRGB's.
    private func withProfile(_ bare: Raster, of image: Raster) throws(VipsFailure) -> Raster {
        if image.hasField("icc-profile-data"), needsProfile || source.hasField("icc-profile-data") {
            image.copyField("icc-profile-data", to: bare)
            return bare
        }
        guard !needsProfile, !bare.isGreyscale else { return bare }
        let profile = try Operation("profile_load")
        profile.set("name", named: "srgb")
        try profile.run()
        profile.giveBlob("profile", to: bare, as: "icc-profile-data")
        return bare
    }
}
