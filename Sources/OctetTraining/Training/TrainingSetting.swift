import OctetData

/// One setting by name: a line of a recipe and an option of the command line, which share names and values.
package enum TrainingSetting: String, CaseIterable, Sendable {
  case loss
  case huberDelta = "huber-delta"
  case labelSmoothing = "label-smoothing"
  case classWeights = "class-weights"
  case target
  case optimizer
  // After the optimizer, which decides whether there can be a momentum.
  case momentum
  case learningRate = "learning-rate"
  case weightDecay = "weight-decay"
  case schedule
  case warmUp = "warm-up"
  case clipNorm = "clip-norm"
  case average
  case batch
  case epochs
  case integerEpochs = "integer-epochs"
  case validationSplit = "validation-split"
  case testSplit = "test-split"
  case seed
  case digits
  case images
  case augment
  case earlyStopping = "early-stopping"
  case watch
  case freeze
  case teacherShare = "teacher-share"
  case temperature

  package var name: String { rawValue }

  /// What stands for the value in help texts.
  package var placeholder: String {
    switch self {
    case .loss: "LOSS"
    case .huberDelta: "ERROR"
    case .classWeights: "LIST"
    case .target: "WHAT"
    case .optimizer, .watch: "NAME"
    case .learningRate: "RATE"
    case .schedule: "SCHEDULE"
    case .momentum, .labelSmoothing, .weightDecay, .average, .teacherShare: "SHARE"
    case .warmUp: "EPOCHS"
    case .clipNorm: "LENGTH"
    case .temperature: "T"
    case .batch: "N|full"
    case .epochs, .integerEpochs, .images, .seed: "N"
    case .validationSplit, .testSplit: "SHARE"
    case .digits, .augment: "LIST"
    case .freeze: "LAYERS"
    case .earlyStopping: "N|off"
    }
  }

  package var help: String {
    switch self {
    case .loss: "loss function; chosen to fit the last layer if not given"
    case .huberDelta: "error at which the huber loss becomes a line; 1 if not given"
    case .labelSmoothing: "share of each class target that is spread over all classes"
    case .classWeights: "how much each class counts: balanced, or a number for each, such as 1,5"
    case .target: "what is learned: what the data says, or the input itself"
    case .optimizer: "optimizer"
    case .learningRate: "learning rate; 0.001 for adam, adamw and rmsprop, 0.01 for sgd and nesterov"
    case .weightDecay:
      "share of a weight that a step with rate 1 takes away; 0.004 for adamw, else 0"
    case .schedule:
      "how the learning rate changes: constant, cosine, step:EPOCHS:FACTOR or one-cycle"
    case .warmUp: "epochs over which the learning rate rises from nothing"
    case .clipNorm: "the longest that all gradients of a step together may be, or off"
    case .average: "average the weights over the steps, keeping this share of the average in each; or off"
    case .momentum: "momentum of sgd or nesterov"
    case .batch: "images per step, or full for all of them"
    case .epochs: "passes over the training images"
    case .integerEpochs:
      "passes that follow with the integers of the .octet file; a third of the epochs where bits are chosen, else 0"
    case .validationSplit: "share of the training images held out for validation"
    case .testSplit: "share of the images, chosen at random, held out for the test at the end"
    case .seed: "seed of all random choices"
    case .digits: "classes to keep, such as 0,1"
    case .images: "largest number of training images to use"
    case .augment:
      "random changes to training images, such as shift=2,rotate=10; docs/NETWORKS.md lists them"
    case .earlyStopping: "stop after N epochs without a better loss, and restore the best weights"
    case .watch: "what early stopping looks at, on validation images where there are some"
    case .freeze: "layers whose weights stay as they are, such as conv-1,conv-2 or ..conv-5"
    case .teacherShare: "how much the teacher's answers count beside the classes; 0.5 if not given"
    case .temperature: "how far the teacher's answers are softened; 2 if not given"
    }
  }

  /// The values there are, if they can be listed.
  package var choices: [String] {
    switch self {
    case .loss: Loss.allCases.map(\.rawValue)
    case .optimizer: Optimizer.names
    case .target: TrainingTargets.Goal.allCases.map(\.rawValue)
    case .watch: WatchedMetric.allCases.map(\.rawValue)
    default: []
    }
  }

  /// Puts `value` into `settings`, or says what was expected.
  package func apply(_ value: String, to settings: inout TrainingSettings) throws(SettingError) {
    switch self {
    case .loss: settings.loss = try choice(value, Loss.init(rawValue:))
    case .huberDelta: settings.huberDelta = try number(value, in: 1e-6...1e6)
    case .labelSmoothing: settings.labelSmoothing = try number(value, in: 0...0.9)
    case .classWeights:
      settings.classWeights = try value == "off" ? nil : read(value, ClassWeights.init, ClassWeights.grammar)
    case .target: settings.target = try choice(value, TrainingTargets.Goal.init(rawValue:))
    case .optimizer: settings.optimizer = try choice(value, Optimizer.init(name:))
    case .learningRate: settings.learningRate = try number(value, in: 1e-9...100)
    case .weightDecay: settings.weightDecay = try number(value, in: 0...1)
    case .schedule:
      settings.schedule = try read(value, LearningRateSchedule.init, LearningRateSchedule.grammar)
    case .warmUp: settings.warmUp = try number(value, in: 0...1e6)
    case .clipNorm: settings.clipNorm = try value == "off" ? nil : number(value, in: 1e-6...1e9)
    case .average: settings.average = try value == "off" ? nil : number(value, in: 0...0.999999)
    case .momentum:
      let momentum = try number(value, in: 0...0.9999)
      guard let optimizer = settings.optimizer.with(momentum: momentum) else {
        throw SettingError(self, value, expected: "optimizer sgd or nesterov, which alone have a momentum")
      }
      settings.optimizer = optimizer
    case .batch: settings.batch = value == "full" ? .full : .images(try integer(value, in: 1...1_000_000))
    case .epochs: settings.epochs = try integer(value, in: 1...1_000_000)
    case .integerEpochs: settings.integerEpochs = try integer(value, in: 0...1_000_000)
    case .validationSplit: settings.validationSplit = try share(value)
    case .testSplit: settings.testSplit = try share(value)
    case .seed:
      guard let seed = UInt64(value) else {
        throw SettingError(self, value, expected: "a whole number from 0")
      }
      settings.seed = seed
    case .digits:
      let names = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard names.allSatisfy({ !$0.isEmpty }), Set(names).count == names.count, names.count >= 2 else {
        throw SettingError(
          self, value, expected: "two or more different classes with commas between, such as 0,1")
      }
      settings.digits = names
    case .images: settings.images = try integer(value, in: 1...1_000_000_000)
    case .augment:
      guard let augmentation = Augmentation(value) else {
        throw SettingError(self, value, expected: Augmentation.grammar)
      }
      settings.augmentation = augmentation
    case .earlyStopping: settings.patience = value == "off" ? nil : try integer(value, in: 1...1_000_000)
    case .watch: settings.watch = try choice(value, WatchedMetric.init(rawValue:))
    case .freeze: settings.frozen = try read(value, FrozenLayers.init, FrozenLayers.grammar)
    case .teacherShare: settings.distillation.share = try number(value, in: 0...1)
    case .temperature: settings.distillation.temperature = try number(value, in: 0.1...100)
    }
  }

  private func read<Value>(
    _ text: String, _ find: (String) -> Value?, _ expected: String
  ) throws(SettingError) -> Value {
    guard let value = find(text) else { throw SettingError(self, text, expected: expected) }
    return value
  }

  private func choice<Value>(_ text: String, _ find: (String) -> Value?) throws(SettingError) -> Value {
    // Keras writes its names with underscores.
    guard let value = find(String(text.map { $0 == "_" ? "-" : $0 })) else {
      throw SettingError(self, text, expected: "one of \(choices.joined(separator: ", "))")
    }
    return value
  }

  private func integer(_ text: String, in range: ClosedRange<Int>) throws(SettingError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw SettingError(
        self, text, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// In double precision, because it is multiplied with a count and rounded down.
  private func share(_ text: String) throws(SettingError) -> Double {
    guard let value = Double(text), (0...0.9).contains(value) else {
      throw SettingError(self, text, expected: "a number from 0 to 0.9")
    }
    return value
  }

  private func number(_ text: String, in range: ClosedRange<Float>) throws(SettingError) -> Float {
    guard let value = Float(text), value.isFinite, range.contains(value) else {
      throw SettingError(self, text, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}

/// A value that a setting does not take.
package struct SettingError: Error, Equatable, CustomStringConvertible {
  package let setting: TrainingSetting
  package let value: String
  package let expected: String

  init(_ setting: TrainingSetting, _ value: String, expected: String) {
    self.setting = setting
    self.value = value
    self.expected = expected
  }

  package var description: String { "\(setting.name) \"\(value)\": expected \(expected)" }
}
