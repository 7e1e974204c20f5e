import Foundation
import OctetNetwork
import OctetTraining
import Testing

/// Functions that are made of others, against those of the C library, at their corners too.
struct ValueFunctionTests {
  static let points: [Double] = [
    -7.5, -3, -1.5, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 3, 7.5,
  ]

  static let pairs: [(String, ValueFunction, @Sendable (Double) -> Double)] = [
    ("sign", .sign, { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }),
    ("floor", .call(.floor, .argument), { Foundation.floor($0) }), ("ceil", .ceil, { Foundation.ceil($0) }),
    ("trunc", .trunc, { Foundation.trunc($0) }), ("round", .call(.round, .argument), { Foundation.rint($0) }),
    ("not 0", .isNotZero, { $0 == 0 ? 0 : 1 }), ("tan", .tan, { Foundation.tan($0) }),
    ("sinh", .sinh, { Foundation.sinh($0) }), ("cosh", .cosh, { Foundation.cosh($0) }),
    ("asin", .asin, { Foundation.asin($0) }), ("acos", .acos, { Foundation.acos($0) }),
    ("atan", .call(.atan, .argument), { Foundation.atan($0) }), ("asinh", .asinh, { Foundation.asinh($0) }),
    ("acosh", .acosh, { Foundation.acosh($0) }), ("atanh", .atanh, { Foundation.atanh($0) }),
    ("hard shrink", .hardShrink(0.5), { abs($0) > 0.5 ? $0 : 0 }),
    (
      "soft shrink", .softShrink(0.5, offset: 0.25),
      { $0 > 0.5 ? $0 - 0.25 : $0 < -0.5 ? $0 + 0.25 : 0 }
    ),
    ("squareplus", .squareplus(4), { ($0 + sqrt($0 * $0 + 4)) / 2 }),
    ("sparse plus", .sparsePlus, { $0 <= -1 ? 0 : $0 >= 1 ? $0 : ($0 + 1) * ($0 + 1) / 4 }),
  ]

  @Test(arguments: pairs.indices)
  func `a function gives what its definition gives`(index: Int) {
    let (name, function, expected) = Self.pairs[index]
    for point in Self.points {
      let (found, wanted) = (function.value(point), expected(point))
      // Where there is no number, there is none here.
      let isEqual =
        found == wanted || found.isNaN && wanted.isNaN || abs(found - wanted) <= 1e-12 * max(1, abs(wanted))
      #expect(isEqual, "\(name) of \(point): \(found), not \(wanted)")
    }
    #expect(ValueFunction(word: function.description) == function, "\(name)")
  }

  @Test(arguments: [-16, -3, -2.5, -1, -0.5, -0.25, 0.5, 0.75, 1, 2, 4, 5, 16])
  func `a power is what the C library makes it`(exponent: Double) throws {
    let power = try #require(ValueFunction.power(exponent))
    for point in [0.25, 0.5, 1, 1.5, 3] {
      let wanted = pow(point, exponent)
      #expect(abs(power.value(point) - wanted) <= 1e-12 * wanted, "\(point)")
    }
    #expect(power.value(-2).isNaN == pow(-2, exponent).isNaN)
  }

  @Test func `there are powers that would be too large`() {
    for exponent in [0, 17, -20, .infinity, .nan] { #expect(ValueFunction.power(exponent) == nil) }
  }
}
