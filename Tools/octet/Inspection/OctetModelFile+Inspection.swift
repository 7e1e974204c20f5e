import Octet
import OctetCommandLine
import OctetInterchange
import OctetQuantization
import OctetReports

extension OctetModelFile {
  /// Opens a file for a command. The error says what to do where the file is of another kind, or an image takes more
  /// work than `workLimit`.
  static func open(_ path: String, workLimit: UInt64 = .max) throws -> OctetModelFile {
    do throws(ModelFileError) {
      return try OctetModelFile(path: path, workLimit: workLimit)
    } catch {
      guard case .rule(_, let reason) = error else { throw error }
      if let mistake = FileKind.mistakenForInteger(path) { throw mistake }
      throw MaxWorkOption.refusal(reason, path: path, limit: workLimit) {
        try OctetModelFile(path: path, workLimit: .max).model
      }
    }
  }

  /// Bytes of all weights as they are stored.
  var weightBytes: Int { (0..<model.layerCount).reduce(0) { $0 + weightBytes(of: $1) } }

  func weightBytes(of index: Int) -> Int {
    model.layer(index).kind.hasWeights ? Int(model.shape(index).weightBytes) : 0
  }

  func weights(of index: Int) -> Int {
    let shape = model.shape(index)
    return Int(shape.weightsPerOutput) * Int(shape.output.channels)
  }

  /// Weights and biases.
  func parameters(of index: Int) -> Int {
    weights(of: index) + (model.layer(index).kind.hasWeights ? Int(model.tensor(index + 1).channels) : 0)
  }

  /// Multiplications with a weight for one image.
  func multiplyAdds(of index: Int) -> Int { Int(clamping: model.work(ofLayer: index).multiplyAdds) }

  /// Bytes of a layer's accumulators in the arena; 0 where it has none.
  func accumulatorBytes(of index: Int) -> Int { Int(model.shape(index).accumulatorsBytes) }

  /// What the values are called: the input, then what each layer gives by the layer's name.
  var valueNames: [String] { ["input"] + model.layerNames }

  /// The layer in a few words: kind, window, stride, fused pool, clamp or table.
  ///
  /// - Parameter names: of the values that it may read; nil for those that follow from the file.
  func summary(of index: Int, names: [String]? = nil) -> String {
    let layer = model.layer(index)
    var words = ["\(layer.kind.name)"]
    if layer.kind.traits.contains(.window) {
      words.append("\(layer.windowHeight)x\(layer.windowWidth)")
      if layer.strideDown != 1 || layer.strideAcross != 1 {
        words.append("stride \(layer.strideDown)x\(layer.strideAcross)")
      }
    }
    if layer.poolHeight != 1 || layer.poolWidth != 1 {
      words.append("maximum \(layer.poolHeight)x\(layer.poolWidth)")
    }
    switch layer.rounding {
    case .halfUp: break
    case .halfUpThenAway: words.append("rounded twice")
    case .awayFromZero: words.append("rounded away from 0")
    }
    if layer.waits { words.append("waits for its input") }
    if layer.weightEncoding != .int8 { words.append(layer.weightEncoding.name) }
    if layer.weightZeroPoint != 0 { words.append("weights from \(layer.weightZeroPoint)") }
    if layer.hasTable { words.append("table") }
    let output = model.tensor(index + 1)
    if layer.kind.traits.contains(.clamp), !layer.hasTable, layer.minimum == Int16(output.zeroPoint) {
      words.append("relu")
    }
    if layer.kind.traits.contains(.secondInput) {
      func name(_ value: UInt16) -> String {
        (names ?? valueNames)[Int(value)]
      }
      words.append(
        layer.operand == .tensor
          ? "of \(name(layer.input)) and \(name(layer.secondInput))" : "of \(name(layer.input)) and constants"
      )
    }
    return words.joined(separator: " ")
  }

  /// Everything that has a place in the arena, in the order of the tensors; an input that the caller holds has one
  /// behind all others.
  var arenaParts: [ArenaPart] { arenaParts(names: valueNames) }

  /// - Parameter names: of the input, and of what each layer gives.
  func arenaParts(names: [String]) -> [ArenaPart] {
    (0...model.layerCount).flatMap { index -> [ArenaPart] in
      let tensor = model.tensor(index)
      var parts = [
        ArenaPart(
          name: names[index], offset: Int(tensor.ringOffset), bytes: tensor.ringBytes,
          rows: Int(tensor.ringRows), index: index, region: model.region(of: Int(tensor.ringOffset)))
      ]
      let bytes = index == 0 ? 0 : accumulatorBytes(of: index - 1)
      if bytes > 0 {
        parts.append(
          ArenaPart(
            name: "accumulators of \(names[index])", offset: Int(model.layer(index - 1).accumulatorsOffset),
            bytes: bytes, rows: 0, index: model.layerCount + index,
            region: model.region(of: Int(model.layer(index - 1).accumulatorsOffset))))
      }
      return parts
    }
  }
}

/// The option `--max-work`, shared by every command that runs an .octet file.
enum MaxWorkOption {
  static let option = OptionDescription(
    "max-work", takes: .text("N"), default: "20000000000",
    help: "reject a model that takes more operations per image; octet inspect shows its number")

  static func limit(_ arguments: ParsedArguments) throws(UsageError) -> UInt64 {
    try arguments.integer("max-work", in: 1...).map(UInt64.init) ?? Work.defaultLimit
  }

  /// What is said of a model that is not loaded.
  ///
  /// - Parameter load: loads it without a limit, as only a model that was loaded knows its work to the last operation.
  static func refusal(
    _ error: ModelError, path: String, limit: UInt64, _ load: () throws -> Model
  ) -> FileContentError {
    guard error.rule == .work, let model = try? load() else {
      return FileContentError(path: path, reason: "\(error)")
    }
    return FileContentError(
      path: path,
      reason: "an image takes \(model.work.total) operations, and the limit is \(limit); "
        + "octet inspect shows where they go, and --max-work raises it")
  }
}

extension Model {
  /// Bytes of arena where the caller holds the input, if the model lets it.
  var ownArenaBytes: Int { firstRegionBytes + secondRegionBytes }

  /// The memory that it takes to run, in words that follow what it was written to.
  var memoryText: String {
    func grouped(_ bytes: Int) -> String { NumberText.grouped(bytes) }
    let own = "\(grouped(ownArenaBytes)) bytes of memory to run"
    let regions =
      secondRegionBytes == 0
      ? ""
      : ", \(grouped(firstRegionBytes)) fast (with \(NumberText.percent(fastShare)) of the accesses) "
        + "and \(grouped(secondRegionBytes)) slow"
    let input = holdsInput ? ", and the input's \(grouped(heldInputBytes)), which the caller holds" : ""
    return own + regions + input
  }

  /// The share of accesses that go to the first region, of those to both.
  private var fastShare: Double {
    var (fast, all) = (0, 0)
    for (index, accesses) in memoryAccesses.enumerated() where index > 0 || !holdsInput {
      let isRing = index <= layerCount
      let offset = isRing ? tensor(index).ringOffset : layer(index - layerCount - 1).accumulatorsOffset
      all += accesses
      if Int(offset) < firstRegionBytes { fast += accesses }
    }
    return Double(fast) / Double(max(all, 1))
  }

  /// The region of what starts at an offset; nil in a model that has one only.
  func region(of offset: Int) -> String? {
    if holdsInput, offset >= Int(input.ringOffset) { return "caller" }
    guard secondRegionBytes > 0 else { return nil }
    return offset < firstRegionBytes ? "fast" : "slow"
  }

  /// For programs: where the arena is no one block, what there is of each region.
  var regionMembers: [(name: String, value: JSONValue)] {
    var members: [(name: String, value: JSONValue)] = []
    if secondRegionBytes > 0 {
      members.append(
        (
          "regions",
          .object([("fast", .integer(firstRegionBytes)), ("slow", .integer(secondRegionBytes))])
        ))
    }
    if holdsInput { members.append(("held_input_bytes", .integer(heldInputBytes))) }
    return members
  }
}
