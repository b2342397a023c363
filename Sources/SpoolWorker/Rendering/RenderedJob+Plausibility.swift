import SpoolCore
import SpoolImaging

extension RenderedJob {
    /// Whether a renderer in its right mind can have said this of a job. Its words go into the result, and a decoder may
    /// have been taken over by its image.
    func isPlausible(for job: Job) -> Bool {
        renditions.count == job.renditions.count && input.isPlausible && renditions.allSatisfy(\.isPlausible)
    }
}

extension RenderedInput {
    fileprivate var isPlausible: Bool {
        (1...16).contains(format.utf8.count) && format.utf8.allSatisfy { (0x61...0x7A).contains($0) } && width > 0
            && height > 0 && pages > 0 && bytes >= 0 && sha256.isDigest
    }
}

extension RenderedImage {
    /// Milliseconds of a year, which is longer than any timeout.
    private static let longest = 365.0 * 86_400_000

    fileprivate var isPlausible: Bool {
        width > 0 && height > 0 && bytes >= 0 && sha256.isDigest && (0...Self.longest).contains(milliseconds)
    }
}

extension String {
    /// Whether this is a SHA-256 in hexadecimal.
    fileprivate var isDigest: Bool {
        utf8.count == 64 && utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
