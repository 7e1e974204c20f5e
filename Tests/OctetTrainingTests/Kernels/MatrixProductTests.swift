import OctetHost
import OctetTraining
import TestSupport
import Testing

@Suite struct MatrixProductTests {
  /// Both implementations against the definition, over random sizes, strides, transposes and accumulation.
  @Test(arguments: 0..<120)
  func `equals the definition`(seed: Int) {
    var random = RandomStream.test(11, UInt64(seed))
    let (rows, columns, depth) = (random.integer(1...40), random.integer(1...40), random.integer(1...70))
    let (transposeLeft, transposeRight) = (random.integer(0...1) == 1, random.integer(0...1) == 1)
    let accumulate = random.integer(0...1) == 1
    let leftStride = (transposeLeft ? rows : depth) + random.integer(0...3)
    let rightStride = (transposeRight ? depth : columns) + random.integer(0...3)
    let stride = columns + random.integer(0...3)
    let left = random.floats(leftStride * (transposeLeft ? depth : rows))
    let right = random.floats(rightStride * (transposeRight ? columns : depth))
    let start = random.floats(stride * rows)

    var expected = start.map(Double.init)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = accumulate ? expected[row * stride + column] : 0
        for index in 0..<depth {
          let a = transposeLeft ? left[index * leftStride + row] : left[row * leftStride + index]
          let b = transposeRight ? right[column * rightStride + index] : right[index * rightStride + column]
          sum += Double(a) * Double(b)
        }
        expected[row * stride + column] = sum
      }
    }
    for isSwift in [true, false] {
      var result = start
      left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in
          result.withUnsafeMutableBufferPointer { result in
            guard let a = left.baseAddress, let b = right.baseAddress, let c = result.baseAddress else {
              return
            }
            let first = MatrixProduct.Operand(a, stride: leftStride, isTransposed: transposeLeft)
            let second = MatrixProduct.Operand(b, stride: rightStride, isTransposed: transposeRight)
            if isSwift {
              SwiftMatrixProduct.multiply(
                rows: rows, columns: columns, depth: depth, first, second, into: c, stride: stride,
                accumulate: accumulate)
            } else {
              MatrixProduct.multiply(
                rows: rows, columns: columns, depth: depth, first, second, into: c, stride: stride,
                accumulate: accumulate)
            }
          }
        }
      }
      // What lies between the rows must stay as it was, so the whole buffer is compared.
      for (a, b) in zip(result, expected) { #expect(abs(Double(a) - b) < 1e-4) }
    }
  }
}
