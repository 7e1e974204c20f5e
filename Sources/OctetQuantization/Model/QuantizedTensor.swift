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

  /// Writes the tensor's record, but for where its ring is. What does not fit a field becomes the largest value that
  /// does; `QuantizedModel.fault` finds it.
  func write(to draft: RecordDraft, tensor index: Int) {
    func set(_ field: UInt32, _ value: some FixedWidthInteger) { draft.set(field, ofTensor: index, value) }
    typealias Field = TensorRecord.Field
    set(Field.height, UInt16(clamping: shape.height))
    set(Field.width, UInt16(clamping: shape.width))
    set(Field.channels, UInt16(clamping: shape.channels))
    set(Field.borderAbove, UInt16(clamping: border.above))
    set(Field.borderBelow, UInt16(clamping: border.below))
    set(Field.borderLeft, UInt16(clamping: border.left))
    set(Field.borderRight, UInt16(clamping: border.right))
    set(Field.zeroPoint, Int8(zeroPoint))
    set(Field.elementBytes, UInt8(elementBytes))
    set(Field.scaleBits, scale.bitPattern)
  }
}

/// A height and a width: of a window, a stride, a pool.
package struct Extent: Hashable, Sendable {
  package var height: Int
  package var width: Int

  package init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// What stands where there is no window or pool.
  package static let one = Extent(1, 1)

  package var count: Int { height * width }
}

extension Extent: CustomStringConvertible {
  package var description: String { "\(height)x\(width)" }
}
