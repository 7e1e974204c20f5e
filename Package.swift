// swift-tools-version: 6.2

import PackageDescription

/// Warnings stop the build in continuous integration only: a newer compiler may warn of more, and that must not keep
/// anybody from building.
let warnings: [SwiftSetting] =
  Context.environment["OCTET_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)]

/// The strict checks that every target opts into.
let strict: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + warnings

/// Tests that run programs, or compare little, are compiled without optimization, which takes longer than it saves when
/// they run. What they test is optimized, and so are tests that compute.
let quickTests = strict + [.unsafeFlags(["-Onone"])]

let package = Package(
  name: "octet",
  products: [
    .library(name: "Octet", targets: ["Octet"]),
    .library(name: "OctetHostKernels", targets: ["OctetHostKernels"]),
    .library(name: "OctetChipKernels", targets: ["OctetChipKernels"]),
    .library(name: "OctetImages", targets: ["OctetImages"]),
    .library(name: "OctetTraining", targets: ["OctetTraining"]),
    .library(name: "OctetQuantization", targets: ["OctetQuantization"]),
    .executable(name: "octet", targets: ["OctetTool"]),
    .executable(name: "octet-classify", targets: ["OctetClassify"]),
    .executable(name: "octet-bench", targets: ["OctetBench"]),
    .executable(name: "octet-firmware", targets: ["OctetFirmwareHost"]),
  ],
  targets: [
    // The runtime. It depends on nothing; Tools/checks/embedded compiles the same files as Embedded Swift.
    .target(
      name: "Octet",
      swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),
    // The kernels of hosts, and their inner loops. The runtime knows nothing of them.
    .target(name: "OctetHostKernelsC"),
    .target(
      name: "OctetHostKernels",
      dependencies: ["Octet", "OctetHostKernelsC"],
      swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),
    // Faster kernels for small chips, and the inner loops in their instructions, with stand-ins for every other
    // machine.
    .target(name: "OctetChipInstructions"),
    .target(
      name: "OctetChipKernels",
      dependencies: ["Octet", "OctetChipInstructions"],
      swiftSettings: strict),
    // Names of files as bytes, and text that is not the program's own as people and programs see it. No Foundation: the
    // program for devices has it too. Depends on nothing.
    .target(
      name: "OctetText",
      swiftSettings: strict),
    // Files, byte streams, child processes, threads, repeatable random numbers: what every program for hosts needs.
    // Knows nothing of networks.
    .target(
      name: "OctetHost",
      dependencies: ["CZlib", "OctetText"],
      swiftSettings: strict),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLibPNG", providers: [.apt(["libpng-dev"])]),
    // The only code that calls libpng.
    .target(
      name: "CPNG",
      dependencies: ["CLibPNG"],
      linkerSettings: [.linkedLibrary("png")]),
    // No Foundation here: a small static program for devices is built from the same sources.
    .target(
      name: "OctetImages",
      dependencies: ["CPNG", "Octet", "OctetText"],
      swiftSettings: strict),
    // From a picture's file to a printed answer; like OctetImages without Foundation, for the same reason.
    .target(
      name: "OctetClassification",
      dependencies: ["Octet", "OctetImages", "OctetText"],
      swiftSettings: strict),
    .target(name: "OctetFloatKernels"),
    // The float graph: descriptions of networks, kinds of layers, shapes. Without weights, and nothing computes.
    .target(
      name: "OctetNetwork",
      swiftSettings: strict),
    // Data sets: their files, folders and downloads, digits made on the spot, random changes.
    .target(
      name: "OctetData",
      dependencies: ["Octet", "OctetHost", "OctetNetwork", "OctetText"],
      swiftSettings: strict),
    .target(
      name: "OctetDrawings",
      dependencies: ["OctetData", "OctetHost", "OctetImages", "OctetNetwork"],
      swiftSettings: strict),
    .target(
      name: "OctetTraining",
      dependencies: [
        "Octet", "OctetData", "OctetFloatKernels", "OctetHost", "OctetNetwork", "OctetText",
      ],
      // The recipes are files that people read and write, compiled into the program so that it stays one file.
      resources: [
        "binary-dense", "binary-metrics", "dense-dropout", "cnn-deep", "cnn-two-pool", "vgg-small",
        "resnet-small", "resnet8", "mobilenet", "autoencoder", "keywords", "sensor", "fashion", "nano",
        "best", "drawn",
      ]
      .map { .embedInCode("Recipes/\($0).network") },
      swiftSettings: strict),
    .target(
      name: "OctetInterchange",
      dependencies: [
        "Octet", "OctetData", "OctetHost", "OctetNetwork", "OctetText", "OctetTraining",
      ],
      swiftSettings: strict),
    // Files that people read, compiled into programs: the C of exported source, and the page of octet draw.
    .target(
      name: "CEmbeddedText",
      exclude: ["runtime.c99", "kernels.c99", "draw.css", "draw.html", "draw.mjs"]),
    // A model as C99, for projects that cannot take Swift.
    .target(
      name: "OctetCSource",
      dependencies: ["CEmbeddedText", "Octet", "OctetChipKernels"],
      swiftSettings: strict),
    .target(
      name: "OctetQuantization",
      dependencies: [
        "Octet", "OctetData", "OctetHost", "OctetHostKernels", "OctetInterchange", "OctetNetwork",
        "OctetText",
        "OctetTraining",
      ],
      swiftSettings: strict),
    // Pages and pictures: values in, text out. It reads and writes no files.
    .target(
      name: "OctetReports",
      dependencies: [
        "CEmbeddedText", "CZlib", "OctetCommandLine", "OctetData", "OctetNetwork", "OctetQuantization",
        "OctetText",
        "OctetTraining",
      ],
      swiftSettings: strict),
    // Knows nothing of networks, so that every program of the project can use it.
    .target(
      name: "OctetCommandLine",
      dependencies: ["OctetHost", "OctetText"],
      swiftSettings: strict),
    // The module is not called Octet: that name belongs to the runtime, and some file systems ignore case.
    .executableTarget(
      name: "OctetTool",
      dependencies: [
        "CBuildFacts", "CPNG", "CProcessor", "CWebModule", "CZlib",
        "Octet", "OctetClassification", "OctetCSource", "OctetCommandLine", "OctetData",
        "OctetDrawings", "OctetHost", "OctetHostKernels", "OctetImages", "OctetInterchange", "OctetNetwork",
        "OctetQuantization", "OctetReports", "OctetText", "OctetTraining",
      ],
      path: "Tools/octet",
      // A link to the file at the top.
      resources: [.embedInCode("VERSION")],
      swiftSettings: strict),
    .target(name: "CDeviceSystem"),
    .target(name: "CProcessor"),
    // The commit, where Tools/build has linked it in.
    .target(name: "CBuildFacts"),
    // octet.wasm in the program, where Tools/build has linked it in.
    .target(name: "CWebModule"),
    // The program for devices, here for this machine. Tools/device/build compiles the same files as Embedded Swift.
    .executableTarget(
      name: "OctetClassify",
      dependencies: ["CDeviceSystem", "CPNG", "Octet", "OctetClassification", "OctetImages", "OctetText"],
      path: "Tools/octet-classify",
      swiftSettings: strict),
    // Measures parts of Octet for Tools/bench.
    .executableTarget(
      name: "OctetBench",
      dependencies: [
        "Octet", "OctetCommandLine", "OctetData", "OctetHost", "OctetHostKernels", "OctetInterchange",
        "OctetNetwork", "OctetReports", "OctetTraining",
      ],
      path: "Tools/octet-bench",
      swiftSettings: strict),
    // The host's side of firmware-sim/run.
    .executableTarget(
      name: "OctetFirmwareHost",
      dependencies: [
        "Octet", "OctetCSource", "OctetChipKernels", "OctetCommandLine", "OctetData", "OctetHost",
        "OctetImages",
        "OctetInterchange", "OctetNetwork", "OctetText", "OctetTraining",
      ],
      path: "firmware-sim/host",
      swiftSettings: strict),
    .testTarget(
      name: "OctetTests",
      dependencies: [
        "Octet", "OctetChipKernels", "OctetNetwork", "OctetQuantization", "OctetTraining", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "OctetTextTests",
      dependencies: ["OctetClassification", "OctetText"],
      swiftSettings: strict),
    .testTarget(
      name: "OctetHostTests",
      dependencies: ["OctetHost", "OctetText", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "OctetHostKernelsTests",
      dependencies: ["Octet", "OctetHostKernels", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "OctetNetworkTests",
      dependencies: ["OctetHost", "OctetNetwork", "OctetTraining"],
      swiftSettings: strict),
    .testTarget(
      name: "OctetDataTests",
      dependencies: ["Octet", "OctetData", "OctetHost", "OctetNetwork", "OctetText", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "OctetTrainingTests",
      dependencies: [
        "Octet", "OctetData", "OctetHost", "OctetNetwork", "OctetText", "OctetTraining", "TestSupport",
      ],
      resources: [.copy("Golden/Values")],
      swiftSettings: quickTests),
    .testTarget(
      name: "OctetInterchangeTests",
      dependencies: [
        "Octet", "OctetData", "OctetHost", "OctetInterchange", "OctetNetwork", "OctetText", "OctetTraining",
        "TestSupport",
      ],
      exclude: ["ONNX/Models", "ONNX/Faults", "ONNX/Forms", "Keras/Models", "Keras/Refused"],
      swiftSettings: quickTests),
    .testTarget(
      name: "OctetCSourceTests",
      dependencies: ["Octet", "OctetCSource", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "OctetCommandLineTests",
      dependencies: ["OctetCommandLine", "TestSupport"],
      swiftSettings: quickTests),
    .testTarget(
      name: "OctetQuantizationTests",
      dependencies: [
        "Octet", "OctetData", "OctetHost", "OctetHostKernels", "OctetInterchange", "OctetNetwork",
        "OctetQuantization", "OctetText", "OctetTraining", "TestSupport",
      ],
      exclude: ["TensorFlowLite/Models", "ONNX/Models"],
      swiftSettings: strict),
    .testTarget(
      name: "OctetReportsTests",
      dependencies: [
        "OctetData", "OctetHost", "OctetImages", "OctetNetwork", "OctetQuantization", "OctetReports",
        "OctetTraining",
      ],
      swiftSettings: quickTests),
    // The built tool from outside: what it prints, writes and refuses.
    .testTarget(
      name: "OctetToolTests",
      dependencies: [
        "Octet", "OctetData", "OctetHost", "OctetImages", "OctetInterchange", "OctetNetwork",
        "OctetQuantization", "OctetText", "OctetTraining", "TestSupport",
      ],
      exclude: ["Outputs"],
      swiftSettings: quickTests),
    // Writes with libpng what OctetImages has to read.
    .target(
      name: "CPNGWriting",
      dependencies: ["CLibPNG"],
      path: "Tests/CPNGWriting",
      linkerSettings: [.linkedLibrary("png")]),
    .testTarget(
      name: "OctetImagesTests",
      dependencies: [
        "CPNGWriting", "Octet", "OctetData", "OctetDrawings", "OctetHost", "OctetImages", "OctetInterchange",
        "OctetNetwork", "OctetQuantization", "OctetText", "OctetTraining", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "OctetDrawingsTests",
      dependencies: ["OctetData", "OctetDrawings", "OctetHost", "OctetNetwork"],
      swiftSettings: strict),
    // What several test targets share: running the built tool, temporary folders, a web server, random quantized models
    // and a plain interpreter of them.
    .target(
      name: "TestSupport",
      dependencies: ["CZlib", "Octet", "OctetHost", "OctetNetwork", "OctetQuantization", "OctetTraining"],
      path: "Tests/TestSupport",
      swiftSettings: strict),
  ]
)

// The C interface. Its names come from `@c @implementation`, which Swift has since 6.3.
#if compiler(>=6.3)
  // With COctet for its header: a C target that depends on the product includes octet.h.
  package.products += [
    .library(name: "OctetC", targets: ["OctetC", "COctet"]),
    .library(name: "octet-host", type: .static, targets: ["OctetHostC"]),
  ]
  package.targets += [
    .target(name: "COctet"),
    .target(
      name: "OctetC",
      dependencies: ["COctet", "Octet", "OctetChipKernels"],
      swiftSettings: strict),
    // The same for hosts, with quantization. Tools/library makes one library of both.
    .target(name: "COctetHost", dependencies: ["COctet"]),
    .target(
      name: "OctetHostC",
      dependencies: [
        "COctetHost", "Octet", "OctetC", "OctetCSource", "OctetData", "OctetHost", "OctetHostKernels",
        "OctetImages",
        "OctetInterchange", "OctetNetwork", "OctetQuantization", "OctetText", "OctetTraining",
      ],
      // A link to the file at the top.
      resources: [.embedInCode("VERSION")],
      swiftSettings: strict),
  ]
#endif
