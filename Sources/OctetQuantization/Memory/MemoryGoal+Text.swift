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

  /// Two sizes, as in fast=8K,slow=64K, in either order; nil for all else.
  package init?(regions text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    func size(_ name: String) -> Int? {
      let own = parts.filter { $0.hasPrefix(name) }
      return own.count == 1 ? Self.bytes(String(own[0].dropFirst(name.count))) : nil
    }
    guard parts.count == 2, let fast = size("fast="), let slow = size("slow=") else { return nil }
    self = .regions(fast: fast, slow: slow)
  }

  private static func bytes(_ text: String) -> Int? {
    let factor =
      switch text.last {
      case "K", "k": 1_024
      case "M": 1_048_576
      default: 1
      }
    guard let number = Int(factor > 1 ? String(text.dropLast()) : text), number >= 1 else { return nil }
    let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: factor)
    return isTooLarge || bytes > 1 << 28 ? nil : bytes
  }
}
