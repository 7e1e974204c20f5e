/// What a session has found out about an image.
public struct Answer: Equatable, Sendable {
  /// The class, counted from 0.
  public let classIndex: Int
  /// Its probability in 1/65,536; nil if the model has none.
  public let probability: UInt32?
}

extension Session {
  /// The class and its probability, once the image is complete.
  public var answer: Answer? {
    guard isFinished else { return nil }
    let index = predictedClass
    return Answer(classIndex: index, probability: model.head == .linear ? nil : probability(of: index))
  }

  /// Logits of the model: as many as classes, or one.
  public var logitCount: Int { Int(model.logits.channels) }

  /// A logit less the zero point, in steps of the logits' scale; meaningful once the image is complete.
  ///
  /// Stops the program (a trap) unless `index` is from 0 to `logitCount - 1`.
  public func logit(_ index: Int) -> Int32 {
    precondition(index >= 0 && index < logitCount, "there is no such logit")
    return value(index, model.logits)
  }

  /// Calls `body` with each logit in turn, as `logit` has it.
  public func forEachLogit(_ body: (Int32) -> Void) {
    let tensor = model.logits
    for index in 0..<Int(tensor.channels) { body(value(index, tensor)) }
  }

  /// A logit where the record of the logits is at hand: reading it anew for each would take longer than all the rest.
  @inline(__always)
  private func value(_ index: Int, _ tensor: TensorRecord) -> Int32 {
    // The loader has checked that the logits are a single row without a border.
    return arena.withUnsafeBytes { bytes in
      let row = Int(tensor.ringOffset)
      if tensor.elementBytes == 2 {
        let bits = bytes.load(fromByteOffset: row &+ 2 &* index, as: UInt16.self)
        return Int32(Int16(bitPattern: UInt16(littleEndian: bits)))
      }
      return Int32(bytes.load(fromByteOffset: row &+ index, as: Int8.self)) &- Int32(tensor.zeroPoint)
    }
  }

  private var predictedClass: Int {
    let tensor = model.logits
    let count = Int(tensor.channels)
    var largest = value(0, tensor)
    if count == 1 { return largest > 0 ? 1 : 0 }
    var best = 0
    for index in 1..<count {
      let value = value(index, tensor)
      if value > largest { (best, largest) = (index, value) }
    }
    return best
  }

  /// Calls `body` with the probability of each class in turn, as `probability(of:)` has it; never for a model without a
  /// head. Softmax adds up its powers once for all.
  public func forEachProbability(_ body: (UInt32) -> Void) {
    guard model.head == .softmax else {
      if model.head == .sigmoid { for index in 0..<model.classCount { body(probability(of: index)) } }
      return
    }
    let tensor = model.logits
    let step = model.probabilityStep
    let (largest, sum) = softmaxSum(tensor, step: step)
    for index in 0..<Int(tensor.channels) { body(softmax(value(index, tensor), largest, sum, step: step)) }
  }

  /// The largest logit, and the sum of the powers of all.
  private func softmaxSum(_ tensor: TensorRecord, step: UInt32) -> (largest: Int32, sum: UInt32) {
    let count = Int(tensor.channels)
    var largest = value(0, tensor)
    for other in 1..<count { largest = max(largest, value(other, tensor)) }
    var sum: UInt32 = 0
    for other in 0..<count {
      sum &+= Probability.power(UInt32(bitPattern: largest &- value(other, tensor)), step: step)
    }
    return (largest, sum)
  }

  private func softmax(_ logit: Int32, _ largest: Int32, _ sum: UInt32, step: UInt32) -> UInt32 {
    Probability.share(Probability.power(UInt32(bitPattern: largest &- logit), step: step), of: sum)
  }

  /// The probability of a class in 1/65,536, as docs/NUMERICS.md defines it; 0 for a model without a head.
  ///
  /// Stops the program (a trap) unless `index` is from 0 to the model's `classCount - 1`.
  public func probability(of index: Int) -> UInt32 {
    precondition(index >= 0 && index < model.classCount, "there is no such class")
    let step = model.probabilityStep
    let tensor = model.logits
    let count = Int(tensor.channels)
    switch model.head {
    case .linear: return 0
    case .sigmoid:
      if count == 1 {
        let one = Probability.sigmoid(value(0, tensor), step: step)
        return index == 1 ? one : Probability.one &- one
      }
      return Probability.sigmoid(value(index, tensor), step: step)
    case .softmax:
      let (largest, sum) = softmaxSum(tensor, step: step)
      return softmax(value(index, tensor), largest, sum, step: step)
    }
  }
}
