extension PixelRange {
  /// Of the named ranges that which goes with blue, green, red.
  package static let blueFirstName = "caffe"

  /// From what users write: LOW:HIGH, one for each channel with commas between, mean=M,…:std=S,…, or tf, torch or
  /// caffe; nil for what is no range.
  package init?(text: String) {
    switch text {
    case "tf": self = .tf
    case "torch": self = .torch
    case Self.blueFirstName: self = .caffe
    default:
      if text.hasPrefix("mean=") {
        let parts = text.dropFirst("mean=".count).split(separator: ":std=", omittingEmptySubsequences: false)
        guard parts.count == 2, let mean = Self.numbers(parts[0]), let deviation = Self.numbers(parts[1]),
          mean.count == deviation.count, deviation.allSatisfy({ $0 > 0 })
        else { return nil }
        self.init(mean: mean, deviation: deviation)
      } else {
        var channels: [ClosedRange<Float>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
          let ends = part.split(separator: ":", omittingEmptySubsequences: false).map(Self.number)
          guard ends.count == 2, let low = ends[0], let high = ends[1], low < high else { return nil }
          channels.append(low...high)
        }
        self.init(channels: channels)
      }
    }
    guard zip(lows, highs).allSatisfy({ abs($0) <= 1e6 && abs($1) <= 1e6 && $0 < $1 }) else { return nil }
  }

  private static func numbers(_ text: Substring) -> [Float]? {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map(number)
    return numbers.contains(nil) ? nil : numbers.compactMap(\.self)
  }

  private static func number(_ text: some StringProtocol) -> Float? {
    Float(text).flatMap { abs($0) <= 1e6 ? $0 : nil }
  }
}
