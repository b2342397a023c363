import SpoolInspection
import SpoolJob
import SpoolPlanes
import SpoolWire

extension PixelsPlan {
    /// What one rendition needs.
    struct Need: Equatable, Sendable {
        /// As stored, before it is turned.
        var scaled: Size
        var version: Version
        /// Whether the decoder may make the image smaller all it can.
        var shrinksFast = true
    }

    /// One rendition streams from the decoder. For several the source is decoded once, into memory; from the largest
    /// down, each is made of the smallest image there is that has at least twice its sides. That is the factor that
    /// libvips, too, leaves for the kernel when it shrinks in whole steps first. Renditions of one size, in several
    /// formats, are resized once.
    /// - Parameters:
    ///   - stored: the source's size in its header.
    ///   - needs: of the renditions, in the order of the job.
    init(of format: SourceFormat, stored: Size, needs: [Need]) {
        reduction = Reduction(of: format, stored: stored, needed: needs.map { $0.decoded(of: stored) })
        strands = []
        renditions = []
        for need in needs {
            if let known = strands.firstIndex(where: { $0.version == need.version }) {
                renditions.append(known)
            } else {
                renditions.append(strands.count)
                strands.append(
                    Strand(need.version, sizes: needs.filter { $0.version == need.version }.map(\.scaled)))
            }
        }
        let still = strands.filter { !$0.version.isAnimated }
        needsWholeSource = still.count > 1 || still.contains { $0.version.area.size != stored }
    }
}

extension PixelsPlan.Strand {
    fileprivate init(_ version: PixelsPlan.Version, sizes: [Size]) {
        let own = version.area.size
        self.init(
            version: version, hasSeveral: sizes.count > 1, usesOwnSize: sizes.contains(own), resizes: [])
        for size in sizes.sorted(by: { $0.area > $1.area }) {
            if size == own || resizes.contains(where: { $0.size == size }) { continue }
            let origins = resizes.indices.filter { resizes[$0].isShared && resizes[$0].size.coversTwice(size) }
            let isShared = sizes.count { $0 == size } > 1 || sizes.contains { size.coversTwice($0) }
            resizes.append(
                PixelsPlan.Resize(
                    size: size, origin: origins.min { resizes[$0].size.area < resizes[$1].size.area },
                    isShared: isShared))
        }
    }
}

extension PixelsPlan.Need {
    /// How large the decoder must deliver the image at least. Of a part, whose edges have to lie between pixels, and for
    /// gamma, which counts for each pixel, and of an animation it is all.
    fileprivate func decoded(of stored: Size) -> Size {
        if version.area.size != stored || version.gamma != nil || version.isAnimated { return stored }
        return shrinksFast ? scaled : scaled.doubled(upTo: stored)
    }
}
