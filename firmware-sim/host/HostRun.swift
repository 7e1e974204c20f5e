import Octet

/// What a session on the host makes of an image: the firmware must find the same bits.
struct HostRun {
  /// Nil where the first output holds no classes.
  let classIndex: Int?
  let probability: UInt32?
  let checksums: [UInt32]
  let logits: [Int32]

  static func run(_ model: Model, _ images: [ImageRecord]) throws -> [HostRun] {
    var storage = [UInt32](repeating: 0, count: model.arenaBytes / 4 + 1)
    var words = storage.mutableSpan
    var arena = words.mutableBytes
    var session = try Session(model, arena: &arena)
    var held: [Int8] = []
    var runs: [HostRun] = []
    for image in images {
      var observer = LayerChecksums()
      if model.holdsInput {
        held = image.pixels.map { Int8(bitPattern: $0) }
        try session.run(held: held.span, observer: &observer)
      } else {
        try session.run(image: image.pixels.span, observer: &observer)
      }
      let answer = session.answer
      var checksums: [UInt32] = []
      for layer in 0..<model.layerCount { checksums.append(observer[layer]) }
      var logits: [Int32] = []
      for index in 0..<session.logitCount() { logits.append(session.logit(index)) }
      runs.append(
        HostRun(
          classIndex: answer?.classIndex, probability: answer?.probability, checksums: checksums,
          logits: logits))
    }
    return runs
  }

  /// The first difference in words; nil if there is none.
  func difference(_ image: Results.Image, _ model: Model) -> String? {
    // The smallest image looks at no layer, and at no probability.
    let isLean = image.layers.isEmpty
    for (layer, checksum) in checksums.enumerated() where !isLean && image.layers[layer].checksum != checksum
    {
      return "image \(image.number): layer \(layer + 1), \(model.layer(layer).kind.name), has other bits"
    }
    if image.logits != logits { return "image \(image.number): the logits differ" }
    if image.classIndex != classIndex || (image.probability != probability && !isLean) {
      return "image \(image.number): the answer differs"
    }
    return nil
  }
}
