/// An operator or layer of the file that a network was read from, and where its work went. It explains a network and
/// takes no part in computing it.
package struct SourceOperator: Hashable, Sendable {
  /// What its format calls such operators: "Conv2D", "CONV_2D".
  package let kind: String
  /// Its own name in the file, or that of what it gives.
  package let name: String
  /// Whether it computed something where it was read; others move, rename or convert values, or act in training only.
  package let computes: Bool
  /// The value of the network that holds what it gives: 0 is the input, `i` the output of layer `i - 1`. Nil where the
  /// output does not depend on it.
  package var value: Int?
  /// Whether another operator does its work.
  package var isFused = false

  package init(kind: String, name: String, computes: Bool, value: Int?) {
    self.kind = kind
    self.name = name
    self.computes = computes
    self.value = value
  }
}

extension [SourceOperator] {
  /// The same operators after values have got other numbers.
  ///
  /// - Parameter numbers: the new number of each value; nil for one that is gone.
  package func renumbered(_ numbers: [Int?]) -> [SourceOperator] {
    map { source in
      var source = source
      source.value = source.value.flatMap { numbers.indices.contains($0) ? numbers[$0] : nil }
      return source
    }
  }
}
