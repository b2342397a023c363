package import SpoolJob

extension JPEGOptions {
    package var isProgressive: Bool { progressive || mozjpeg || optimiseScans }

    /// Whether it asks for what only mozjpeg has.
    package var needsMozjpeg: Bool {
        mozjpeg || trellisQuantisation || overshootDeringing || optimiseScans || quantisationTable > 0
    }
}
