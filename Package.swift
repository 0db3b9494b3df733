// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target builds in Swift 6 mode with warnings as errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func systemLibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "mado",
    products: [
        .executable(name: "mado", targets: ["mado"]),
        .executable(name: "mado-arcade", targets: ["mado-arcade"]),
        .executable(name: "mado-thumbnailer", targets: ["mado-thumbnailer"]),
        .executable(name: "mado-launcher", targets: ["mado-launcher"]),
        .executable(name: "mado-desktop", targets: ["mado-desktop"]),
        // Loaded by the desktop program when the first page or game is opened.
        .library(name: "mado-pages", type: .dynamic, targets: ["Pages"]),
        .executable(name: "mado-bench", targets: ["mado-bench"]),
    ],
    targets: [
        systemLibrary("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
        systemLibrary("CNghttp2", pkgConfig: "libnghttp2", apt: "libnghttp2-dev"),
        systemLibrary("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        systemLibrary("CArgon2", pkgConfig: "libargon2", apt: "libargon2-dev"),
        systemLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        systemLibrary("CXml2", pkgConfig: "libxml-2.0", apt: "libxml2-dev"),
        systemLibrary("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        systemLibrary("CVips", pkgConfig: "vips", apt: "libvips-dev"),
        systemLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        systemLibrary("CSecret", pkgConfig: "libsecret-1", apt: "libsecret-1-dev"),
        systemLibrary("CGtk", pkgConfig: "libadwaita-1", apt: "libadwaita-1-dev"),
        systemLibrary(
            "CGStreamer",
            pkgConfig: "gstreamer-app-1.0 gstreamer-video-1.0 gstreamer-webrtc-1.0 gstreamer-sdp-1.0 gstreamer-rtp-1.0",
            apt: "libgstreamer-plugins-bad1.0-dev"),
        .target(name: "LinuxShims"),
        .target(name: "VipsShims", dependencies: ["CVips"]),
        .target(name: "CurlShims", dependencies: ["CCurl"]),
        .target(name: "SecretShims", dependencies: ["CSecret"]),
        .target(
            name: "GtkShims", dependencies: ["CGtk"], linkerSettings: [.linkedLibrary("X11"), .linkedLibrary("Xext")]),
        .target(name: "MediaShims", dependencies: ["CGStreamer"]),
        systemLibrary("CWebKit", pkgConfig: "webkitgtk-6.0", apt: "libwebkitgtk-6.0-dev"),
        .target(name: "Pages", dependencies: ["CWebKit"]),
        .target(name: "CToml"),
        // Read by the compiler, and in the program then.
        .target(name: "DemoFiles", exclude: ["film.webm", "film.vtt", "evening.ogg", "page.html", "memory"]),

        library("JSON"),
        library("EventLoop", ["LinuxShims"]),
        library("HTTP", ["EventLoop", "LinuxShims", "COpenSSL", "CNghttp2", "CZlib"]),
        library("CurlKit", ["LinuxShims", "CurlShims", "CCurl", "COpenSSL"]),
        library("Outbound", ["CurlKit", "HTTP", "EventLoop", "LinuxShims", "CurlShims", "CCurl"]),
        library("MatrixAPI", ["JSON"]),
        library("Store", ["MatrixAPI"]),
        library("SQLite", ["CSQLite"]),
        library("StoreSQLite", ["Store", "MatrixAPI", "JSON", "EventLoop", "LinuxShims", "SQLite", "CSQLite"]),
        library(
            "Server",
            [
                "Store", "MatrixAPI", "Outbound", "HTTP", "EventLoop", "JSON", "LinuxShims", "CArgon2", "COpenSSL",
                "CZlib", "CXml2",
            ]),

        .executableTarget(
            name: "mado",
            dependencies: [
                "Server", "StoreSQLite", "Store", "Outbound", "HTTP", "EventLoop", "JSON", "MatrixAPI", "LinuxShims",
                "CToml", "CYAML", "DemoFiles",
            ],
            swiftSettings: strict),
        // The second server: games and shared viewing.
        .target(
            name: "Arcade",
            dependencies: [
                "Server", "StoreSQLite", "Store", "Outbound", "HTTP", "EventLoop", "JSON", "MatrixAPI",
            ],
            resources: [.embedInCode("Page")], swiftSettings: strict),
        .executableTarget(
            name: "mado-arcade",
            dependencies: ["Arcade", "Server", "StoreSQLite", "Outbound", "HTTP", "EventLoop"],
            path: "Sources/ArcadeProgram", swiftSettings: strict),
        // Runs programs of others with limits, see there.
        .executableTarget(name: "mado-launcher", path: "Sources/Launcher"),
        // Apart from `mado`, so that the server neither links libvips nor decodes a picture.
        .executableTarget(
            name: "mado-thumbnailer", dependencies: ["VipsShims"], path: "Sources/Thumbnailer", swiftSettings: strict),
        library(
            "ClientKit",
            [
                "MatrixAPI", "JSON", "SQLite", "CurlKit", "LinuxShims", "CurlShims", "CCurl", "SecretShims", "CSecret",
                "CSQLite", "COpenSSL",
            ]),
        library("GtkKit", ["GtkShims", "CGtk"]),
        library("MediaKit", ["GtkKit", "MediaShims", "CGStreamer", "CGtk"]),
        .executableTarget(
            name: "mado-desktop",
            dependencies: ["ClientKit", "GtkKit", "MediaKit", "MatrixAPI", "JSON"],
            path: "Sources/Desktop", swiftSettings: strict),
        .executableTarget(
            name: "mado-bench",
            dependencies: [
                "Arcade", "Server", "StoreSQLite", "Store", "HTTP", "EventLoop", "JSON", "LinuxShims", "CSQLite",
                "COpenSSL",
            ],
            path: "Sources/Bench", swiftSettings: strict),

        tests("JSONTests", ["JSON"]),
        tests("EventLoopTests", ["TestSupport", "EventLoop"]),
        // What several test targets share.
        .target(
            name: "TestSupport", dependencies: ["HTTP", "LinuxShims", "COpenSSL"], path: "Tests/Support",
            swiftSettings: strict),
        tests("HTTPTests", ["TestSupport", "HTTP", "EventLoop", "LinuxShims", "COpenSSL"]),
        tests("OutboundTests", ["TestSupport", "Outbound", "CurlKit", "HTTP", "EventLoop"]),
        tests("MatrixAPITests", ["TestSupport", "MatrixAPI", "JSON"]),
        tests("StoreTests", ["TestSupport", "Store", "StoreSQLite", "MatrixAPI", "JSON", "EventLoop"]),
        tests(
            "ServerTests",
            [
                "TestSupport", "Server", "Store", "StoreSQLite", "Outbound", "MatrixAPI", "JSON", "EventLoop", "HTTP",
                "COpenSSL", "mado-launcher", "mado-thumbnailer",
            ]),
        tests("MadoTests", ["TestSupport", "mado", "Server", "StoreSQLite", "Outbound", "HTTP", "JSON"]),
        tests(
            "ArcadeTests", ["TestSupport", "Arcade", "Store", "StoreSQLite", "JSON"],
            resources: [.copy("Resources/go-games.json")]),
        tests("BenchTests", ["mado-bench"]),
        // The client's network half as a program, for tests that put it behind real proxies.
        .executableTarget(
            name: "mado-client-probe", dependencies: ["ClientKit", "JSON"], path: "Tests/ClientProbe",
            swiftSettings: strict),
        tests("ClientKitTests", ["mado", "ClientKit", "CurlKit", "MatrixAPI", "JSON", "LinuxShims", "TestSupport"]),
        tests("GtkKitTests", ["GtkKit"]),
        tests("MediaKitTests", ["mado-desktop", "MediaKit", "ClientKit", "CGStreamer", "MediaShims"]),
        tests("DesktopTests", ["mado-desktop", "ClientKit", "GtkKit"]),
        tests("ArchitectureTests", []),
    ],
    cxxLanguageStandard: .cxx17
)
