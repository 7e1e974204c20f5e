// swift-tools-version: 6.2

import PackageDescription

/// The strict checks that every target opts into.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "octet",
  products: [
    .executable(name: "octet", targets: ["OctetTool"])
  ],
  targets: [
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "OctetFloatKernels"),
    .target(
      name: "OctetTraining",
      dependencies: ["CZlib", "OctetFloatKernels"],
      // The recipes are files that people read and write, compiled into the program so that it stays one file.
      resources: ["binary-dense", "binary-metrics", "dense-dropout", "cnn-deep", "cnn-two-pool", "vgg-small", "resnet-small"]
        .map { .embedInCode("Recipes/\($0).network") },
      swiftSettings: strict),
    .target(
      name: "OctetInterchange",
      dependencies: ["OctetTraining"],
      swiftSettings: strict),
    // The module is not called Octet: that name belongs to the runtime, and some file systems ignore case.
    .executableTarget(
      name: "OctetTool",
      dependencies: ["OctetTraining", "OctetInterchange"],
      path: "Tools/octet",
      swiftSettings: strict),
    .testTarget(
      name: "OctetTrainingTests",
      dependencies: ["OctetTraining"],
      swiftSettings: strict),
    .testTarget(
      name: "OctetInterchangeTests",
      dependencies: ["OctetInterchange", "OctetTraining"],
      swiftSettings: strict),
  ]
)
