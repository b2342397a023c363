// swift-tools-version: 6.2

import PackageDescription

// The settings of the project itself.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "upload-api",
    dependencies: [
        .package(name: "spool-worker", path: "../.."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        .target(
            name: "UploadAPI",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SpoolCore", package: "spool-worker"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            resources: [.embedInCode("page.html")],
            swiftSettings: settings),
        .executableTarget(
            name: "upload-api",
            dependencies: [
                "UploadAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SpoolCore", package: "spool-worker"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Sources/Program",
            swiftSettings: settings),
        .testTarget(
            name: "UploadAPITests",
            dependencies: [
                "UploadAPI",
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "SpoolCore", package: "spool-worker"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings),
    ]
)
