import Crypto
import SpoolSystem
public import SystemPackage

/// The name of a job file: any bytes that end in `.json`, but for names that mean something else.
public struct JobName: Sendable, Hashable, CustomStringConvertible {
    /// The name of the file, with `.json`.
    public let file: FilePath.Component

    /// - Returns: nil for names that are no job's: without `.json`, hidden (a producer's own temporary names), or with
    ///   `.result.json` (a result document).
    public init?(_ file: FilePath.Component) {
        let bytes = file.bytes
        guard bytes.first != UInt8(ascii: "."), bytes.count > Self.suffix.count,
            bytes.suffix(Self.suffix.count).elementsEqual(Self.suffix),
            !bytes.suffix(Self.resultSuffix.count).elementsEqual(Self.resultSuffix)
        else { return nil }
        self.file = file
    }

    /// The same of a text.
    /// - Returns: nil also for a text that is no name of a file, such as one with a slash.
    public init?(_ name: String) {
        guard let file = FilePath.Component(bytes: Array(name.utf8)) else { return nil }
        self.init(file)
    }

    /// `STEM-ID.json`, which nobody else makes.
    /// - Parameters:
    ///   - stem: any text, of which so much is kept as a name can have: no slash or control character, no dot or dash at its
    ///     beginning, and not more bytes than leave room for a result's name.
    ///   - id: a new one.
    public init(stem: String, id: UniqueID) { self.init(stem: stem, ending: id.description) }

    /// `STEM-HASH.json`, the same for the same content: for a producer that begins again and must know what it has dropped.
    /// - Parameters:
    ///   - stem: as above.
    ///   - content: all that tells the job from others.
    public init(stem: String, hashOf content: [UInt8]) {
        // Half of SHA-256: nobody finds two contents of one name.
        let digits = SHA256.hash(data: content).prefix(16).map {
            [$0 >> 4, $0 & 15].map { String($0, radix: 16) }.joined()
        }
        self.init(stem: stem, ending: digits.joined())
    }

    private init(stem: String, ending: String) {
        // By scalars: a slash with an accent is one character, and still has a slash's byte. A line break would end the name in
        // a list of names.
        let scalars = stem.unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar == "/" || scalar.properties.generalCategory == .control ? "-" : scalar
        }
        let plain = String(String.UnicodeScalarView(scalars.drop { $0 == "." || $0 == "-" }))
        var bytes = Array(plain.utf8.prefix(Self.maximumStem - ending.utf8.count - 1))
        while !bytes.isEmpty, String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
        bytes += Array("\(bytes.isEmpty ? "job" : "")-\(ending)".utf8)
        self.init(unchecked: Self.component(bytes + Self.suffix))
    }

    /// The job to which a result document of this name belongs; nil for names of other files.
    init?(ofResult file: FilePath.Component) {
        let bytes = file.bytes
        guard bytes.first != UInt8(ascii: "."), bytes.count > Self.resultSuffix.count,
            bytes.suffix(Self.resultSuffix.count).elementsEqual(Self.resultSuffix)
        else { return nil }
        self.init(unchecked: Self.component(bytes.dropLast(Self.resultSuffix.count) + Self.suffix))
    }

    private static let suffix = Array(".json".utf8)
    private static let resultSuffix = Array(".result.json".utf8)

    /// The longest stem that leaves room for a distinguishing suffix and `.result.json` in the 255 bytes of a name.
    static let maximumStem = 255 - resultSuffix.count - 40

    /// The longest name of a job, in bytes.
    public static var maximumBytes: Int { maximumStem + suffix.count }

    private var stem: [UInt8] { file.bytes.dropLast(Self.suffix.count) }

    /// Whether a result document's name can be made from this one.
    package var fits: Bool { stem.count <= Self.maximumStem }

    /// The name of the result document beside the job.
    package var result: FilePath.Component { Self.component(stem + Self.resultSuffix) }

    /// A name for the same job where its own is taken: `NAME~SUFFIX.json`. A stem that is too long is cut, so that the
    /// new name leaves room for a result's, too: the job may be put back under it.
    package func distinguished(by suffix: String) -> JobName {
        let end = Array("~\(suffix)".utf8)
        return JobName(unchecked: Self.component(stem.prefix(Self.maximumStem - end.count) + end + Self.suffix))
    }

    /// Where a document of the job is kept that cannot be read: `NAME.ID.unreadable`, neither a job's name nor a result's.
    package func unreadable(id: String) -> FilePath.Component {
        Self.component(stem.prefix(Self.maximumStem) + Array(".\(id)\(Self.unreadableSuffix)".utf8))
    }

    static let unreadableSuffix = ".unreadable"

    private init(unchecked file: FilePath.Component) { self.file = file }

    private static func component(_ bytes: some Sequence<UInt8>) -> FilePath.Component {
        // A stem without slash and zero, with a plain suffix, is a name again.
        FilePath.Component(bytes: Array(bytes))!
    }

    /// The name for messages and documents, on one line; bytes that are no text are replaced.
    public var description: String { file.printable }
}
