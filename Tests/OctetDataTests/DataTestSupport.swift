import Foundation
import OctetData
import OctetNetwork
import Testing

/// A few images of 2 x 3 with every byte different from its neighbours.
func smallSet(count: Int, classes: Int = 10) -> LabeledItems {
  LabeledItems(
    shape: ImageShape(height: 2, width: 3, channels: 1),
    pixels: (0..<count * 6).map { UInt8(truncatingIfNeeded: $0 * 37 + 5) },
    labels: (0..<count).map { UInt8($0 % classes) }, classNames: (0..<classes).map(String.init))
}

extension LabeledItems {
  func isSame(as other: LabeledItems) -> Bool {
    shape == other.shape && pixels == other.pixels && labels == other.labels && classNames == other.classNames
  }
}

/// Where the real MNIST is, if this machine has it.
let realMNIST = ProcessInfo.processInfo.environment["OCTET_MNIST"]
