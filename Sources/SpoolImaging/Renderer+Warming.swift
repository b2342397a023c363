import CVips
import FoundationEssentials
import SpoolInspection
package import SpoolJob
import SpoolPlanes
import SpoolSystem
package import SpoolWire

/// Loading everything that jobs need into a process that forks, so that no child has to.
///
/// Such a process must have one thread, and libvips starts some with the first pixel. So pixels are left to a child, whose
/// findings the process then gets: ``load()``, then in a child ``tried()``, then ``init(tried:)``.
extension Renderer {
    /// Starts libvips and loads the classes of all its operations.
    /// - Parameter formats: to be read beside those that libvips trusts.
    /// - Throws: ``ErrorCode/renderFailed``, if libvips does not start.
    package static func load(trusting formats: [SourceFormat] = []) throws(JobError) {
        try VipsLibrary.start()
        VipsLibrary.trust(formats)
        spool_vips_load_operations()
    }

    private struct Findings: Codable {
        var capabilities: Capabilities
        /// A small AVIF file, or nothing.
        var picture: Data
    }

    /// Tries out the encoders that may be missing.
    /// - Returns: what came of it, as a message.
    package static func tried() throws -> [UInt8] {
        let capabilities = Capabilities.current
        let picture = capabilities.avifFailure == nil ? try Trial.content(of: Encoding(.avif)) : []
        return Array(try JSONEncoder().encode(Findings(capabilities: capabilities, picture: Data(picture))))
    }

    /// - Parameter tried: what ``tried()`` has returned in another process.
    package init(tried: [UInt8]) throws {
        let findings = try JSONDecoder().decode(Findings.self, from: Data(tried))
        findings.capabilities.remember()
        // Reading a header makes libheif load its plug-ins, for which children have no file system any more.
        if !findings.picture.isEmpty {
            let file = try OpenFile.inMemory("spool-renderer picture")
            try file.write(Array(findings.picture))
            _ = try Decoder(SourceFile(file.descriptor, nil), Input(path: "")).openHeader()
            withExtendedLifetime(file) {}
        }
    }

    /// What this job needed that takes long to make: the sizes of planes. See ``prepare(_:)``.
    package var notes: [RendererNote] {
        // Nothing in it throws.
        (try? VipsLibrary.exclusively { tools throws(JobError) in tools.scaler.notes }) ?? []
    }

    /// Makes that for the next job, if the job before needed it, too.
    package func prepare(_ notes: [RendererNote]) {
        // Nothing in it throws.
        try? VipsLibrary.exclusively { tools throws(JobError) in tools.scaler.prepare(notes) }
    }
}
