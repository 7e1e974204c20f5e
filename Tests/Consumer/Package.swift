// swift-tools-version: 6.2

import PackageDescription

/// A package as somebody else would write it: it names Octet by its repository and version, and uses each library.
/// Tools/checks/consumer puts the repository's place and version into the environment.
let environment = Context.environment

let package = Package(
  name: "consumer",
  dependencies: [
    .package(
      url: environment["OCTET_REPOSITORY"] ?? "https://example.org/octet.git",
      exact: Version(environment["OCTET_VERSION"] ?? "0.1.0") ?? "0.1.0")
  ],
  targets: [
    .executableTarget(
      name: "Consumer",
      dependencies: [
        .product(name: "Octet", package: "octet"),
        .product(name: "OctetHostKernels", package: "octet"),
        .product(name: "OctetChipKernels", package: "octet"),
        .product(name: "OctetImages", package: "octet"),
        .product(name: "OctetQuantization", package: "octet"),
        .product(name: "OctetTraining", package: "octet"),
      ],
      // Nothing but what is imported: a library that needs another one's module imported would be found.
      swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")]),
    // What the tutorial builds up.
    .executableTarget(
      name: "Tutorial",
      dependencies: [
        .product(name: "OctetHostKernels", package: "octet"),
        .product(name: "OctetImages", package: "octet"),
        .product(name: "OctetQuantization", package: "octet"),
      ]),
    .executableTarget(
      name: "ConsumerC",
      dependencies: [.product(name: "OctetC", package: "octet")]),
  ]
)
