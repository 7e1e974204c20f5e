import OctetData
import OctetHost
import OctetNetwork
import OctetQuantization
import OctetTraining
import Testing

/// Remedies scale channels, make them in parts or apart: the float network must give what it gave.
struct ChannelRemedyTests {
  private let shape = ImageShape(height: 12, width: 12, channels: 1)
  private let workers = Workers(count: 1)

  private static let networks = [
    """
    input 12x12x1
    a = conv 6 3x3 relu
    b = depthwise 3x3 relu
    c = conv 8 1x1
    globalaveragepool
    dense 4 softmax
    """,
    """
    input 12x12x1
    conv 6 3x3 stride 2 relu
    maxpool 2x2 stride 1
    depthwise 3x3 multiplier 2 relu
    flatten
    dense 4 softmax
    """,
    """
    input 12x12x1
    stem = conv 6 3x3 padding same relu
    conv 6 3x3 padding same relu
    conv 6 3x3 padding same
    add stem relu
    averagepool 2x2
    conv 5 3x3 leakyrelu:0.1
    flatten
    dense 3 softmax
    """,
    "input 12x12x1\nconv 6 3x3 relu6\ndepthwise 3x3 relu6\nconv 8 1x1 relu\nflatten\ndense 12 relu\ndense 4 softmax",
  ]

  private func outputs(_ network: LoweredNetwork, _ images: LabeledItems) throws -> [Float] {
    let values = try FloatExecution(network, capacity: images.count, workers: workers).run(
      network.inputValues(images, 0..<images.count), count: images.count)
    return values.outputs[network.outputs[0].value]
  }

  @Test(arguments: networks, Equalization.allCases)
  func `the network gives what it gave`(text: String, kind: Equalization) throws {
    let images = FloatModels.images(60, shape: shape)
    for seed in 1...5 {
      let network = try LoweredNetwork(FloatModels.make(text, seed: UInt64(seed), gain: 2), picture: shape)
      let ranges = try ChannelRanges(network, images: images, workers: workers)
      let changed = try #require(kind.applied(to: network, ranges))
      let (one, other) = (try outputs(network, images), try outputs(changed, images))
      #expect(QuantizationReport.decibels(one, other) > 90)
      #expect(zip(network.layers, changed.layers).contains { $0.weights != $1.weights })
    }
  }

  @Test func `by values, all channels that depthwise layers read reach as far`() throws {
    let model = try FloatModels.make(Self.networks[0]).uneven([("a", "b"), ("b", "c")], octaves: 5)
    let network = try LoweredNetwork(model, picture: shape)
    let images = FloatModels.images(60, shape: shape)
    func spread(_ network: LoweredNetwork) throws -> [Double] {
      let ranges = try ChannelRanges(network, images: images, workers: workers)
      return [1, 2].map { value in
        let sizes = ranges.largest[value].filter { $0 > 0 }
        return Double((sizes.max() ?? 0) / (sizes.min() ?? 1))
      }
    }
    #expect(try spread(network).allSatisfy { $0 > 20 })
    let ranges = try ChannelRanges(network, images: images, workers: workers)
    let changed = try #require(Equalization.values.applied(to: network, ranges))
    #expect(try spread(changed).allSatisfy { $0 < 1.01 })
  }

  /// What is cut off at 6 stays cut off there, and no channel is brought beyond.
  @Test func `channels that reach the end of a clamp keep their size`() throws {
    let network = try LoweredNetwork(FloatModels.make(Self.networks[3], gain: 60), picture: shape)
    let images = FloatModels.images(60, shape: shape)
    let ranges = try ChannelRanges(network, images: images, workers: workers)
    #expect(ranges.largest[1].contains(6))
    let changed = try #require(Equalization.values.applied(to: network, ranges))
    let after = try ChannelRanges(changed, images: images, workers: workers)
    for channel in ranges.largest[1].indices where ranges.largest[1][channel] == 6 {
      #expect(after.largest[1][channel] == 6)
    }
    #expect(after.largest[1].allSatisfy { $0 <= 6 })
  }

  @Test(arguments: [
    "input 144\ndense 8 tanh\ndense 4 softmax", "input 12x12x1\nconv 4 3x3 silu\nflatten\ndense 4 softmax",
    "input 144\ndense 4 softmax",
  ])
  func `functions that keep no factor, the input and outputs are left alone`(text: String) throws {
    let network = try LoweredNetwork(FloatModels.make(text), picture: shape)
    let ranges = try ChannelRanges(network, images: FloatModels.images(20, shape: shape), workers: workers)
    for kind in Equalization.allCases { #expect(kind.applied(to: network, ranges) == nil) }
  }

  @Test(arguments: [
    ("input 12x12x1\nconv 6 3x3 relu\nconv 8 3x3 relu\nflatten\ndense 4 softmax", 0),
    ("input 12x12x1\nconv 6 3x3 relu\nmaxpool 2x2\nconv 8 3x3 relu6\nglobalaveragepool\ndense 4 softmax", 1),
    ("input 144\ndense 8 relu\ndense 6 relu\ndense 4 softmax", 1),
    ("input 12x12x1\nconv 6 3x3 relu\nmaxpool 2x2 stride 1\nflatten\ndense 4 softmax", 0),
  ])
  func `values in parts are the values`(text: String, place: Int) throws {
    let images = FloatModels.images(60, shape: shape)
    let network = try LoweredNetwork(FloatModels.make(text, gain: 2), picture: shape)
    let ranges = try ChannelRanges(network, images: images, workers: workers)
    let layer = network.layers.indices.filter { network.layers[$0].isWeighted }[place]
    let splits = ValueSplit.possible(layer, in: network, ranges)
    #expect(!splits.isEmpty)
    for split in splits {
      let changed = split.applied(to: network)
      #expect(
        changed.layers[layer].output.channels == network.layers[layer].output.channels + split.addedChannels)
      let after = try ChannelRanges(changed, images: images, workers: workers)
      #expect(after.largest[layer + 1].allSatisfy { $0 <= split.height })
      #expect(QuantizationReport.decibels(try outputs(network, images), try outputs(changed, images)) > 90)
    }
  }

  @Test(arguments: [
    "input 12x12x1\nconv 6 3x3 relu\ndepthwise 3x3 relu\nflatten\ndense 4 softmax",
    "input 12x12x1\nconv 6 3x3 tanh\nconv 4 3x3\nflatten\ndense 4 softmax",
    "input 144\ndense 4 softmax",
  ])
  func `values that no sum reads are not divided`(text: String) throws {
    let network = try LoweredNetwork(FloatModels.make(text), picture: shape)
    let ranges = try ChannelRanges(network, images: FloatModels.images(20, shape: shape), workers: workers)
    #expect(ValueSplit.possible(0, in: network, ranges).isEmpty)
  }

  @Test(arguments: [
    ("input 12x12x1\nconv 8 3x3 silu\ndepthwise 3x3 gelu\nconv 6 1x1 hardswish\nflatten\ndense 4 softmax", 0),
    (
      "input 12x12x1\nconv 6 3x3 relu\nmaxpool 2x2 stride 1\nconv 8 3x3 relu\nmaxpool 2x2\nflatten\ndense 4 softmax",
      0
    ),
    ("input 144\ndense 8 tanh\ndense 6 relu\ndense 4 softmax", 1),
    ("input 12x12x1\nconv 6 3x3 silu\nconv 8 3x3 silu\nmaxpool 2x2\nglobalaveragepool\ndense 4 softmax", 1),
  ])
  func `channels computed apart give what they gave`(text: String, place: Int) throws {
    let images = FloatModels.images(60, shape: shape)
    var count = 0
    for seed in 1...4 {
      let network = try LoweredNetwork(FloatModels.make(text, seed: UInt64(seed), gain: 2), picture: shape)
      let ranges = try ChannelRanges(network, images: images, workers: workers)
      let layer = network.layers.indices.filter { network.layers[$0].isWeighted }[place]
      for partition in ChannelPartition.possible(layer, in: network, ranges) {
        count += 1
        let (changed, places) = partition.applied(to: network)
        #expect(changed.layers.count > network.layers.count && places.count == network.layers.count)
        #expect(QuantizationReport.decibels(try outputs(network, images), try outputs(changed, images)) > 90)
        // What becomes of a layer gives its channels, together.
        for (old, new) in zip(network.layers, places) {
          #expect(new.map { changed.layers[$0].output.channels }.reduce(0, +) == old.output.channels)
        }
      }
    }
    #expect(count > 0)
  }

  @Test(arguments: [
    "input 12x12x1\na = conv 4 3x3 relu\nb = conv 4 1x1\nadd a\nflatten\ndense 4 softmax",
    "input 12x12x1\na = conv 4 3x3 silu\nb = depthwise 3x3 padding same\nadd a\nflatten\ndense 4 softmax",
    "input 144\ndense 4 softmax",
  ])
  func `channels are only parted where nothing but sums mixes them`(text: String) throws {
    let network = try LoweredNetwork(FloatModels.make(text), picture: shape)
    let ranges = try ChannelRanges(network, images: FloatModels.images(20, shape: shape), workers: workers)
    for layer in network.layers.indices {
      #expect(ChannelPartition.possible(layer, in: network, ranges).isEmpty)
    }
  }
}
