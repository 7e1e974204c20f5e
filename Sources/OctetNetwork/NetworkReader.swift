/// Reads the lines of a network, one after another. The grammar stands in docs/NETWORKS.md.
///
///     input 28x28x1
///     conv 32 3x3 relu
///     stem = maxpool 2x2
///     conv 32 3x3 padding same relu
///     add stem relu
package struct NetworkReader {
  private var input: ImageShape?
  private var layers: [LayerDescription] = []
  private var values: [String: Int] = [:]
  private var keywordCounts: [String: Int] = [:]

  package init() {}

  package init(input: ImageShape?) { self.input = input }

  /// The input line, if it has been read.
  package var sharedInput: ImageShape? { input }

  package var isEmpty: Bool { layers.isEmpty }

  /// Reads one line, or says that its keyword belongs to no layer.
  package mutating func read(_ words: LineWords) throws(NetworkError) -> Bool {
    var words = words
    guard var keyword = words.take() else { return true }
    if keyword == "input" {
      guard layers.isEmpty, input == nil else { throw words.failure("the input is described twice") }
      input = try Self.readInput(&words)
      return true
    }
    var name: String?
    if words.takeIf("=") {
      name = keyword
      keyword = try words.take("a layer after \"=\"")
    }
    guard let kind = try Self.readKind(keyword, &words) else {
      if name != nil { throw words.failure("\"\(keyword)\" is not a layer") }
      return false
    }
    guard input != nil else { throw words.failure("the line \"input …\" must come before the first layer") }
    try append(kind, keyword: keyword, name: name, &words)
    return true
  }

  /// The finished network, its shapes checked.
  ///
  /// - Parameter endsFlat: whether it must end with one row of numbers, as training needs it.
  package func finish(endsFlat: Bool = true) throws(NetworkError) -> NetworkDescription {
    guard let input else { throw NetworkError("the network has no line \"input …\"") }
    guard !layers.isEmpty else { throw NetworkError("the network has no layers") }
    let network = NetworkDescription(input: input, layers: layers)
    let shapes = try network.shapes()
    if endsFlat, let last = shapes.last, !last.isFlat, let layer = layers.last {
      throw NetworkError(
        line: layer.line,
        "the last layer, \(layer.name), gives \(last): end with flatten and dense, or globalaveragepool")
    }
    if endsFlat { try network.checkOutputs() }
    return network
  }

  private static func readInput(_ words: inout LineWords) throws(NetworkError) -> ImageShape {
    let word = try words.take("a shape such as 28x28x1 or 784")
    let extents = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard extents.count == 1 || extents.count == 3, extents.allSatisfy({ (1...4096).contains($0) }),
      extents.reduce(1, *) <= NetworkDescription.largestValueCount
    else { throw words.failure("expected an input shape such as 28x28x1 or 784, found \"\(word)\"") }
    try words.finish(after: "the input shape")
    return extents.count == 1
      ? ImageShape(flat: extents[0])
      : ImageShape(height: extents[0], width: extents[1], channels: extents[2])
  }

  private static func readKind(_ keyword: String, _ words: inout LineWords) throws(NetworkError)
    -> FloatLayerKind?
  {
    // "relu" on a line of its own is short for "activation relu".
    if Activation(word: keyword) != nil {
      var spelled = LineWords(line: words.line, text: "\(keyword) \(words.rest)")
      swap(&spelled, &words)
      return .activation(ActivationOnly())
    }
    return try FloatLayerKind(keyword: keyword, words: &words)
  }

  private mutating func append(
    _ kind: FloatLayerKind, keyword: String, name: String?, _ words: inout LineWords
  ) throws(NetworkError) {
    let kindName = Activation(word: keyword) == nil ? keyword : ActivationOnly.keyword
    var inputs = [layers.count]
    if kind.specification.joins { inputs.append(try takeValue(&words, "the name of another layer above")) }
    var activation = Activation.linear
    if let word = words.peek, let found = Activation(word: word) {
      activation = found
      _ = words.take()
    }
    if words.takeIf("from") { inputs[0] = try takeValue(&words, "the name of a layer above") }
    let bits = try Self.takeBits(kind, keyword: keyword, &words)
    try words.finish(after: "layer \(keyword)")

    let number = keywordCounts[kindName, default: 0] + 1
    keywordCounts[kindName] = number
    let finalName = name ?? "\(kindName)-\(number)"
    guard Self.isName(finalName) else {
      throw words.failure("\"\(finalName)\" is not a name: use letters, digits, - and _, a letter first")
    }
    guard values[finalName] == nil, finalName != "input" else {
      throw words.failure("the name \"\(finalName)\" is taken")
    }
    layers.append(
      LayerDescription(
        name: finalName, kind: kind, activation: activation, inputs: inputs, line: words.line, bits: bits))
    values[finalName] = layers.count
  }

  /// In how many bits the weights are to be stored, where the line says so.
  private static func takeBits(
    _ kind: FloatLayerKind, keyword: String, _ words: inout LineWords
  ) throws(NetworkError) -> WeightBits? {
    guard words.takeIf("bits") else { return nil }
    guard kind.storesWeights else {
      throw words.failure(
        "bits are for dense, conv and depthwise; \(keyword) has no weights to store in fewer")
    }
    let word = try words.take(WeightBits.words)
    guard let bits = WeightBits(rawValue: word) else {
      throw words.failure("expected \(WeightBits.words) after bits, found \"\(word)\"")
    }
    return bits
  }

  private func takeValue(_ words: inout LineWords, _ what: String) throws(NetworkError) -> Int {
    let name = try words.take(what)
    if name == "input" { return 0 }
    guard let value = values[name] else {
      let known = (["input"] + layers.map(\.name)).joined(separator: ", ")
      throw words.failure("no layer above is named \"\(name)\"; there are: \(known)")
    }
    return value
  }

  private static func isName(_ text: String) -> Bool {
    text.first?.isLetter == true && text.utf8.count <= 64
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
  }
}

extension NetworkDescription {
  /// - Parameter endsFlat: whether it must be a plain network that ends with one row of numbers. Of others the outputs
  ///   are not in the text; whoever sets them calls `checkOutputs`.
  package init(text: String, endsFlat: Bool = true) throws(NetworkError) {
    var reader = NetworkReader()
    for (index, line) in LineWords.lines(of: text).enumerated() {
      let words = LineWords(line: index + 1, text: line)
      guard try reader.read(words) else { throw words.unknownLayer() }
    }
    self = try reader.finish(endsFlat: endsFlat)
  }

  /// The network in the form it was read from, one line per layer; reading it gives an equal network.
  package var text: String {
    var lines = ["input \(input)"]
    for (index, layer) in layers.enumerated() {
      let specification = layer.kind.specification
      var words = ["\(layer.name) =", type(of: specification).keyword]
      if !specification.settings.isEmpty { words.append(specification.settings) }
      if layer.inputs.count > 1 { words.append(valueName(layer.inputs[1])) }
      if layer.activation != .linear || specification is ActivationOnly {
        words.append(layer.activation.word)
      }
      if layer.inputs[0] != index { words.append("from \(valueName(layer.inputs[0]))") }
      if let bits = layer.bits { words.append("bits \(bits.rawValue)") }
      lines.append(words.joined(separator: " "))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The name by which a later line can call a value.
  package func valueName(_ value: Int) -> String {
    value == 0 ? "input" : layers[value - 1].name
  }
}

extension LineWords {
  /// The complaint about a line that no reader knows.
  package func unknownLayer() -> NetworkError {
    failure(
      "\"\(peek ?? "")\" is not a layer; there are: \(FloatLayerKind.grammars.map(\.keyword).joined(separator: ", "))"
    )
  }
}

/// The words of one line of a description, taken from left to right.
///
/// Layers and settings read their arguments through it, so that every complaint names the line, the word and what
/// was expected there.
package struct LineWords {
  package let line: Int
  private var words: ArraySlice<Substring>

  /// Splits `text` at blanks; a `#` starts a comment that runs to the end of the line.
  package init(line: Int, text: some StringProtocol) {
    self.line = line
    let code = text.prefix { $0 != "#" }
    words = code.split(whereSeparator: \.isWhitespace).map { Substring($0) }[...]
  }

  /// The lines of a file, which end as on any system; a byte order mark in front is no part of the first.
  package static func lines(of text: String) -> [Substring] {
    let start =
      text.unicodeScalars.first == "\u{FEFF}" ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
    // In Swift the two characters of a line end on Windows are one.
    return Substring(start).split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }

  package var isEmpty: Bool { words.isEmpty }

  package var peek: String? { words.first.map(String.init) }

  package var rest: String { words.joined(separator: " ") }

  package func failure(_ message: String) -> NetworkError { NetworkError(line: line, message) }

  package mutating func take() -> String? { words.popFirst().map(String.init) }

  /// Takes the next word, whatever it is.
  package mutating func take(_ what: String) throws(NetworkError) -> String {
    guard let word = take() else { throw failure("expected \(what) at the end of the line") }
    return word
  }

  /// Takes the next word if it is `word`.
  package mutating func takeIf(_ word: String) -> Bool {
    guard peek == word else { return false }
    words.removeFirst()
    return true
  }

  package mutating func takeInteger(_ what: String, in range: ClosedRange<Int>) throws(NetworkError) -> Int {
    let word = try take(what)
    guard let value = Int(word), range.contains(value) else {
      throw failure("expected \(what) from \(range.lowerBound) to \(range.upperBound), found \"\(word)\"")
    }
    return value
  }

  package mutating func takeNumber(_ what: String, in range: ClosedRange<Float>) throws(NetworkError) -> Float
  {
    let word = try take(what)
    guard let value = Float(word), value.isFinite, range.contains(value) else {
      throw failure("expected \(what) from \(range.lowerBound) to \(range.upperBound), found \"\(word)\"")
    }
    return value
  }

  /// Takes `HxW`, or one number for both.
  package mutating func takeExtent(
    _ what: String, in range: ClosedRange<Int>
  ) throws(NetworkError) -> (height: Int, width: Int) {
    let word = try take(what)
    let parts = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(parts.count), let height = parts[0], let width = parts[parts.count - 1],
      range.contains(height), range.contains(width)
    else { throw failure("expected \(what) such as 3x3, found \"\(word)\"") }
    return (height, width)
  }

  /// Whatever is left was not understood.
  package func finish(after what: String) throws(NetworkError) {
    if let word = peek { throw failure("unexpected \"\(word)\" after \(what)") }
  }
}
