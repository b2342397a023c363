import CVips
import SpoolJob
import SpoolPlanes

struct MedianStep: SampleStep {
    let window: Int

    var description: String { "median of \(window)×\(window)" }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        // A window that is larger than the image is an error in libvips.
        let width = min(window, image.size.width)
        let height = min(window, image.size.height)
        return try image.applying("rank") {
            $0.set("width", width)
            $0.set("height", height)
            $0.set("index", width * height / 2)
        }
    }
}

struct BlurStep: SampleStep {
    let blur: Blur

    var description: String {
        switch blur {
        case .mild: "blur by the mean of 3×3"
        case .gaussian(let sigma): "blur with sigma \(sigma)"
        }
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.mixingPixels(blurred) }

    private func blurred(_ image: Raster) throws(VipsFailure) -> Raster {
        switch blur {
        case .mild: return try image.convolved(with: Array(repeating: 1, count: 9), scale: 9)
        case .gaussian(let sigma):
            return try image.applying("gaussblur") {
                $0.set("sigma", sigma)
                $0.set("min_ampl", 0.2)
                $0.set("precision", member: "integer")
            }
        }
    }
}

struct SharpenStep: SampleStep {
    let sharpening: Sharpening

    var description: String { sharpening.sigma.map { "sharpen with sigma \($0)" } ?? "sharpen mildly" }

    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.mixingPixels(sharpened) }

    private func sharpened(_ image: Raster) throws(VipsFailure) -> Raster {
        guard let sigma = sharpening.sigma else {
            return try image.convolved(with: [-1, -1, -1, -1, 32, -1, -1, -1, -1], scale: 24)
        }
        return try image.changingColours { (colours) throws(VipsFailure) in
            try colours.applying("sharpen") {
                $0.set("sigma", sigma)
                $0.set("m1", sharpening.m1)
                $0.set("m2", sharpening.m2)
                $0.set("x1", sharpening.x1)
                $0.set("y2", sharpening.y2)
                $0.set("y3", sharpening.y3)
            }
        }
    }
}

extension Raster {
    /// - Parameter mask: three rows of three whole numbers.
    fileprivate func convolved(with mask: [Double], scale: Double) throws(VipsFailure) -> Raster {
        // libvips copies the numbers.
        guard let pointer = unsafe vips_image_new_matrix_from_array(3, 3, mask, Int32(mask.count)) else {
            throw .take()
        }
        unsafe vips_image_set_double(pointer, "scale", scale)
        let mask = unsafe Raster(owning: pointer)
        // In whole numbers libvips is faster, but makes flat areas of 200 to ones of 201.
        return try applying("conv") { $0.set("mask", mask) }.roundedToEightBit()
    }
}
