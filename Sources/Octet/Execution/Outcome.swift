/// What a session has found out about an image.
public struct Answer: Equatable, Sendable {
  /// The class, counted from 0.
  public let classIndex: Int
  /// Its probability in 1/65,536; nil if the model has none.
  public let probability: UInt32?
}

/// The values of one output where they lie in the arena, and what follows from them. Good until the next image begins.
package struct Outcome {
  private var row: UnsafeRawPointer
  /// Values: logits as many as classes, or one; or all numbers of a map.
  package let count: Int
  private let rowValues: Int
  private let rowBytes: Int
  private let isWide: Bool
  private let zeroPoint: Int32
  private let holdsClasses: Bool
  private let head: Head
  private let step: UInt32

  #if OCTET_SMALL_CODE
    @inline(never)
  #else
    @inline(__always)
  #endif
  package init(_ model: Model, _ memory: RunMemory, output: Int = 0) {
    let record = model.output(output)
    let tensor = model.tensor(record.tensor)
    // The loader has checked that the ring holds all rows, so each is in the slot of its number.
    row = UnsafeRawPointer(memory.place(tensor.slotOffset(Int(tensor.borderAbove))))
    rowValues = tensor.rowValues
    rowBytes = tensor.rowBytes
    count = Int(tensor.height) &* rowValues
    isWide = tensor.elementBytes == 2
    zeroPoint = Int32(tensor.zeroPoint)
    holdsClasses = record.holdsClasses
    head = record.knownHead ?? .linear
    step = record.probabilityStep
  }

  /// The same output of an image whose arena lies so many bytes after this one's.
  @inline(__always)
  package func moved(by bytes: Int) -> Outcome {
    var moved = self
    moved.row += bytes
    return moved
  }

  @inline(__always)
  private func value(_ index: Int) -> Int32 { value(index, in: row) }

  @inline(__always)
  private func value(_ index: Int, in row: UnsafeRawPointer) -> Int32 {
    guard isWide else { return Int32(row.load(fromByteOffset: index, as: Int8.self)) &- zeroPoint }
    let bits = row.load(fromByteOffset: 2 &* index, as: UInt16.self)
    return Int32(Int16(bitPattern: UInt16(littleEndian: bits)))
  }

  package func logit(_ index: Int) -> Int32 {
    precondition(index >= 0 && index < count, "there is no such logit")
    if index < rowValues { return value(index) }
    return value(index % rowValues, in: row + index / rowValues &* rowBytes)
  }

  package func forEachLogit(_ body: (Int32) -> Void) {
    for index in 0..<count { body(logit(index)) }
  }

  /// Nil where the output is no class.
  package var classIndex: Int? {
    guard holdsClasses else { return nil }
    return count == 1 ? (value(0) > 0 ? 1 : 0) : largest.index
  }

  /// Likewise.
  package var answer: Answer? {
    guard holdsClasses else { return nil }
    // Looked for once.
    let largest = largest
    let index = count == 1 ? (largest.value > 0 ? 1 : 0) : largest.index
    let probability = head == .linear ? nil : probability(of: index, largest.value)
    return Answer(classIndex: index, probability: probability)
  }

  /// Classes or labels that have a probability each.
  private var shareCount: Int { holdsClasses && count == 1 ? 2 : count }

  /// The first of the largest logits.
  private var largest: (index: Int, value: Int32) {
    var best = (index: 0, value: value(0))
    for index in 1..<count {
      let value = value(index)
      if value > best.value { best = (index, value) }
    }
    return best
  }

  package func forEachProbability(_ body: (UInt32) -> Void) {
    switch head {
    case .linear: return
    case .sigmoid: for index in 0..<shareCount { body(sigmoid(of: index)) }
    case .softmax:
      let largest = largest.value
      let sum = sum(largest)
      for index in 0..<count { body(softmax(value(index), largest, sum)) }
    }
  }

  package func probability(of index: Int) -> UInt32 {
    precondition(index >= 0 && index < shareCount, "there is no such class")
    return probability(of: index, largest.value)
  }

  /// - Parameter largest: the largest logit, which is worked out only where it counts.
  private func probability(of index: Int, _ largest: @autoclosure () -> Int32) -> UInt32 {
    switch head {
    case .linear: return 0
    case .sigmoid: return sigmoid(of: index)
    case .softmax:
      let largest = largest()
      return softmax(value(index), largest, sum(largest))
    }
  }

  private func sigmoid(of index: Int) -> UInt32 {
    guard shareCount > count else { return Probability.sigmoid(logit(index), step: step) }
    let one = Probability.sigmoid(value(0), step: step)
    return index == 1 ? one : Probability.one &- one
  }

  /// The powers of all logits.
  private func sum(_ largest: Int32) -> UInt32 {
    var sum: UInt32 = 0
    for other in 0..<count { sum &+= power(value(other), largest) }
    return sum
  }

  private func softmax(_ logit: Int32, _ largest: Int32, _ sum: UInt32) -> UInt32 {
    Probability.share(power(logit, largest), of: sum)
  }

  /// Of many classes, less of its low digits: the sum stays below 2^31.
  #if OCTET_SMALL_CODE
    @inline(never)
  #endif
  private func power(_ logit: Int32, _ largest: Int32) -> UInt32 {
    var power = Probability.power(UInt32(bitPattern: largest &- logit), step: step)
    var classes = count
    while classes > 511 {
      classes &>>= 1
      power &>>= 1
    }
    return power
  }
}
