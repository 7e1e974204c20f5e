import Octet
import OctetCommandLine
import OctetNetwork
import OctetQuantization

/// The option that says in how many bits weights are stored.
enum BitsOption {
  static let option = OptionDescription(
    "bits", takes: .choice("N", of: WeightBits.allCases.map(\.rawValue)), default: WeightBits.eight.rawValue,
    help: "bits of a weight where the network does not say it; depthwise layers and first convolutions keep 8"
  )

  static let budget = OptionDescription(
    "budget", takes: .text("BYTES"), default: "none",
    help: "the size of the file, as in 60000 or 64K: bits of each layer are chosen so that it fits")

  /// The size that the file may have; nil for any.
  static func budget(_ arguments: ParsedArguments) throws(UsageError) -> Int? {
    guard let text = arguments.value("budget") else { return nil }
    guard arguments.value("bits") == nil else {
      throw arguments.usageError("--bits and --budget both say how weights are stored: give one of them")
    }
    guard case .bytes(let bytes)? = MemoryGoal(arena: text) else {
      throw arguments.usageError("--budget takes a number of bytes, as in 60000 or 64K, not '\(text)'")
    }
    return bytes
  }

  static func encoding(_ arguments: ParsedArguments) -> WeightEncoding {
    arguments.value("bits").flatMap(WeightBits.init).map { WeightEncoding($0) } ?? .int8
  }
}
