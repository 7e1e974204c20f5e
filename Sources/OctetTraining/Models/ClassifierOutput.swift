import Octet
import OctetData
import OctetNetwork
import OctetText

/// What a network's output says about classes.
///
/// - Softmax over several outputs is one class for each; one output with sigmoid is two classes, the second near 1.
/// - Several outputs without softmax can be scores of classes or anything else. They are scores where names are given
///   for them, or where the data has as many classes.
/// - One output without sigmoid is a number. It is the score of the second of two classes only where both are named.
/// - A map, or more outputs than a label's byte can count, is never one.
package struct ClassifierOutput: Equatable, Sendable {
  package let shape: ImageShape
  package let activation: Activation

  package init(shape: ImageShape, activation: Activation) {
    self.shape = shape
    self.activation = activation
  }

  /// As many as an output can have channels.
  package static let largestClassCount = 65_535

  /// The classes that it can tell apart, if it is a classifier.
  package var classCount: Int { max(shape.count, 2) }

  /// The names of the classes, in the order of the outputs.
  ///
  /// - Parameters:
  ///   - given: names chosen by the user for this network.
  ///   - data: those of the data that it is used with; taken only if there are as many.
  /// - Throws: why it is no classifier, and what would help.
  package func classNames(given: [String]?, data: [String]? = nil) throws(NetworkError) -> [String] {
    if let reason = impossible { throw NetworkError(reason) }
    if let given {
      if let reason = Self.nameFault(given) { throw NetworkError(reason) }
      guard given.count == classCount else { throw NetworkError(mismatch(given)) }
      return given
    }
    let fits = data.map { $0.count == classCount } ?? false
    if let data, fits, shape.count > 1 || activation == .sigmoid { return data }
    switch (activation, shape.count) {
    case (.softmax, _), (.sigmoid, 1): return (0..<classCount).map(String.init)
    case (_, 1):
      throw NetworkError(
        "its one output ends in \(activation.word), so it is a number and no class. Should it be the score of the "
          + "second of two classes, name both with --classes FIRST,SECOND")
    default:
      let found = data.map { " (the data has \($0.count) classes)" } ?? ""
      throw NetworkError(
        "its \(shape.count) outputs end in \(activation.word), so nothing says that they are classes\(found). "
          + "Should they be, name them in order with --classes A,B,…")
    }
  }

  /// What the values say, for a model that need not be a classifier.
  ///
  /// - Labels or numbers where the data has as many, and the output is no softmax. Numbers of one sigmoid that are all
  ///   0 or 1 are two classes.
  /// - Classes where `classNames` finds some.
  /// - Labels where there are several outputs with a sigmoid each, but as many as the inputs are a reconstruction.
  /// - Else numbers.
  ///
  /// - Parameters:
  ///   - given: names chosen by the user, of classes, or of labels where the data has as many.
  ///   - targets: of the data that it is used with.
  ///   - inputCount: the numbers that the network takes.
  /// - Throws: why the names that were given do not fit.
  package func meaning(
    given: [String]?, targets: ItemTargets, inputCount: Int
  ) throws(NetworkError) -> (meaning: OutputMeaning, names: [String]) {
    if case .labels(_, let names) = targets, fits(targets) {
      guard let given else { return (.labels, names) }
      guard given.count == shape.count else { throw NetworkError(mismatch(given)) }
      if let reason = Self.nameFault(given) { throw NetworkError(reason) }
      return (.labels, given)
    }
    if let given { return (.classes, try classNames(given: given)) }
    if case .numbers = targets, fits(targets), !isBinary(targets) { return (.numbers, []) }
    var data: [String]?
    if case .classes(_, let names) = targets { data = names }
    do throws(NetworkError) {
      return (.classes, try classNames(given: nil, data: data))
    } catch {
      let areLabels =
        shape.isFlat && shape.count > 1 && activation == .sigmoid && shape.count != inputCount
        && shape.count <= Self.largestClassCount
      return (areLabels ? .labels : .numbers, [])
    }
  }

  /// Whether the values can be compared with targets, of which they are as many.
  package func fits(_ targets: ItemTargets) -> Bool {
    switch targets {
    case .none, .several: false
    case .classes(_, let names):
      ((try? classNames(given: nil, data: names)).map { $0.count == names.count } ?? false)
    case .labels(_, let names):
      shape.isFlat && shape.count > 1 && activation != .softmax && names.count == shape.count
    case .numbers: targets.width == shape.count && activation != .softmax
    }
  }

  /// Whether numbers are the two classes of one sigmoid.
  private func isBinary(_ targets: ItemTargets) -> Bool {
    guard case .numbers(let numbers, _) = targets, shape.count == 1, activation == .sigmoid else {
      return false
    }
    return numbers.allSatisfy { $0 == 0 || $0 == 1 }
  }

  /// Whether names can be those of its classes.
  func takesNames(_ names: [String]) -> Bool { impossible == nil && names.count == classCount }

  /// Why no names can make it a classifier; nil where they can.
  private var impossible: String? {
    guard shape.isFlat else {
      return "its output is \(shape), not one row of numbers, one for each class"
    }
    if shape.count == 1, activation == .softmax {
      return "softmax over one output is always 1, so it tells nothing"
    }
    guard shape.count <= Self.largestClassCount else {
      return "it has \(shape.count) outputs; the limit is \(Self.largestClassCount) classes"
    }
    return nil
  }

  /// Why the names of classes do not fit; nil when they do.
  private func fault(of names: [String]) -> String? {
    Self.nameFault(names) ?? impossible ?? (names.count == classCount ? nil : mismatch(names))
  }

  /// Why a meaning and names do not fit; nil when they do.
  func fault(of output: ModelOutput) -> String? {
    switch output.meaning {
    case nil: return output.names.isEmpty ? nil : fault(of: output.names)
    case .classes: return output.names.isEmpty ? "its classes have no names" : fault(of: output.names)
    case .labels where !shape.isFlat || activation == .softmax:
      return "its output of \(shape) that ends in \(activation.word) cannot be labels"
    case .labels, .numbers:
      if output.names.isEmpty { return nil }
      let values = shape.isFlat ? shape.count : shape.channels
      // One number may have a name too.
      if output.names.count == 1, values == 1, output.names[0].isLabel, output.names[0].utf8.count < 256 {
        return nil
      }
      return Self.nameFault(output.names) ?? (output.names.count == values ? nil : mismatch(output.names))
    }
  }

  private func mismatch(_ names: [String]) -> String {
    "the network has \(shape.count) output\(shape.count == 1 ? "" : "s"), but there are \(names.count) classes: "
      + "[\(Self.shown(names))]"
  }

  private static func nameFault(_ names: [String]) -> String? {
    guard (2...largestClassCount).contains(names.count), Set(names).count == names.count,
      names.allSatisfy({ (1...255).contains($0.utf8.count) })
    else {
      return
        "its \"classes\" are [\(shown(names))]: there must be 2 to 65,535 different names of 1 to 255 bytes"
    }
    if let name = names.first(where: { !$0.isLabel }) {
      return
        "its class \(name.quoted) has characters that cannot be seen, or bytes that are no UTF-8: rename it"
    }
    return nil
  }

  private static func shown(_ names: [String]) -> String {
    names.prefix(12).map(\.quoted).joined(separator: ", ")
  }
}
