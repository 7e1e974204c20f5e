import Octet

/// A model as one C99 file without dependencies, for projects that cannot take Swift.
///
/// The file holds the weights, the memory plan, the fixed order of rows, and a small runtime that gives the same bits
/// as Octet's own. Names begin with a prefix, so that several models go into one program.
package struct CSource {
  let model: Model
  private let prefix: String
  private var text = ""
  /// Bytes of the weights, the tables and the plan, on a chip of 32 bits.
  package private(set) var constantBytes = 0

  /// - Parameter prefix: letters, digits and underscores, not beginning with a digit.
  package init(_ model: Model, prefix: String) {
    self.model = model
    self.prefix = prefix
    writeHead()
    for layer in 0..<model.layerCount { writeConstants(layer) }
    writePlan()
    // The runtime defines the types of the tables, which stand where it has a mark.
    text += runtime.replacing("/* TABLES */\n", with: tables)
    text += CExample(model, prefix: prefix).inline
  }

  /// What the model needs of the runtime, by the names of its marks: kinds of layer, their traits, and parts of models.
  private var needs: Set<String> {
    let kinds = model.kinds
    let traits: [(name: String, trait: LayerTraits)] = [
      ("weights", .weights), ("means", .means), ("window", .window), ("second input", .secondInput),
    ]
    var names = Set(kinds.map { "\($0.name)" })
    for (name, trait) in traits where kinds.contains(where: { $0.traits.contains(trait) }) {
      names.insert(name)
    }
    names.insert(model.pixelMap == nil ? "no pixel map" : "pixel map")
    names.insert(model.outputCount > 1 ? "outputs" : "one output")
    names.insert(model.holdsInput ? "held input" : "fed input")
    let isScaledJoin = { (kind: LayerKind) in
      kind.traits.contains(.secondInput) && !kind.traits.contains(.product)
        && !kind.traits.contains(.concatenation)
    }
    if kinds.contains(where: isScaledJoin) { names.insert("scaled join") }
    if kinds.contains(where: Self.hasNumbers) { names.insert("numbers") }
    names.insert(model.parts.contains("UNEVEN_JOINS") ? "uneven join" : "even join")
    if hasOperands { names.insert("operand") }
    if kinds.contains(where: { $0.traits.contains(.weights) }) {
      names.insert(lineBytes > 0 ? "packed weights" : "int8 weights")
    }
    if model.parts.contains("INT4_WEIGHTS") { names.insert("int4 weights") }
    if model.parts.contains("TERNARY_WEIGHTS") { names.insert("ternary weights") }
    names.insert(
      model.parts.contains("WEIGHT_ZERO_POINTS") ? "weight zero points" : "no weight zero points")
    if model.secondRegionBytes > 0 { names.insert("second region") }
    if !model.holdsInput, model.secondRegionBytes == 0 { names.insert("one block") }
    for layer in 0..<model.layerCount {
      let record = model.layer(layer)
      guard record.kind.hasWeights else { continue }
      names.insert(["half up", "twice", "away"][Int(record.rounding.rawValue)])
      if record.kind.weighted == .convolution, record.poolHeight == 1, record.poolWidth == 1 {
        names.insert("convolution without a pool")
      }
    }
    return names
  }

  /// The runtime that the model needs.
  private var runtime: String {
    let needs = needs
    let text = Self.kept(SourceText.named("runtime.c99"), needs)
    return text.replacing("/* KERNELS */\n", with: hasKernels ? ChipKernelSource(model, needs).text : "")
  }

  /// Whether there are kernels for chips: they are for layers with weights.
  private var hasKernels: Bool { model.kinds.contains(where: \.hasWeights) }

  /// A text without what a model does not need: what stands between a line `/* IF NAME, NAME */` and its `/* END */`
  /// goes where it needs none of the names.
  static func kept(_ whole: String, _ needs: Set<String>) -> String {
    var text = ""
    // Whether the lines between the marks are kept; marks stand inside others.
    var isKept = [true]
    for line in whole.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("/* IF ") {
        let wanted = line.dropFirst("/* IF ".count).dropLast(" */".count).split(separator: ", ").map(
          String.init)
        isKept.append(isKept[isKept.count - 1] && !needs.isDisjoint(with: wanted))
      } else if line == "/* END */" {
        isKept.removeLast()
      } else if isKept[isKept.count - 1] {
        text += line + "\n"
      }
    }
    return String(text.dropLast())
  }

  /// Whether the constants of a kind are numbers of their own.
  private static func hasNumbers(_ kind: LayerKind) -> Bool {
    kind.traits.contains(.arrangement) || kind.traits.contains(.resampling) || kind.traits.contains(.softmax)
  }

  /// Bytes for weights of fewer bits that are brought to bytes: a line, or of a depthwise layer all of them; 0 where
  /// all weights are bytes.
  var lineBytes: Int {
    (0..<model.layerCount).map { layer in
      let shape = model.shape(layer)
      guard shape.layer.weightEncoding != .int8 else { return 0 }
      return Int(shape.weightsPerLine)
        * (shape.layer.kind.traits.contains(.channelwise) ? Int(shape.weightLines) : 1)
    }.max() ?? 0
  }

  /// Whether a layer has constants in place of a second input.
  private var hasOperands: Bool {
    (0..<model.layerCount).contains { model.layer($0).operand != .tensor }
  }

  /// The whole file.
  package var source: String { CNames(prefix).replaced(in: text) }

  private mutating func writeHead() {
    text += """
      /* \(CDeclarations.licence)

         A quantized model, written by octet export. Integers only, no allocation, \(memoryText).

      \(usage)
         octet_class();                                  the class, counted from 0
         octet_probability(i), octet_logit(i), octet_labels[i]
      \(outputsText)
         A probability is in 1/65,536. Not for use by two threads at once. */

      #include <stdint.h>
      #include <string.h>

      #if (defined(SIZE_MAX) && SIZE_MAX < 0xFFFFFFFF) || (defined(__SIZEOF_INT__) && __SIZEOF_INT__ < 4)
      #error "A chip of 32 bits is needed: int or size_t is narrower here, as on 8-bit AVR"
      #endif

      \(CDeclarations(model).text)
      #define OCTET_LAYERS \(model.layerCount)
      \(labelsText)
      \(hasKernels ? ChipKernelSource.choice : "#undef OCTET_CHIP\n#define OCTET_CHIP 0\n")
      #if defined(__GNUC__)
      #define OCTET_ALIGNED __attribute__((aligned(4)))
      #else
      #define OCTET_ALIGNED
      #endif

      """
  }

  /// Bytes that the kernels work in, from the chip that takes least to the one that takes most; nil without kernels.
  package var scratchBytes: ClosedRange<Int>? {
    hasKernels ? ChipKernelSource(model, needs).scratchBytes : nil
  }

  private var usage: String {
    guard model.holdsInput else {
      return """
           octet_start();                                  once before each image
           for (y = 0; y < OCTET_IMAGE_HEIGHT; y++)
             octet_row(image + y * OCTET_ROW_BYTES);       rows of pixels, 0 to 255, channels last
        """
    }
    let input = model.input
    return """
         octet_run(input);                               OCTET_INPUT_BYTES values that are read where they are:
                                                         \(input.allRows) rows of \
      \(input.rowBytes / input.pixelBytes) pixels of \(input.channels), with a border of \(input.borderAbove)
                                                         above, \(input.borderBelow) below, \(input.borderLeft) \
      left, \(input.borderRight) right that holds \(input.zeroPoint);
                                                         \
      \(model.pixelMap == nil ? "a value is the pixel less 128" : "a value is the integer that goes in")
      """
  }

  private var outputsText: String {
    guard model.outputCount > 1 else { return "" }
    return """

         There are \(model.outputCount) outputs; these calls read the first, and octet_class_of(output),
         octet_probability_of(output, i) and octet_logit_of(output, i) any of them.

      """
  }

  /// The names of the first output's classes or labels; numbers have none.
  private var labelsText: String {
    guard model.classCount > 0 else { return "" }
    return """
      const char *const octet_labels[OCTET_CLASSES] = {\(model.labels.map(Self.literal).joined(separator: ", "))};

      """
  }

  private static func valueCount(_ model: Model, _ output: Int) -> Int {
    let tensor = model.tensor(model.output(output).tensor)
    return Int(tensor.height) * tensor.rowValues
  }

  /// A line of numbers for each output.
  private var outputTable: String {
    let lines = (0..<model.outputCount).map { index in
      let output = model.output(index)
      let shares = max(model.classCount(ofOutput: index), Self.valueCount(model, index))
      return """
          {\(output.tensor), \(model.meaning(ofOutput: index).rawValue), \(model.head(ofOutput: index).rawValue), \
        \(output.probabilityStep)u, \(Self.valueCount(model, index)), \(shares)},

        """
    }
    return "static const octet_answer octet_outputs[OCTET_OUTPUTS] = {\n\(lines.joined())};\n"
  }

  private mutating func writeConstants(_ layer: Int) {
    let constants = model.constants(of: layer)
    func write(_ type: String, _ name: String, _ values: [some BinaryInteger]) {
      guard !values.isEmpty else { return }
      constantBytes += values.count * (type.hasSuffix("32_t") ? 4 : 1)
      let attribute = name == "weights" ? " OCTET_ALIGNED" : ""
      text += "static const \(type) octet_\(name)_\(layer + 1)[\(values.count)]\(attribute) = {\n"
      var line = " "
      for value in values {
        // The smallest int32 has no literal of its own in C.
        let word = Int64(value) == Int64(Int32.min) ? " -2147483647 - 1," : " \(value),"
        if line.count + word.count > 118 {
          text += line + "\n"
          line = " "
        }
        line += word
      }
      text += line + "\n};\n"
    }
    write("int32_t", "bias", constants.bias)
    write("int32_t", "multiplier", constants.multipliers)
    write("uint8_t", "shift", constants.shifts)
    write("int8_t", "table", constants.table)
    write("int8_t", "weights", model.layer(layer).weightEncoding == .int8 ? constants.weights : packed(layer))
    write("int8_t", "operand", constants.operand)
    write("int32_t", "numbers", constants.numbers)
    if let factors = constants.factors {
      write(
        "int32_t", "factors",
        [factors.first, factors.second, factors.output].map { Int64($0) }
          + [factors.firstShift, factors.secondShift, factors.outputShift].map { Int64($0) }
          + (constants.operand.isEmpty ? [] : [Int64(Int8(bitPattern: factors.operandZeroPoint))]))
    }
  }

  /// The weights of a layer as the file stores them.
  private func packed(_ layer: Int) -> [Int8] {
    let shape = model.shape(layer)
    return Array(
      UnsafeBufferPointer(start: model.records.weights(shape), count: Int(shape.weightBytes)))
  }

  /// The memory: one block, or a block for each region.
  private var blocks: String {
    func block(_ name: String, _ bytes: Int, _ attribute: String = "") -> String {
      """
      static union {
        int32_t words[\((bytes + 3) / 4)];
        int8_t bytes[\(bytes)];
      } \(name)\(attribute);
      """
    }
    var text = ""
    if model.secondRegionBytes > 0 {
      for region in ["FIRST", "SECOND"] {
        text += """
          /* An attribute that says where the region is, such as __attribute__((section(".fast"))). */
          #ifndef OCTET_\(region)_REGION
          #define OCTET_\(region)_REGION
          #endif

          """
      }
      text += """
        #define OCTET_SECOND_START \(model.firstRegionBytes)u

        \(block("octet_arena", model.firstRegionBytes, " OCTET_FIRST_REGION"))
        \(block("octet_second", model.secondRegionBytes, " OCTET_SECOND_REGION"))
        """
    } else {
      text += block("octet_arena", model.firstRegionBytes)
    }
    guard model.holdsInput else { return text }
    return text + """

      #define OCTET_INPUT_START \(model.input.ringOffset)u
      static const int8_t *octet_input;
      """
  }

  private mutating func writePlan() {
    let steps = model.rowSteps
    // Powers, records of tensors and of layers; see runtime.c99.
    constantBytes +=
      steps.count * (model.layerCount < 256 ? 1 : 2) + 260 + 24 * (model.layerCount + 1)
      + 72 * model.layerCount
    text += """
      #define OCTET_STEPS \(steps.count)u

      \(blocks)
      \(lineBytes > 0 ? "static int8_t octet_line[\(lineBytes)];\n" : "")static uint32_t octet_step;
      static int32_t octet_rows[OCTET_LAYERS + 1];
      static const \(model.layerCount < 256 ? "uint8_t" : "uint16_t") octet_steps[OCTET_STEPS] = {
        \(steps.map(String.init).joined(separator: ", "))};
      static const uint32_t octet_powers[65] = {
        \(Model.probabilityPowers.map(String.init).joined(separator: ", "))};


      """
    guard let map = model.pixelMap, !model.holdsInput else { return }
    let numbers = (0..<model.imageChannels).map { "{\(map.factor($0)), \(map.offset($0))}" }
    text += """
      static const int32_t octet_pixels[\(model.imageChannels)][2] = {\(numbers.joined(separator: ", "))};


      """
  }

  /// A line of numbers for each tensor and each layer, in the order of the fields.
  private var tables: String {
    var text = "static const octet_tensor octet_tensors[OCTET_LAYERS + 1] = {\n"
    for index in 0...model.layerCount {
      let t = model.tensor(index)
      let fields: [Int] = [
        Int(t.ringOffset), Int(t.ringRows), Int(t.height), Int(t.width), Int(t.channels), Int(t.borderAbove),
        Int(t.borderBelow), Int(t.borderLeft), Int(t.borderRight), Int(t.elementBytes), Int(t.zeroPoint),
        t.shares ? 1 : 0,
      ]
      text += "  {\(fields.map(String.init).joined(separator: ", "))},\n"
    }
    text += "};\n\nstatic const octet_layer octet_layers[OCTET_LAYERS] = {\n"
    for index in 0..<model.layerCount {
      let l = model.layer(index)
      let constants = model.constants(of: index)
      func name(_ name: String, _ isThere: Bool) -> String { isThere ? "octet_\(name)_\(index + 1)" : "0" }
      let fields: [Int] = [
        Int(l.kind.rawValue), Int(l.windowHeight), Int(l.windowWidth), Int(l.strideDown), Int(l.strideAcross),
        Int(l.reachAbove), Int(l.reachLeft), Int(l.poolHeight), Int(l.poolWidth),
        constants.isCut ? 1 : 0, constants.folds ? 1 : 0, Int(l.rounding.rawValue), Int(l.input),
        Int(l.secondInput), Int(l.minimum), Int(l.maximum), Int(l.weightZeroPoint), Int(l.accumulatorsOffset),
      ]
      var pointers = [
        name("bias", !constants.bias.isEmpty), name("multiplier", !constants.multipliers.isEmpty),
        name("shift", !constants.shifts.isEmpty), name("table", !constants.table.isEmpty),
        name("weights", !constants.weights.isEmpty), name("factors", constants.factors != nil),
      ]
      if lineBytes > 0 { pointers.append("\(l.weightEncoding.rawValue)") }
      if hasKernels {
        let isNarrow =
          l.kind.hasWeights && model.tensor(index + 1).elementBytes == 1 && constants.table.isEmpty
          && !l.isCoarse
        pointers.append(isNarrow ? "1" : "0")
      }
      if model.kinds.contains(where: Self.hasNumbers) {
        pointers.append(name("numbers", !constants.numbers.isEmpty))
      }
      if hasOperands {
        pointers += [
          name("operand", !constants.operand.isEmpty), l.operand == .constants ? "1" : "0",
        ]
      }
      text += "  {\((fields.map(String.init) + pointers).joined(separator: ", "))},\n"
    }
    return text + "};\n\n" + outputTable
  }

  private static func literal(_ label: String) -> String {
    var literal = "\""
    for byte in label.utf8 {
      switch byte {
      case 0x20..<0x7F
      where byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "?"):
        literal.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        // Three octal digits end the escape, whatever follows.
        let digits = String(byte, radix: 8)
        literal += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }
    }
    return literal + "\""
  }
}
