import OctetData
import OctetNetwork
import OctetTraining
import Testing

@Suite struct RunIdentityTests {
  private func run(_ change: (inout TrainingSettings) throws -> Void = { _ in }) throws -> RunIdentity {
    var settings = TrainingSettings()
    try change(&settings)
    return RunIdentity(
      network: try NetworkDescription(text: SampleModels.text), settings: settings, data: "d")
  }

  @Test func `every setting but the end is fixed`() throws {
    let values: [TrainingSetting: String] = [
      .loss: "hinge", .optimizer: "rmsprop", .learningRate: "0.5", .schedule: "cosine", .batch: "full",
      .epochs: "77", .integerEpochs: "7",
      .validationSplit: "0.5", .testSplit: "0.25", .seed: "9", .digits: "0,1", .images: "100",
      .augment: "shift=1",
      .earlyStopping: "3", .huberDelta: "0.5", .labelSmoothing: "0.25", .classWeights: "balanced",
      .target: "input", .weightDecay: "0.125", .warmUp: "1.5", .clipNorm: "2.0", .average: "0.875",
      .watch: "f1",
      .freeze: "..conv-1", .teacherShare: "0.75", .temperature: "4.0",
    ]
    let plain = try run()
    #expect(plain.difference(from: try run()) == nil)
    for setting in TrainingSetting.allCases where setting != .momentum {
      let value = try #require(values[setting])
      let changed = try run { try setting.apply(value, to: &$0) }
      let difference = plain.difference(from: changed)
      if RunIdentity.freeSettings.contains(setting) {
        #expect(difference == nil)
      } else {
        #expect(difference?.what == setting.name)
        #expect(difference?.wanted == value)
        #expect(changed.difference(from: plain)?.saved == value)
      }
    }
    let slow = try run { $0.optimizer = .sgd(momentum: 0.5) }
    let fast = try run { $0.optimizer = .sgd(momentum: 0.9) }
    #expect(slow.difference(from: fast) == RunDifference(what: "momentum", saved: "0.5", wanted: "0.9"))
  }

  @Test func `what is left out is the same as the usual`() throws {
    let spelled = try run {
      $0.loss = .sparseCategoricalCrossentropy
      $0.learningRate = 0.001
    }
    #expect(try run().difference(from: spelled) == nil)
    #expect(try run() == spelled)
  }

  @Test func `networks are compared line by line`() throws {
    func other(_ text: String) throws -> RunDifference? {
      try run().difference(
        from: RunIdentity(network: NetworkDescription(text: text), settings: TrainingSettings(), data: "d"))
    }
    #expect(try other("# a comment\n" + SampleModels.text) == nil)
    let changed = try other(SampleModels.text.replacing("conv 2", with: "conv 3"))
    #expect(changed?.what == "network line 2")
    #expect(changed?.wanted?.contains("conv 3 3x3") == true)
    let shorter = try other("input 6x6x1\nconv 2 3x3 relu\nbatchnorm\nglobalaveragepool\n")
    #expect(shorter?.what == "network line 4")
    let prefix = try other("input 6x6x1\nconv 2 3x3 relu\nbatchnorm\nflatten\n")
    #expect(prefix?.what == "network line 5" && prefix?.wanted == nil)
    #expect(prefix?.description.contains("and not set here") == true)
  }

  @Test func `other data is another run`() throws {
    let other = RunIdentity(network: try run().network, settings: TrainingSettings(), data: "e")
    #expect(
      try run().difference(from: other) == RunDifference(what: "training data", saved: "d", wanted: "e"))
  }

  @Test func `the fingerprint sees every part`() {
    let shape = ImageShape(height: 1, width: 2, channels: 1)
    func print(_ pixels: [UInt8], _ labels: [UInt8], _ names: [String], _ shape: ImageShape) -> String {
      LabeledItems(shape: shape, pixels: pixels, labels: labels, classNames: names).fingerprint
    }
    let all = [
      print([1, 2, 3, 4], [0, 1], ["a", "b"], shape), print([1, 2, 4, 3], [0, 1], ["a", "b"], shape),
      print([1, 2, 3, 4], [1, 0], ["a", "b"], shape), print([1, 2, 3, 4], [0, 1], ["b", "a"], shape),
      print([1, 2, 3, 4], [0, 1], ["ab", ""], shape),
      print([1, 2, 3, 4], [0], ["a", "b"], ImageShape(flat: 4)),
      print([3, 4, 1, 2], [0, 1], ["a", "b"], shape),
    ]
    #expect(Set(all).count == all.count)
    // From an independent implementation that gives the published hash of "foobar".
    #expect(all[0] == "2 images of 1x2x1, 2 classes, fnv1a cf78a0680ca81a85")
  }
}
