import Octet
import OctetCommandLine
import OctetHost
import OctetInterchange
import OctetTraining

/// Everything that is known after a run on a board.
struct FirmwareReport {
  struct Layer {
    let name: String
    let multiplyAdds: Int
    let instructions: Int
  }

  let imageCount: Int
  /// Where the images came from, in words.
  let origin: String
  /// Images whose true class is known, and how many of those the firmware got right.
  let labelCount: Int
  let right: Int
  /// Why pictures were left out, a line each.
  let refused: [String]
  /// The first way in which the firmware disagrees with the host.
  let difference: String?
  /// Damaged models that the firmware's loader judged, and how many of them it accepted.
  let flipCount: Int
  let acceptedFlips: Int
  /// The mean over the images that were timed; nil if none was.
  let instructions: Int?
  let layers: [Layer]
  private(set) var sizes: FirmwareSizes
  let stackBytes: Int
  let arenaBytes: Int
  /// Of the arena, in the board's second memory.
  let secondBytes: Int
  /// Of an input that the firmware holds; 0 where rows are fed.
  let heldBytes: Int
  let modelBytes: Int

  /// Whether the image is the smallest one, which looks at no layer.
  private let isLean: Bool

  init(folder: String, isLean: Bool) throws {
    let file = try OctetModelFile(path: "\(folder)/model.octet")
    let (bytes, model) = (Array(file.block.bytes), file.model)
    let results = try Results(
      ByteFile.stored(at: "\(folder)/results", limit: 1 << 30), name: "\(folder)/results")
    let labels = try LabelRecord.read(
      ByteFile.stored(at: "\(folder)/labels", limit: 1 << 30), name: "\(folder)/labels")
    origin = String(
      decoding: try ByteFile.stored(at: "\(folder)/origin", limit: 1 << 20), as: UTF8.self)
    refused = String(
      decoding: try ByteFile.stored(at: "\(folder)/refused", limit: 1 << 30), as: UTF8.self
    ).split(separator: "\n").map(String.init)
    let baked = "\(folder)/baked"
    let path = Folder.exists(baked) ? baked : "\(folder)/images"
    let images = try ImageRecord.read(
      ByteFile.stored(at: path, limit: 1 << 31), name: path, areAligned: model.holdsInput)
    guard images.count == results.images.count, images.count == labels.count, !images.isEmpty else {
      throw FirmwareError(
        "\(folder): \(images.count) images went in, \(results.images.count) results came out")
    }
    for image in results.images
    where (image.layers.count != model.layerCount && !isLean)
      || image.logits.count != Int(model.logits.channels)
    {
      throw FirmwareError("\(folder)/results: image \(image.number) belongs to another model")
    }
    let host = try HostRun.run(model, images)
    imageCount = images.count
    labelCount = labels.count { $0 != nil }
    right = zip(results.images, labels).count { $0.classIndex == $1 }
    flipCount = results.flips.count
    acceptedFlips = results.flips.count { $0.error == nil }
    let flip = results.flips.first { flip in
      let own = flip.record.judge(bytes).map { [UInt32($0.rule.rawValue), $0.offset, $0.value] }
      return own != flip.error
    }
    let other = flip.map { "its loader judges other than the host's with byte \($0.record.offset) damaged" }
    difference = other ?? zip(host, results.images).lazy.compactMap { $0.difference($1, model) }.first
    let timed = results.images.filter { $0.ticks > 0 }
    instructions =
      timed.isEmpty
      ? nil : Int((timed.reduce(0) { $0 + results.instructions($1) } / Double(timed.count)).rounded())
    layers = (0..<(isLean ? 0 : model.layerCount)).map { index in
      let sum = results.images.reduce(0) { $0 + results.instructions($1.layers[index]) }
      return Layer(
        name: "\(model.layer(index).kind.name)",
        multiplyAdds: Int(clamping: model.work(ofLayer: index).multiplyAdds),
        instructions: Int((sum / Double(images.count)).rounded()))
    }
    sizes = try FirmwareSizes(
      ByteFile.stored(at: "\(folder)/firmware.elf", limit: 1 << 30), name: "\(folder)/firmware.elf")
    multiplyAdds = Int(clamping: model.work.multiplyAdds)
    stackBytes = results.stackBytes
    arenaBytes = model.firstRegionBytes + model.secondRegionBytes
    secondBytes = model.secondRegionBytes
    heldBytes = model.heldInputBytes
    modelBytes = try isLean ? Self.number("\(folder)/lean.sizes") : bytes.count
    if isLean {
      sizes.code -= modelBytes
      sizes.constants += modelBytes
    }
    self.isLean = isLean
  }

  private static func number(_ path: String) throws -> Int {
    let text = String(decoding: try ByteFile.stored(at: path, limit: 100), as: UTF8.self)
    guard let number = Int(text.prefix { $0 != "\n" }) else {
      throw FirmwareError("\(path): not a number of bytes")
    }
    return number
  }

  /// Of one inference.
  private let multiplyAdds: Int

  var json: JSONValue {
    .object([
      ("accuracy", labelCount == 0 ? .null : .number(Double(right) / Double(labelCount))),
      ("data", .string(origin)),
      ("images", .integer(imageCount)),
      ("labeled", .integer(labelCount)),
      ("refused", .integer(refused.count)),
      ("bit_exact", .bool(difference == nil)),
      ("instructions_per_inference", instructions.map { .integer($0) } ?? .null),
      (
        "multiply_adds_per_instruction",
        instructions.map { .number(Double(multiplyAdds) / Double(max($0, 1))) } ?? .null
      ),
      ("damaged_models", .integer(flipCount)),
      ("code_bytes", .integer(sizes.code)),
      ("model_bytes", .integer(modelBytes)),
      ("ram_bytes", .integer(sizes.ram)),
      ("arena_bytes", .integer(arenaBytes)), ("second_region_bytes", .integer(secondBytes)),
      ("held_input_bytes", .integer(heldBytes)),
      ("stack_bytes", .integer(stackBytes)),
      (
        "layers",
        .array(
          layers.map {
            .object([
              ("kind", .string($0.name)), ("multiply_adds", .integer($0.multiplyAdds)),
              ("instructions", .integer($0.instructions)),
            ])
          })
      ),
    ])
  }

  func text(board: String, flash: Int, ram: Int) -> String {
    var table = TextTable(
      .init("layer"), .init("multiply-adds", .right), .init("instructions", .right),
      .init("multiply-adds per instruction", .right))
    func row(_ name: String, _ multiplyAdds: Int, _ instructions: Int) {
      let rate = Double(multiplyAdds) / Double(max(instructions, 1))
      table.addRow([
        name, NumberText.grouped(multiplyAdds), NumberText.grouped(instructions),
        NumberText.fixed(rate, decimals: 2),
      ])
    }
    for (index, layer) in layers.enumerated() {
      row("\(index + 1) \(layer.name)", layer.multiplyAdds, layer.instructions)
    }
    if let instructions {
      if !layers.isEmpty { table.addRule() }
      row("an inference", multiplyAdds, instructions)
    }
    func share(_ bytes: Int, of limit: Int) -> String {
      let percent = NumberText.percent(Double(bytes) / Double(limit))
      return "\(NumberText.grouped(bytes)) of \(NumberText.grouped(limit)) bytes (\(percent))"
    }
    let unlabeled =
      labelCount == imageCount ? "" : "; \(imageCount - labelCount) images are not labeled"
    let accuracy =
      labelCount == 0
      ? "unknown: none of the \(imageCount) images is labeled"
      : """
      \(NumberText.percent(Double(right) / Double(labelCount), decimals: 2)), \(right) of \
      \(labelCount)\(unlabeled)
      """
    let agreement =
      isLean ? "every logit equals the host's" : "every layer and every logit equal the host's"
    let imageBytes = sizes.constants - modelBytes
    let baked = imageBytes == 0 ? "" : ", images \(NumberText.grouped(imageBytes))"
    let second =
      secondBytes == 0 ? "" : " with \(NumberText.grouped(secondBytes)) in the second memory, not counted"
    let regions =
      second + (heldBytes == 0 ? "" : ", input held where it is (\(NumberText.grouped(heldBytes)))")
    let damaged =
      flipCount == 0
      ? ""
      : """

      damage     \(NumberText.grouped(flipCount)) damaged models were judged as on the host, \
      \(NumberText.grouped(flipCount - acceptedFlips)) rejected
      """
    return """
      \(board)
      images     \(NumberText.grouped(imageCount)): \(origin)
      accuracy   \(accuracy)
      bits       \(difference.map { "differ from the host: \($0)" } ?? agreement)
      flash      \(share(sizes.code + sizes.constants, of: flash)): \
      code \(NumberText.grouped(sizes.code)), model \(NumberText.grouped(modelBytes))\(baked)
      RAM        \(share(sizes.ram, of: ram)): \
      arena \(NumberText.grouped(arenaBytes))\(regions), stack \(NumberText.grouped(sizes.stack))
      stack      \(NumberText.grouped(stackBytes)) of \(NumberText.grouped(sizes.stack)) bytes were used\(damaged)

      \(table.rendered())
      """
  }
}
