import CVips

extension Raster {
    /// Computes all pixels, and hands over each row with its number, from the first to the last.
    /// - Parameter take: may not keep the row.
    func forEachRow(_ take: (Int, UnsafeRawBufferPointer) -> Void) throws(VipsFailure) {
        let failed = unsafe withoutActuallyEscaping(take) { take in
            var take = unsafe take
            return unsafe withUnsafeMutablePointer(to: &take) { take in
                // The context below is what `take` gets.
                var rows = unsafe SpoolVipsRows(
                    take: { y, row, length, context in
                        unsafe context!.assumingMemoryBound(to: ((Int, UnsafeRawBufferPointer) -> Void).self)
                            .pointee(Int(y), UnsafeRawBufferPointer(start: row, count: length))
                    }, context: take)
                return unsafe spool_vips_each_row(pointer, &rows) != 0
            }
        }
        if failed { throw .take() }
    }
}
