/// Why a file was rejected: the rule, where in the file, and what stood there.
public struct ModelError: Error, Equatable, Sendable {
  /// The rule that was broken.
  public let rule: ModelRule
  /// Bytes from the start of the file.
  public let offset: UInt32
  /// The value found, as its bits.
  public let value: UInt32

  /// A rule that does not hold for the value at an offset.
  package init(_ rule: ModelRule, offset: UInt32, value: UInt32) {
    self.rule = rule
    self.offset = offset
    self.value = value
  }
}

/// Throws unless `condition` holds.
@inline(__always)
func require(_ condition: Bool, _ rule: ModelRule, at offset: UInt32, _ value: UInt32) throws(ModelError) {
  if !condition { throw ModelError(rule, offset: offset, value: value) }
}

/// A product that is nil once it does not fit 32 bits: sizes on a small chip are no wider.
struct CheckedSize {
  private(set) var value: UInt32?

  init(_ value: UInt32) { self.value = value }

  @inline(__always) func times(_ factor: UInt32) -> CheckedSize {
    guard let value else { return self }
    let (product, overflows) = value.multipliedReportingOverflow(by: factor)
    var result = self
    result.value = overflows ? nil : product
    return result
  }

  @inline(__always) func plus(_ term: UInt32) -> CheckedSize {
    guard let value else { return self }
    let (sum, overflows) = value.addingReportingOverflow(term)
    var result = self
    result.value = overflows ? nil : sum
    return result
  }

  /// Up to the next multiple of 16.
  @inline(__always) func paddedTo16() -> CheckedSize {
    guard let raised = plus(15).value else { return plus(15) }
    return CheckedSize(raised & ~15)
  }
}
