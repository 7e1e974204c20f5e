/// What one image costs: a bound that follows from the shapes of a model alone, whatever the image shows.
///
/// This is the one definition of cost: the loader refuses a model by it, and tools show it. It counts what the plain
/// kernels do; others may skip some of it, or copy windows of an image before they multiply, which they do no more
/// often than they multiply.
public struct Work: Equatable, Sendable {
  /// Products with a weight, each added to a sum.
  public internal(set) var multiplyAdds: UInt64
  /// Values compared or added without a weight: what pools and means look at, and both operands of an addition.
  public internal(set) var additionsAndComparisons: UInt64
  /// Bytes written to rings: each is filled before the first image, then each row is written, border included.
  public internal(set) var bytesMoved: UInt64

  /// All three together, which a limit is compared with.
  public var total: UInt64 { multiplyAdds &+ additionsAndComparisons &+ bytesMoved }

  /// The most that the loader accepts unless it is told otherwise: 20 billion, some seconds on a fast processor. The
  /// large networks for pictures of 224 x 224 pixels stay below it; those that fit small chips take less than a
  /// thousandth.
  public static var defaultLimit: UInt64 { 20_000_000_000 }
}

// Nothing here overflows. The loader has found, before it asks, that a row and a column of places lie on an input with
// its border, so there are at most 4,861 x 4,861 x 65,535 places; that a place has at most 131,071 weights, or 65,025
// cells under a window; and that no tensor has more than 2^28 bytes. That makes at most 2 * 10^17 operations in a
// layer, and 1.3 * 10^19 in 63 of them, below 2^64.

extension Model {
  /// What one image costs in all layers.
  public var work: Work {
    var sum = Work(multiplyAdds: 0, additionsAndComparisons: 0, bytesMoved: input.bytesMoved)
    for index in 0..<layerCount {
      let part = work(ofLayer: index)
      sum.multiplyAdds &+= part.multiplyAdds
      sum.additionsAndComparisons &+= part.additionsAndComparisons
      sum.bytesMoved &+= part.bytesMoved
    }
    return sum
  }

  /// What one image costs in layer `index`, counted from 0 and below `layerCount`.
  public func work(ofLayer index: Int) -> Work {
    shape(index).work
  }
}

extension LayerShape {
  /// What a layer costs in all: `work.total` with one product, as small chips hold one more in dozens of bytes of code.
  var totalWork: UInt64 {
    places &* UInt64(narrow: weightsPerOutput &+ cellsPerPlace) &+ output.bytesMoved
  }

  /// What a layer costs.
  fileprivate var work: Work {
    let places = places
    return Work(
      multiplyAdds: places &* UInt64(narrow: weightsPerOutput),
      additionsAndComparisons: places &* UInt64(narrow: cellsPerPlace), bytesMoved: output.bytesMoved)
  }
}

extension TensorRecord {
  /// The ring filled with the zero point, then each row written once, border included.
  var bytesMoved: UInt64 {
    UInt64(narrow: UInt32(ringRows &+ allRows) &* UInt32(truncatingIfNeeded: rowBytes))
  }
}

extension UInt64 {
  /// On 32-bit chips `UInt64(_:)` goes through a collection of words, which Embedded Swift counts as code that
  /// allocates.
  @inline(__always)
  init(narrow value: UInt32) { self.init(_truncatingBits: UInt(value)) }
}
