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

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + dependencies, swiftSettings: settings)
}

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
  name: "imprimatur",
  products: [.executable(name: "imprimatur", targets: ["imprimatur"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CPrctl"),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

    library("Digests", ["COpenSSL"]),
    library("StrictParsers", ["CZlib"]),
    library("TokenVerification", ["StrictParsers", "Digests", "COpenSSL"]),
    library("PublisherPolicy", ["TokenVerification", "StrictParsers", "Digests"]),
    library("RegistryProtocols", ["PublisherPolicy", "TokenVerification", "StrictParsers", "Digests"]),
    library("Secrets", []),
    library("RegistryClient", ["RegistryProtocols", "PublisherPolicy", "StrictParsers", "Secrets"]),
    library(
      "Observability",
      [
        "RegistryProtocols", "PublisherPolicy", "TokenVerification", "StrictParsers", "Digests",
        .product(name: "Logging", package: "swift-log"),
      ]),
    library("StateStore", ["PublisherPolicy", "TokenVerification", "StrictParsers", "Digests", "CSQLite", "CPostgreSQL"]),
    library(
      "Configuration",
      [
        "Secrets", "Observability", "RegistryProtocols", "StateStore", "PublisherPolicy", "TokenVerification", "StrictParsers", "Digests",
        "Yams",
      ]),
    library(
      "Gateway",
      [
        "Configuration", "Secrets", "Observability", "RegistryClient", "RegistryProtocols", "StateStore", "PublisherPolicy",
        "TokenVerification",
        "StrictParsers", "Digests",
        "CCurl", "CMalloc",
        .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ] + nio),
    library(
      "Demo", ["StrictParsers", "Digests", "COpenSSL", "CZlib", .product(name: "NIOHTTP1", package: "swift-nio")] + nio),
    .executableTarget(
      name: "imprimatur",
      dependencies: [
        "Gateway", "Configuration", "Observability", "Demo", "StrictParsers", "COpenSSL", "CCurl", "CPrctl",
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    .executableTarget(
      name: "MadeUpGateway",
      dependencies: ["Gateway", "Observability", "RegistryProtocols", "PublisherPolicy", "TokenVerification", "StrictParsers", "Digests"],
      path: "Tests/MadeUpGateway", swiftSettings: settings),
    .target(
      name: "TestSupport",
      dependencies: ["Configuration", "Observability", "RegistryProtocols", "PublisherPolicy", "Digests", "StrictParsers"],
      path: "Tests/TestSupport", swiftSettings: settings),
    tests(of: "Digests"),
    tests(of: "StrictParsers", [.product(name: "NIOHTTP1", package: "swift-nio")] + nio),
    tests(of: "TokenVerification"),
    tests(of: "PublisherPolicy"),
    tests(of: "RegistryProtocols"),
    tests(of: "Secrets"),
    tests(of: "RegistryClient", ["Secrets"]),
    tests(of: "StateStore"),
    tests(of: "Observability", ["Secrets", .product(name: "Logging", package: "swift-log")]),
    tests(of: "Configuration"),
    tests(
      of: "Gateway",
      [
        "Demo", .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
      ] + nio),
  ]
)
