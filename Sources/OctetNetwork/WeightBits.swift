/// In how many bits a layer's weights are to be stored. The raw value is the word for it.
package enum WeightBits: String, CaseIterable, Sendable {
  case eight = "8"
  case four = "4"
  /// -1, 0 or 1: 1.6 bits.
  case ternary

  /// The words, for messages.
  package static let words = "8, 4 or ternary"
}
