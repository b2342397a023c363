import CVips
import SpoolPlanes

extension Raster {
    /// Has the meter follow the computation of this image, which it must outlive.
    func tell(_ meter: ProgressMeter) {
        let context = unsafe Unmanaged.passUnretained(meter).toOpaque()
        unsafe spool_vips_on_progress(
            pointer,
            { _, progress, context in
                guard let progress = unsafe progress, let context = unsafe context else { return }
                let meter = unsafe Unmanaged<ProgressMeter>.fromOpaque(context).takeUnretainedValue()
                unsafe meter.set(percent: Int(progress.pointee.percent))
            }, context)
    }
}
