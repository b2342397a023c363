import SpoolJob
import SpoolWire

extension Encoding {
    /// Hands the options to libvips' operation that writes the format.
    func set(on saver: borrowing Operation, hasAlpha: Bool) {
        switch self {
        case .jpeg(let options): options.set(on: saver)
        case .png(let options): options.set(on: saver)
        case .webp(let options): options.set(on: saver)
        case .gif(let options): options.set(on: saver)
        case .tiff(let options): options.set(on: saver, hasAlpha: hasAlpha)
        case .avif: preconditionFailure("AVIF has a writer of its own")
        case .jxl(let options): options.set(on: saver)
        case .jp2(let options): options.set(on: saver)
        }
    }
}

extension Operation {
    fileprivate func set(_ subsampling: ChromaSubsampling) {
        switch subsampling {
        case .quarter: set("subsample_mode", member: "on")
        case .full: set("subsample_mode", member: "off")
        }
    }
}

extension JPEGOptions {
    fileprivate func set(on saver: borrowing Operation) {
        saver.set("Q", quality)
        saver.set("optimize_coding", optimiseCoding)
        saver.set("interlace", isProgressive)
        saver.set(chromaSubsampling)
        saver.set("trellis_quant", mozjpeg || trellisQuantisation)
        saver.set("overshoot_deringing", mozjpeg || overshootDeringing)
        saver.set("optimize_scans", mozjpeg || optimiseScans)
        saver.set("quant_table", mozjpeg ? 3 : quantisationTable)
    }
}

extension PNGOptions {
    fileprivate func set(on saver: borrowing Operation) {
        saver.set("compression", compressionLevel)
        saver.set("interlace", progressive)
        if adaptiveFiltering { saver.set("filter", member: "all") } else { saver.set("filter", member: "none") }
        guard palette else { return }
        saver.set("palette", true)
        saver.set("Q", quality)
        saver.set("effort", effort)
        saver.set("dither", dither)
        let depths = [8, 4, 2, 1]
        saver.set("bitdepth", depths.first { 1 << $0 <= colours } ?? 1)
    }
}

extension WebPOptions {
    fileprivate func set(on saver: borrowing Operation) {
        saver.set("Q", quality)
        saver.set("alpha_q", alphaQuality)
        saver.set("lossless", lossless)
        saver.set("near_lossless", nearLossless)
        saver.set("smart_subsample", smartSubsample)
        saver.set("effort", effort)
        saver.set("min_size", minSize)
        saver.set("mixed", mixed)
        switch preset {
        case .default: saver.set("preset", member: "default")
        case .photo: saver.set("preset", member: "photo")
        case .picture: saver.set("preset", member: "picture")
        case .drawing: saver.set("preset", member: "drawing")
        case .icon: saver.set("preset", member: "icon")
        case .text: saver.set("preset", member: "text")
        }
    }
}

extension GIFOptions {
    fileprivate func set(on saver: borrowing Operation) {
        saver.set("interlace", progressive)
        saver.set("effort", effort)
        saver.set("dither", dither)
        saver.set("interframe_maxerror", interFrameMaxError)
        saver.set("interpalette_maxerror", interPaletteMaxError)
        saver.set("bitdepth", colours.bitWidth - 1 - colours.leadingZeroBitCount)
        saver.set("reuse", reusesPalette)
    }

    var reusesPalette: Bool { reuse && colours == 256 }
}

extension TIFFOptions {
    fileprivate func set(on saver: borrowing Operation, hasAlpha: Bool) {
        switch compression ?? (hasAlpha || bitdepth < 8 ? .lzw : .jpeg) {
        case .none: saver.set("compression", member: "none")
        case .jpeg: saver.set("compression", member: "jpeg")
        case .deflate: saver.set("compression", member: "deflate")
        case .packbits: saver.set("compression", member: "packbits")
        case .ccittfax4: saver.set("compression", member: "ccittfax4")
        case .lzw: saver.set("compression", member: "lzw")
        case .webp: saver.set("compression", member: "webp")
        case .zstd: saver.set("compression", member: "zstd")
        }
        // Differences of samples are of eight bits.
        switch bitdepth < 8 ? .none : predictor {
        case .none: saver.set("predictor", member: "none")
        case .horizontal: saver.set("predictor", member: "horizontal")
        case .float: saver.set("predictor", member: "float")
        }
        saver.set("Q", quality)
        saver.set("pyramid", pyramid)
        saver.set("tile", tile)
        saver.set("tile_width", tileWidth)
        saver.set("tile_height", tileHeight)
        saver.set("xres", xres)
        saver.set("yres", yres)
        saver.set("bigtiff", bigtiff)
        if bitdepth < 8 { saver.set("bitdepth", bitdepth) }
    }
}

extension JXLOptions {
    fileprivate func set(on saver: borrowing Operation) {
        // Below 5 libjxl 0.7 refuses what libvips makes of it, and libvips goes on with the default.
        if let distance { saver.set("distance", distance) } else { saver.set("Q", max(5, quality)) }
        saver.set("lossless", lossless)
        saver.set("effort", VipsLibrary.isAtLeast(8, 15) ? effort : max(3, effort))
        saver.set("tier", decodingTier)
    }
}

extension JP2Options {
    fileprivate func set(on saver: borrowing Operation) {
        saver.set("Q", quality)
        saver.set("lossless", lossless)
        saver.set("tile_width", tileWidth)
        saver.set("tile_height", tileHeight)
        // What is lossless has no coarser colour.
        saver.set(lossless ? .full : chromaSubsampling)
    }
}
