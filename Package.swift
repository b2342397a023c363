// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "spool-worker",
    products: [
        .library(name: "SpoolCore", targets: ["SpoolCore"]),
        .executable(name: "spool-worker", targets: ["SpoolWorker"]),
        .executable(name: "spool-renderer", targets: ["SpoolRenderer"]),
        .executable(name: "spool-renderer-jpeg", targets: ["SpoolJPEGRenderer"]),
        // For the project itself: not part of an installation.
        .executable(name: "spool-sample", targets: ["SpoolSample"]),
        .executable(name: "spool-exercise", targets: ["SpoolExercise"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The ground floor: system calls that Swift cannot spell, and their typed faces.
        .target(name: "CSpoolSystem"),
        .target(name: "SpoolSystem", dependencies: ["CSpoolSystem", collections, system], swiftSettings: settings),

        // What producers, workers and renderers say to each other: JSON, jobs, results, errors. It knows neither spool
        // nor libvips.
        .target(name: "SpoolJob", dependencies: ["SpoolSystem"], swiftSettings: settings),

        // The spool, which producers and workers share.
        .target(
            name: "SpoolCore", dependencies: ["SpoolJob", "SpoolSystem", crypto, heap, system], swiftSettings: settings),

        // What the worker and its renderers say to each other.
        .target(name: "SpoolWire", dependencies: ["SpoolJob", "SpoolSystem", crypto], swiftSettings: settings),

        // What an image file is made of, read within bounds before any decoder sees it.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "SpoolInspection", dependencies: ["CZlib", "SpoolJob", "SpoolWire"], swiftSettings: settings),

        // Usual JPEGs, decoded to their planes faster than by libjpeg.
        .target(name: "CJPEGTransforms"),
        .target(name: "SpoolJPEG", dependencies: ["CJPEGTransforms"], swiftSettings: settings),

        // JPEGs that stay in their planes, and what all renditions have in common: sizes, parts, limits, files.
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CZimg", pkgConfig: "zimg", providers: [.apt(["libzimg-dev"])]),
        .target(
            name: "SpoolPlanes",
            dependencies: [
                "CTurboJPEG", "CZimg", "SpoolInspection", "SpoolJPEG", "SpoolJob", "SpoolSystem", "SpoolWire",
            ],
            swiftSettings: settings),

        // All other images: the only importer of libvips and libheif.
        .systemLibrary(name: "CVips", pkgConfig: "vips", providers: [.apt(["libvips-dev"])]),
        .systemLibrary(name: "CHeif", pkgConfig: "libheif", providers: [.apt(["libheif-dev"])]),
        .target(
            name: "SpoolImaging",
            dependencies: [
                "CHeif", "CTurboJPEG", "CVips", "SpoolInspection", "SpoolJob", "SpoolPlanes", "SpoolSystem",
                "SpoolWire",
            ],
            swiftSettings: settings),

        // What a renderer gives up before it sees a job, and how it forks: the only target that uses libseccomp.
        .target(name: "CSandbox", linkerSettings: [.linkedLibrary("seccomp")]),
        .target(
            name: "SpoolSandbox", dependencies: ["CSandbox", "SpoolJob", "SpoolSystem", "SpoolWire", system],
            swiftSettings: settings),

        // The renderers' programs: they know neither spool nor settings nor commands. One is for all jobs, the other for the
        // usual one.
        .executableTarget(
            name: "SpoolRenderer",
            dependencies: ["SpoolImaging", "SpoolJob", "SpoolPlanes", "SpoolSandbox", "SpoolSystem", "SpoolWire"],
            swiftSettings: settings),
        .executableTarget(
            name: "SpoolJPEGRenderer",
            dependencies: ["SpoolJob", "SpoolPlanes", "SpoolSandbox", "SpoolSystem", "SpoolWire"],
            swiftSettings: settings),
        .executableTarget(
            name: "SpoolSample", dependencies: ["SpoolImaging", "SpoolJob", argumentParser], swiftSettings: settings),

        // Events: the only importer of libinotifytools.
        .systemLibrary(name: "CInotifyTools", providers: [.apt(["libinotifytools0-dev"])]),
        .target(
            name: "SpoolWatch",
            dependencies: ["CInotifyTools", "SpoolCore", "SpoolSystem", collections, logging, system],
            swiftSettings: settings),

        // The service and its command line. Images are rendered by the other program.
        .target(
            name: "SpoolService",
            dependencies: [
                "SpoolCore", "SpoolJob", "SpoolSystem", "SpoolWatch", "SpoolWire",
                argumentParser, collections, configuration, heap, lifecycle, logging, metrics, signals, system, yams,
            ],
            swiftSettings: settings),

        .executableTarget(name: "SpoolWorker", dependencies: ["SpoolService"], swiftSettings: settings),
        .executableTarget(
            name: "SpoolExercise",
            dependencies: [
                "SpoolCore", "SpoolJob", "SpoolPlanes", "SpoolService", "SpoolSystem", argumentParser, logging, system,
            ],
            swiftSettings: settings),

        // A renderer that was taken over, for tests of what holds then.
        .target(name: "CHostile", path: "Tests/CHostile"),
        .executableTarget(
            name: "HostileRenderer",
            dependencies: ["CHostile", "SpoolJob", "SpoolSandbox", "SpoolSystem", "SpoolWire"],
            path: "Tests/HostileRenderer", swiftSettings: settings),
        .target(name: "TestSupport", dependencies: [system], path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "SpoolSystemTests", dependencies: ["SpoolSystem", "TestSupport", system], swiftSettings: settings),
        .testTarget(
            name: "SpoolJobTests", dependencies: ["SpoolJob", "SpoolSystem", "TestSupport", system],
            swiftSettings: settings),
        .testTarget(
            name: "SpoolCoreTests", dependencies: ["SpoolCore", "SpoolSystem", "TestSupport", system],
            swiftSettings: settings),
        .testTarget(
            name: "SpoolInspectionTests", dependencies: ["SpoolInspection", "SpoolJob", "SpoolWire"],
            swiftSettings: settings),
        .testTarget(
            name: "SpoolImagingTests",
            dependencies: [
                "CJPEGTransforms", "CTurboJPEG", "CVips", "SpoolImaging", "SpoolInspection", "SpoolJPEG", "SpoolJob",
                "SpoolPlanes", "SpoolWire",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SpoolWatchTests", dependencies: ["SpoolWatch", "SpoolCore", "SpoolSystem", "TestSupport", system],
            swiftSettings: settings),
        .testTarget(
            name: "SpoolServiceTests",
            dependencies: [
                "CSpoolSystem", "HostileRenderer", "SpoolService", "SpoolCore", "SpoolJob", "SpoolSystem", "SpoolWatch",
                "SpoolWire",
                "TestSupport",
                argumentParser, crypto, logging, metrics, system,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "SpoolCore", "SpoolJPEGRenderer", "SpoolRenderer", "SpoolSystem", "SpoolWorker", "TestSupport", crypto,
                system,
            ],
            swiftSettings: settings),
    ]
)

// libFuzzer has the `main` of this program, so that an ordinary build cannot link it: see Fuzz/run.
if Context.environment["SPOOL_FUZZ"] != nil {
    package.products.append(.executable(name: "spool-fuzz", targets: ["SpoolFuzz"]))
    package.targets.append(
        .executableTarget(
            name: "SpoolFuzz",
            dependencies: [
                "SpoolCore", "SpoolInspection", "SpoolJPEG", "SpoolJob", "SpoolService", "SpoolWire",
            ],
            path: "Fuzz/SpoolFuzz", swiftSettings: settings))
}
