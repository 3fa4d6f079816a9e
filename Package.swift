// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is built the same way. `TPROXY_STRICT`, which CI sets, turns warnings into errors.
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["TPROXY_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The entry point of libFuzzer, which only `scripts/fuzz` can link: it has no main of its own.
let fuzzing = Context.environment["TPROXY_FUZZ"] != nil
let fuzzer: [Target] =
    fuzzing ? [.executableTarget(name: "tproxy-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz")] : []

let package = Package(
    name: "tproxy",
    products: [
        .executable(name: "kubectl-tproxy", targets: ["kubectl-tproxy"]),
        .executable(name: "tproxy-admission", targets: ["Admission"]),
        .executable(name: "tproxy-manager", targets: ["Manager"]),
        .executable(name: "tproxy-relay", targets: ["Relay"]),
        .executable(name: "tproxy-demo", targets: ["Demo"]),
        .executable(name: "tproxy-load", targets: ["MailLoad"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // Executables: commands, wiring, lifecycles.
        executable(
            "kubectl-tproxy",
            [
                "CommandLineSupport", "Configuration", "DestinationModel", "DestinationRules", "ObjectModel",
                "RelayRoutes", "SMTP", "YAML", nio, nioPosix, subprocess, arguments,
            ]
        ),
        executable(
            "Admission",
            [
                "CommandLineSupport", "Configuration", "DestinationModel", "DestinationRules", "Kubernetes",
                "ObjectModel", "ServerSupport", "Telemetry", "TLS", nio, nioPosix, nioHTTP1, logging, lifecycle,
                signals, arguments,
            ]
        ),
        executable(
            "Manager",
            [
                "CommandLineSupport", "Configuration", "DestinationController", "DestinationModel",
                "DestinationRules", "HTTPTransport", "Kubernetes", "ObjectModel", "RelayRoutes", "ServerSupport",
                "Telemetry", "WebhookCertificates", nio, nioPosix, logging, lifecycle, signals, arguments,
            ]
        ),
        executable(
            "Relay",
            [
                "CommandLineSupport", "Configuration", "DestinationModel", "DestinationRules", "DestinationSources",
                "FileWatch", "HTTPTransport", "Kubernetes", "NameResolution", "ObjectModel", "RelayRoutes",
                "ServerSupport", "SMTP", "Text", "UpstreamPool", "Telemetry", "TLS", "YAML", nio, nioPosix, logging,
                lifecycle, signals, arguments,
            ]
        ),
        executable("Demo", ["MailSink", "TLS", nio, nioPosix, signals, arguments]),
        // What the benchmark's mail comes from and ends in.
        .executableTarget(
            name: "MailLoad",
            dependencies: ["HostilePeers", "TLS", nio, nioPosix, arguments],
            path: "Benchmarks/MailLoad",
            swiftSettings: settings
        ),

        // What the product knows: pure, no sockets, no clocks of its own.
        library("DestinationRules", ["DestinationModel", "ObjectModel", "YAML"]),
        library(
            "DestinationSources",
            ["DestinationModel", "FileWatch", "HTTPTransport", "ObjectModel", "TLS", "YAML", deque, logging]
        ),
        library("NameResolution", ["Threads", deque]),
        library("SMTP", ["Text", nio]),
        library("UpstreamPool"),
        library("WebhookCertificates", ["Kubernetes", "ObjectModel", "TLS", logging]),
        library("RelayRoutes", ["DestinationModel", "ObjectModel"]),
        library(
            "DestinationController",
            [
                "DestinationModel", "DestinationRules", "HTTPTransport", "Kubernetes", "ObjectModel", "RelayRoutes",
                deque, logging,
            ]
        ),

        // Vocabulary and shared services.
        library("CommandLineSupport", [arguments]),
        library("ServerSupport", ["Configuration", "FileWatch", "Telemetry", logging, lifecycle, arguments]),
        library("Configuration", ["DestinationModel", "FileWatch", "NameResolution", "ObjectModel", "YAML"]),
        library("DestinationModel", ["ObjectModel", "YAML"]),
        library("Kubernetes", ["FileWatch", "HTTPTransport", "ObjectModel", "YAML", logging]),
        library("Telemetry", [nio, nioPosix, nioHTTP1, logging]),
        library("MailSink", ["TLS", nio, nioPosix, nioHTTP1]),

        // The language that all of them speak: objects as trees, read from JSON and YAML.
        library("ObjectModel", ["Text", "YAML"]),

        // Texts from elsewhere, cut to what there is room for.
        library("Text"),

        // Files that change under a running server.
        library("FileWatch"),

        // Threads for what blocks.
        library("Threads"),

        // Swift faces of the C libraries.
        library("TLS", ["COpenSSL", nio]),
        library("HTTPTransport", ["CCurl", "TLS", "Threads"]),
        library("YAML", ["CYAML"]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        // What several test targets need, and nothing else may use.
        .target(name: "TestSupport", dependencies: [logging], path: "Tests/TestSupport", swiftSettings: settings),

        // Hostile clients and mail servers, for tests and for the benchmark.
        .target(
            name: "HostilePeers",
            dependencies: ["COpenSSL", nio, nioPosix],
            path: "Tests/HostilePeers",
            swiftSettings: settings
        ),

        .target(
            name: "FuzzTargets",
            dependencies: ["DestinationModel", "ObjectModel", "SMTP", "TLS", "YAML", nio],
            path: "Tests/FuzzTargets",
            swiftSettings: settings
        ),
        tests("FuzzTests", ["FuzzTargets", "TestSupport"]),

        // Pure tests, a folder for each library, then what needs real servers.
        tests("TLSTests", ["COpenSSL", "TLS", nio, nioPosix, nioEmbedded]),
        tests("HTTPTransportTests", ["TestSupport", "HTTPTransport", "TLS", nio, nioPosix, nioHTTP1]),
        tests("YAMLTests", ["TestSupport", "YAML"]),
        tests("TextTests", ["Text"]),
        tests("ObjectModelTests", ["TestSupport", "ObjectModel", "YAML"]),
        tests("FileWatchTests", ["TestSupport", "FileWatch"]),
        tests("ServerSupportTests", ["TestSupport", "ServerSupport", "Configuration", "Telemetry", logging]),
        tests("DestinationModelTests", ["TestSupport", "DestinationModel", "ObjectModel", "YAML"]),
        tests("ConfigurationTests", ["TestSupport", "Configuration", "DestinationModel", "NameResolution"]),
        tests("DestinationRulesTests", ["TestSupport", "DestinationRules", "DestinationModel", "ObjectModel", "YAML"]),
        tests(
            "DestinationSourcesTests",
            [
                "TestSupport", "DestinationSources", "DestinationModel", "HTTPTransport", "MailSink", "ObjectModel",
                "TLS",
                nio, nioPosix, nioHTTP1, logging,
            ]
        ),
        tests("NameResolutionTests", ["TestSupport", "NameResolution"]),
        tests("SMTPTests", ["TestSupport", "SMTP", nio]),
        tests("UpstreamPoolTests", ["TestSupport", "UpstreamPool"]),
        tests("TelemetryTests", ["TestSupport", "Telemetry", nio, nioPosix, nioEmbedded, logging]),
        tests(
            "PluginTests",
            [
                "TestSupport", "kubectl-tproxy", "Configuration", "DestinationModel", "DestinationRules",
                "DestinationSources", "ObjectModel", "Relay", "RelayRoutes", "SMTP", "YAML", nio, nioPosix, arguments,
            ]
        ),
        tests("MailSinkTests", ["MailSink", "TLS", nio, nioPosix]),
        tests(
            "RelayTests",
            [
                "TestSupport", "Relay", "Configuration", "DestinationModel", "DestinationRules", "DestinationSources",
                "HTTPTransport", "Kubernetes", "MailSink", "NameResolution", "ObjectModel", "RelayRoutes",
                "ServerSupport", "SMTP", "UpstreamPool", "TLS", "Telemetry", nio, nioPosix, nioEmbedded, logging,
            ]
        ),
        tests(
            "KubernetesTests",
            [
                "TestSupport", "Kubernetes", "HTTPTransport", "ObjectModel", "TLS", "YAML", nio, nioPosix, nioHTTP1,
                logging,
            ]
        ),
        tests(
            "WebhookCertificatesTests",
            ["TestSupport", "WebhookCertificates", "Kubernetes", "ObjectModel", "TLS", logging]
        ),
        tests("RelayRoutesTests", ["TestSupport", "RelayRoutes", "DestinationModel", "ObjectModel"]),
        tests(
            "DestinationControllerTests",
            [
                "TestSupport", "DestinationController", "DestinationModel", "DestinationRules", "HTTPTransport",
                "Kubernetes", "ObjectModel", "RelayRoutes", "YAML", nio, nioPosix, nioHTTP1, logging,
            ]
        ),
        tests(
            "AdmissionTests",
            [
                "TestSupport", "Admission", "Configuration", "DestinationModel", "DestinationRules", "HTTPTransport",
                "Kubernetes", "ObjectModel", "ServerSupport", "Telemetry", "TLS", nio, nioPosix, nioHTTP1, nioEmbedded,
                logging,
            ]
        ),
        tests(
            "ManagerTests",
            [
                "TestSupport", "Manager", "Configuration", "DestinationController", "Kubernetes", "ObjectModel",
                "RelayRoutes", "ServerSupport", "Telemetry", "WebhookCertificates", logging, arguments,
            ]
        ),
        tests(
            "ManifestsTests",
            [
                "TestSupport", "CommandLineSupport", "Configuration", "DestinationModel", "DestinationRules",
                "DestinationSources", "ObjectModel", "YAML",
            ]
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "TestSupport", "DestinationController", "DestinationModel", "DestinationRules", "HTTPTransport",
                "HostilePeers", "Kubernetes", "MailSink", "ObjectModel", "RelayRoutes", "Telemetry", "TLS", "YAML", nio,
                nioPosix, nioHTTP1, logging,
            ],
            exclude: ["Scripts", "Cluster/Overlays", "Plugin/Goldens"],
            swiftSettings: settings
        ),
    ] + fuzzer,
    swiftLanguageModes: [.v6]
)
