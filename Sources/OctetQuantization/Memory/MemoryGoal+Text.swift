// How much memory there is, as users write it.

extension MemoryGoal {
  /// A number of bytes, as in 4000 or 16K, or the word smallest; nil for all else.
  package init?(arena text: String) {
    if text == "smallest" {
      self = .smallest
      return
    }
    guard let bytes = Self.bytes(text) else { return nil }
    self = .bytes(bytes)
  }

  /// Two sizes, as in fast=8K,slow=64K; nil for all else.
  package init?(regions text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let sizes = zip(parts, ["fast=", "slow="]).compactMap { part, name in
      part.hasPrefix(name) ? Self.bytes(String(part.dropFirst(name.count))) : nil
    }
    guard parts.count == 2, sizes.count == 2 else { return nil }
    self = .regions(fast: sizes[0], slow: sizes[1])
  }

  private static func bytes(_ text: String) -> Int? {
    let isThousands = text.hasSuffix("K")
    guard let number = Int(isThousands ? String(text.dropLast()) : text), number >= 1, number <= 1 << 28
    else { return nil }
    return isThousands ? number * 1_024 : number
  }
}
