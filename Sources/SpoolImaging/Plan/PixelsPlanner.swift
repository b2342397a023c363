extension PixelsPlan {
    /// One rendition streams from the decoder. For several the source is decoded once, into memory; from the largest
    /// down, each is made of the smallest image there is that has at least twice its sides. That is the factor that
    /// libvips, too, leaves for the kernel when it shrinks in whole steps first. Renditions of one size, in several
    /// formats, are resized once.
    /// - Parameters:
    ///   - stored: the source's size in its header.
    ///   - sizes: of the resized renditions, as stored.
    init(of format: SourceFormat, stored: Size, sizes: [Size]) {
        reduction = Reduction(of: format, stored: stored, needed: sizes)
        hasSeveral = sizes.count > 1
        usesSourceSize = sizes.contains(stored)
        resizes = []
        for size in sizes.sorted(by: { $0.area > $1.area }) {
            if size == stored || resizes.contains(where: { $0.size == size }) { continue }
            let origins = resizes.indices.filter { resizes[$0].isShared && resizes[$0].size.coversTwice(size) }
            let isShared = sizes.count { $0 == size } > 1 || sizes.contains { size.coversTwice($0) }
            resizes.append(
                Resize(
                    size: size, origin: origins.min { resizes[$0].size.area < resizes[$1].size.area },
                    isShared: isShared))
        }
    }
}

extension Size {
    /// Whether `other` is at most half of this along both sides.
    func coversTwice(_ other: Size) -> Bool { covers(Size(width: other.width * 2, height: other.height * 2)) }
}
