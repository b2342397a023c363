import CTurboJPEG

/// How many samples of brightness stand for one of colour, across and down.
package struct Subsampling: Hashable, Sendable {
    package var across, down: Int

    /// None: colour as fine as brightness.
    package static let full = Subsampling(across: 1, down: 1)
    /// 4:2:0, which JPEG files usually have and renditions always.
    package static let quarter = Subsampling(across: 2, down: 2)

    /// The samples of colour that a picture of `size` has.
    package func colour(of size: Size) -> Size {
        Size(width: (size.width + across - 1) / across, height: (size.height + down - 1) / down)
    }

    /// `size`, rounded up to whole samples of colour: what TurboJPEG takes for brightness.
    package func padded(_ size: Size) -> Size {
        let colour = colour(of: size)
        return Size(width: colour.width * across, height: colour.height * down)
    }

    /// The room for samples of brightness that a decoder needs which writes whole blocks.
    /// - Parameters:
    ///   - stored: the size of the file.
    ///   - factor: how much smaller it is decoded: 1, 2, 4 or 8.
    package func wholeUnits(of stored: Size, reducedBy factor: Int) -> Size {
        let (width, height) = (8 * across, 8 * down)
        return Size(
            width: (stored.width + width - 1) / width * width / factor,
            height: (stored.height + height - 1) / height * height / factor)
    }

    package init(across: Int, down: Int) { (self.across, self.down) = (across, down) }

    /// - Returns: nil for what TurboJPEG cannot name, and for a single component.
    package init?(_ number: Int32) {
        switch TJSAMP(rawValue: UInt32(bitPattern: number)) {
        case TJSAMP_444: self.init(across: 1, down: 1)
        case TJSAMP_422: self.init(across: 2, down: 1)
        case TJSAMP_420: self.init(across: 2, down: 2)
        case TJSAMP_440: self.init(across: 1, down: 2)
        case TJSAMP_411: self.init(across: 4, down: 1)
        default: return nil
        }
    }
}
