import Octet
import OctetNetwork

/// The input of a quantized model or the output of one of its layers: shape, border and the meaning of its integers.
package struct QuantizedTensor: Hashable, Sendable {
  /// Rows and columns around the picture that hold the zero point, for convolutions that reach over the edge.
  package struct Border: Hashable, Sendable {
    package var above = 0
    package var below = 0
    package var left = 0
    package var right = 0

    package init(above: Int = 0, below: Int = 0, left: Int = 0, right: Int = 0) {
      self.above = above
      self.below = below
      self.left = left
      self.right = right
    }
  }

  package var shape: ImageShape
  package var border: Border
  /// The integer that stands for 0.
  package var zeroPoint: Int
  /// 1 for int8, 2 for int16.
  package var elementBytes: Int
  /// What one step of the integers is worth.
  package var scale: Float

  package init(
    shape: ImageShape, border: Border = Border(), zeroPoint: Int, elementBytes: Int = 1, scale: Float
  ) {
    self.shape = shape
    self.border = border
    self.zeroPoint = zeroPoint
    self.elementBytes = elementBytes
    self.scale = scale
  }

  /// The tensor as a record of the file, but for where its ring is. What does not fit a field becomes the largest value that
  /// does; `QuantizedModel.fault` finds it.
  var record: TensorRecord {
    var record = TensorRecord(
      height: UInt16(clamping: shape.height), width: UInt16(clamping: shape.width),
      channels: UInt16(clamping: shape.channels))
    (record.borderAbove, record.borderBelow) = (UInt8(clamping: border.above), UInt8(clamping: border.below))
    (record.borderLeft, record.borderRight) = (UInt8(clamping: border.left), UInt8(clamping: border.right))
    record.zeroPoint = Int8(zeroPoint)
    record.elementBytes = UInt8(elementBytes)
    record.scaleBits = scale.bitPattern
    return record
  }
}
