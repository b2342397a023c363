/// What a renderer would do with a source, and why: its plan as plain data.
public struct PlanDescription: Sendable, Equatable, Codable {
    public var source: Source
    public var lane: Lane
    /// Why not ``Lane/planes``; nil for planes.
    public var reason: String?
    public var decode: Decode
    /// In the order in which they are made.
    public var resizes: [Resize]
    /// In the order of the job.
    public var renditions: [Output]
    /// The most bytes that are expected in memory at one time: pictures, the source, and what encoders take. What the
    /// libraries keep for themselves is not counted, and neither are strips of pictures that pass through.
    public var memory: Int

    public struct Source: Sendable, Equatable, Codable {
        /// The format's usual name, `jpeg`.
        public var format: String
        /// Pixels, as stored.
        public var width, height: Int
        /// EXIF's number, 1 to 8.
        public var orientation: Int
        /// Frames of an animation, pages of a document.
        public var pages: Int
        public var bytes: Int

        package init(
            format: String, width: Int, height: Int, orientation: Int, pages: Int, bytes: Int
        ) {
            self.format = format
            self.width = width
            self.height = height
            self.orientation = orientation
            self.pages = pages
            self.bytes = bytes
        }
    }

    /// The two ways from a source to its renditions.
    public enum Lane: String, Sendable, Equatable, Codable {
        /// Brightness and colour of a JPEG are resized as they are stored.
        case planes
        /// The source is decoded to pixels.
        case pixels
    }

    /// The one decode for all renditions.
    public struct Decode: Sendable, Equatable, Codable {
        /// `SpoolJPEG`, the decoder of usual JPEGs, or `TurboJPEG`, or the loader of libvips.
        public var loader: String
        /// How many times shorter than stored each side comes from the decoder; 1 for the whole size.
        public var shrink: Double
        /// Pixels.
        public var width, height: Int

        package init(
            loader: String, shrink: Double, width: Int, height: Int
        ) {
            self.loader = loader
            self.shrink = shrink
            self.width = width
            self.height = height
        }
    }

    public struct Resize: Sendable, Equatable, Codable {
        /// Pixels of the whole picture: upright in planes, as stored in pixels.
        public var width, height: Int
        /// The number of the earlier resize of which it is made; nil for the decoded source. In planes, what brightness is
        /// made of.
        public var origin: Int?
        /// How many renditions and later resizes use it.
        public var uses: Int

        package init(
            width: Int, height: Int, origin: Int? = nil, uses: Int
        ) {
            self.width = width
            self.height = height
            self.origin = origin
            self.uses = uses
        }
    }

    public struct Output: Sendable, Equatable, Codable {
        public var format: String
        /// Pixels.
        public var width, height: Int
        /// The number of its resize; nil for the source's own size.
        public var resize: Int?
        /// What is done after that, in order, for people.
        public var steps: [String]
        /// How the file is written, for people.
        public var encoder: String

        package init(
            format: String, width: Int, height: Int, resize: Int? = nil, steps: [String], encoder: String
        ) {
            self.format = format
            self.width = width
            self.height = height
            self.resize = resize
            self.steps = steps
            self.encoder = encoder
        }
    }

    package init(
        source: Source, lane: Lane, reason: String? = nil, decode: Decode, resizes: [Resize], renditions: [Output],
        memory: Int
    ) {
        self.source = source
        self.lane = lane
        self.reason = reason
        self.decode = decode
        self.resizes = resizes
        self.renditions = renditions
        self.memory = memory
    }
}
