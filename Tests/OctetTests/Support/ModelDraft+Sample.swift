import Octet
import OctetTraining

extension ModelDraft {
  /// A small valid model with one layer of every kind.
  ///
  ///     0 input 8x8x1, border 1
  ///     1 convolution 3x3, fused pool 2x2   4x4x2, border 1
  ///     2 depthwise 3x3                     4x4x2
  ///     3 add 1 and 2                       4x4x2
  ///     4 maximum pooling 2x2, stride 1     3x3x2
  ///     5 average pooling 3x3, cut          3x3x2
  ///     6 table                             3x3x2
  ///     7 global average of 3               1x1x2
  ///     8 dense of 6, with a table          1x1x2
  ///     9 add 7 and 8                       1x1x2
  ///    10 dense of 9, int16                 1x1x3
  static var sample: ModelDraft {
    var random = RepeatingGenerator(state: 7)
    func weights(_ count: Int) -> [Int8] {
      (0..<count).map { _ in Int8.random(in: -127...127, using: &random) }
    }
    let table = (0..<256).map { Int8(truncatingIfNeeded: ($0 - 128) / 2) }
    var tensors = [
      Tensor(8, 8, 1, border: 1, zeroPoint: -128), Tensor(4, 4, 2, border: 1, zeroPoint: 3),
      Tensor(4, 4, 2, zeroPoint: 1), Tensor(4, 4, 2, zeroPoint: -5), Tensor(3, 3, 2, zeroPoint: -5),
      Tensor(3, 3, 2, zeroPoint: 2), Tensor(3, 3, 2, zeroPoint: 0), Tensor(1, 1, 2, zeroPoint: 4),
      Tensor(1, 1, 2, zeroPoint: 9), Tensor(1, 1, 2, zeroPoint: 0), Tensor(1, 1, 3, elementBytes: 2),
    ]
    tensors[4].scale = 0.25
    var layers = [
      Layer(.convolution, input: 0), Layer(.depthwiseConvolution, input: 1), Layer(.add, input: 1),
      Layer(.maximumPooling, input: 3), Layer(.averagePooling, input: 4), Layer(.table, input: 5),
      Layer(.globalAveragePooling, input: 3), Layer(.dense, input: 6), Layer(.add, input: 7),
      Layer(.dense, input: 9),
    ]
    layers[0].window = (3, 3)
    layers[0].reach = (1, 1)
    layers[0].pool = (2, 2)
    layers[0].clamp = (3, 127)
    layers[0].constants = parameters(bias: [100, -2000], weights: weights(18))
    layers[1].window = (3, 3)
    layers[1].reach = (1, 1)
    layers[1].rounding = 1
    layers[1].constants = parameters(bias: [50, -50], weights: weights(18))
    layers[2].second = 2
    layers[2].constants = factors(1 << 20, 700_000, shift: 20)
    layers[3].window = (2, 2)
    layers[3].clamp = (0, 0)
    layers[4].window = (3, 3)
    layers[4].reach = (1, 1)
    layers[4].constants = pairs(9)
    layers[5].clamp = (0, 0)
    layers[5].constants = table.map { UInt8(bitPattern: $0) }
    layers[6].constants = pairs(1)
    layers[6].accumulatorsBytes = 8
    layers[7].flags = 1
    layers[7].accumulatorsBytes = 8
    layers[7].constants = parameters(bias: [10, 20], table: table, weights: weights(36))
    layers[8].second = 8
    layers[8].constants = factors(1 << 21, 1 << 20, shift: 21)
    layers[9].clamp = (-32768, 32767)
    layers[9].constants = parameters(bias: [1000, 0, -1000], shift: 33, weights: weights(6))
    return ModelDraft(tensors: tensors, layers: layers)
  }
}

extension ModelDraft {
  /// A small valid model with one layer of each kind of two inputs that the other lacks, and of those that move values.
  ///
  ///     0 input 4x4x2
  ///     1 multiply 0 by a constant for each channel   4x4x2
  ///     2 global average of 1                         1x1x2
  ///     3 subtract 2 from 1, at every place           4x4x2
  ///     4 minimum 3 and a constant for each value     4x4x2
  ///     5 concatenation 3 and 4                       4x4x4
  ///     6 arrangement of 5, columns as rows           4x4x4
  ///     7 resampling of 6                             3x5x4
  ///     8 softmax of 7                                3x5x4
  ///     9 squared difference of 8 and 7               3x5x4
  ///    10 dense of 9, int16                           1x1x3
  static var moves: ModelDraft {
    var random = RepeatingGenerator(state: 9)
    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) } }
    var tensors = [
      Tensor(4, 4, 2, zeroPoint: -128), Tensor(4, 4, 2, zeroPoint: 3), Tensor(1, 1, 2, zeroPoint: 1),
      Tensor(4, 4, 2, zeroPoint: -5), Tensor(4, 4, 2, zeroPoint: -5), Tensor(4, 4, 4, zeroPoint: -5),
      Tensor(4, 4, 4, zeroPoint: -5), Tensor(3, 5, 4, zeroPoint: -5), Tensor(3, 5, 4, zeroPoint: -128),
      Tensor(3, 5, 4, zeroPoint: -128), Tensor(1, 1, 3, elementBytes: 2),
    ]
    tensors[8].scale = 1 / 256
    var layers = [
      Layer(.multiply, input: 0), Layer(.globalAveragePooling, input: 1), Layer(.subtract, input: 1),
      Layer(.minimum, input: 3), Layer(.concatenation, input: 3), Layer(.arrangement, input: 5),
      Layer(.resampling, input: 6), Layer(.softmax, input: 7), Layer(.squaredDifference, input: 8),
      Layer(.dense, input: 9),
    ]
    layers[0].flags = 8
    layers[0].rounding = 1
    let factors: [UInt32] = [0, 0, 1 << 30 + 12_345, 36 << 16 | 7 << 24]
    for word in factors { layers[0].constants.append32(word) }
    layers[0].constants += bytes(2)
    layers[0].constants.padTo16()
    layers[1].accumulatorsBytes = 8
    layers[1].constants = pairs(1)
    layers[2].second = 2
    layers[2].constants = Self.factors(1 << 20, 700_000, shift: 20)
    layers[3].flags = 16
    layers[3].constants = Self.factors(1 << 20, 1 << 19, shift: 20) + bytes(32)
    layers[3].constants[15] = 200
    layers[4].second = 4
    layers[4].constants = Self.factors(1 << 20, 900_000, shift: 20)
    for word: UInt32 in [0, 0x0101, 4, 4, 4, 16, 4, 1] { layers[5].constants.append32(word) }
    for _ in 0..<5 {
      layers[5].constants.append32(1)
      layers[5].constants.append32(0)
    }
    layers[5].constants.padTo16()
    for place: UInt32 in [0, 1 | 500 << 16, 3, 0, 1, 1 | 1023 << 16, 2 | 7 << 16, 3] {
      layers[6].constants.append32(place)
    }
    layers[7].constants.append32(1 << 30 + 99)
    layers[7].constants.append32(22)
    layers[7].constants.padTo16()
    layers[8].second = 7
    layers[8].rounding = 1
    for word: UInt32 in [1 << 30 + 5, 1 << 30, 1 << 30 + 777, 32 | 31 << 8 | 50 << 16] {
      layers[8].constants.append32(word)
    }
    layers[9].accumulatorsBytes = 12
    layers[9].constants = parameters(
      bias: [1000, 0, -1000], shift: 33, weights: bytes(180).map { Int8(bitPattern: $0) })
    for index in 5...7 { layers[index].clamp = (0, 0) }
    layers[9].clamp = (-32768, 32767)
    return ModelDraft(tensors: tensors, layers: layers)
  }
}

/// A small generator of random numbers that repeats itself.
struct RepeatingGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension ModelDraft {
  /// A mean over one large picture of two channels.
  static func meanOver(height: UInt16, width: UInt16, channels: UInt16 = 2) -> ModelDraft {
    var layer = Layer(.globalAveragePooling, input: 0)
    layer.accumulatorsBytes = 4 * UInt32(channels)
    layer.constants = pairs(1)
    return ModelDraft(
      tensors: [Tensor(height, width, channels), Tensor(1, 1, channels)], layers: [layer],
      labels: (0..<channels).map { "\($0)" })
  }
}
