import Octet
import OctetCSource
import OctetChipKernels
import OctetCommandLine
import OctetHost
import OctetInterchange
import OctetText

/// `octet-firmware prepare`: everything that goes into a firmware or is fed to it.
enum PrepareCommand: Command {
  static let name = "prepare"

  static let description = CommandDescription(
    name: name,
    summary: "write the model, the images and their sizes where firmware-sim/build looks for them",
    positionals: [PositionalDescription(.input("MODEL"), help: "the .octet file")],
    options: [
      OptionDescription("folder", takes: .outputFolder(of: "model.octet"), help: "where to write"),
      OptionDescription(
        "data", takes: .input("PATH"), default: "OCTET_MNIST, then fetched MNIST, then synthetic digits",
        help:
          "PNG files in a folder and in folders within, a NumPy file (.npy, .npz), a folder of IDX or CIFAR files, a "
          + "CSV table (label first), or the word random for random items of the model's input"),
      OptionDescription(
        "labels", takes: .choice("WHERE", of: LabelChoice.allCases.map(\.rawValue)), default: "auto",
        help: "where the true classes of PNG files are"),
      OptionDescription(
        "count", takes: .text("N"), default: "20, but every PNG file",
        help: "images to classify: the first ones, or PNG files spread evenly over all"),
      OptionDescription(
        "timed", takes: .text("N"), default: "20",
        help: "images, from the first, whose instructions are counted"),
      OptionDescription(
        "flips", takes: .text("N"), default: "0",
        help: "bytes of the model that the firmware damages in turn, to compare its loader with the host's"),
      OptionDescription("lean", help: "write the model as C source too, for firmware-sim/build-lean"),
      OptionDescription("baked", takes: .text("N"), help: "link this many images into the firmware instead"),
    ],
    examples: ["octet-firmware prepare cnn-two-pool.octet --folder work --count 100"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    guard let folder = arguments.value("folder") else {
      throw arguments.usageError("say with --folder where to write")
    }
    let baked = try arguments.integer("baked", in: 1...10_000)
    let count = try baked ?? arguments.integer("count", in: 1...1_000_000)
    let timed = try arguments.integer("timed", in: 0...) ?? 20
    let flips = try arguments.integer("flips", in: 0...100_000) ?? 0
    let file = try OctetModelFile(path: arguments.positionals[0])
    let (bytes, model) = (Array(file.block.bytes), file.model)
    let items = try FirmwareItems(for: model, count: count, arguments)
    try Folder.create(folder)
    // What an earlier call left would be taken for a part of this one.
    for name in ["images", "baked", "results"] { try Folder.remove("\(folder)/\(name)") }
    for line in items.refused { StandardError.write("octet-firmware: \(line.shown)\n") }
    let records = items.fed.enumerated().map { number, fed in
      ImageRecord(
        number: UInt32(number), isTimed: number < timed, pixels: model.holdsInput ? held(fed, model) : fed)
    }
    try AtomicFile.write(path: "\(folder)/model.octet", bytes: bytes)
    if arguments.flag("lean") {
      guard !model.holdsInput, model.outputCount == 1, model.meaning == .classes else {
        throw FirmwareError("--lean is for models of classes that are fed rows of pictures")
      }
      let source = CSource(model, prefix: "octet").source
      try AtomicFile.write(path: "\(folder)/model.c", bytes: Array(source.utf8))
    }
    try AtomicFile.write(
      path: "\(folder)/\(baked == nil ? "images" : "baked")",
      bytes: ImageRecord.write(
        records, after: FlipRecord.draw(flips, modelBytes: bytes.count), areAligned: model.holdsInput))
    try AtomicFile.write(path: "\(folder)/labels", bytes: LabelRecord.write(items.labels))
    try AtomicFile.write(path: "\(folder)/origin", bytes: Array(items.origin.shown.utf8))
    try AtomicFile.write(
      path: "\(folder)/refused", bytes: Array(items.refused.map { $0.shown + "\n" }.joined().utf8))
    // A damaged model may have any kind, and the loaders' verdicts are compared.
    let kinds = flips > 0 ? LayerKind.allCases : model.kinds
    let names = kinds.map { "\($0.name)".uppercased().replacing(" ", with: "_") }
    let scratchBytes = """
      [pair]=\(PatchKernels<PairLayout>.scratchBytes(model)) \
      [wide]=\(PatchKernels<WideLayout>.scratchBytes(model)) \
      [vector]=\(PatchKernels<VectorLayout>.scratchBytes(model))
      """
    let sizes = """
      arena_bytes=\(model.firstRegionBytes)
      second_bytes=\(model.secondRegionBytes)
      declare -A scratch_bytes=(\(scratchBytes))
      image_bytes=\(!model.holdsInput ? model.imageBytes : baked == nil ? (model.heldInputBytes + 3) / 4 * 4 : 0)
      model_kinds=(\(names.joined(separator: " ")))
      model_parts=(\((flips > 0 ? Model.allParts : model.parts).joined(separator: " ")))

      """
    try AtomicFile.write(path: "\(folder)/sizes.sh", bytes: Array(sizes.utf8))
  }

  /// An image as the firmware holds it where it is.
  private static func held(_ pixels: [UInt8], _ model: Model) -> [UInt8] {
    var values = [Int8](repeating: 0, count: model.heldInputBytes)
    var span = values.mutableSpan
    do { try model.hold(pixels.span, in: &span) } catch {
      preconditionFailure("the image has the model's size: \(error)")
    }
    return values.map { UInt8(bitPattern: $0) }
  }
}
