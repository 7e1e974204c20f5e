import OctetData

/// One setting by name: a line of a recipe and an option of the command line, which share names and values.
package enum TrainingSetting: String, CaseIterable, Sendable {
  case loss
  case optimizer
  // After the optimizer, which decides whether there can be a momentum.
  case momentum
  case learningRate = "learning-rate"
  case schedule
  case batch
  case epochs
  case validationSplit = "validation-split"
  case testSplit = "test-split"
  case seed
  case digits
  case images
  case augment
  case earlyStopping = "early-stopping"

  package var name: String { rawValue }

  /// What stands for the value in help texts.
  package var placeholder: String {
    switch self {
    case .loss: "LOSS"
    case .optimizer: "NAME"
    case .learningRate: "RATE"
    case .schedule: "NAME"
    case .momentum: "SHARE"
    case .batch: "N|full"
    case .epochs, .images, .seed: "N"
    case .validationSplit, .testSplit: "SHARE"
    case .digits: "LIST"
    case .augment: "LIST"
    case .earlyStopping: "N|off"
    }
  }

  package var help: String {
    switch self {
    case .loss: "loss function; chosen to fit the last layer if not given"
    case .optimizer: "optimizer"
    case .learningRate: "learning rate; 0.001 for adam and rmsprop, 0.01 for sgd"
    case .schedule: "how the learning rate changes over the epochs"
    case .momentum: "momentum of sgd"
    case .batch: "images per step, or full for all of them"
    case .epochs: "passes over the training images"
    case .validationSplit: "share of the training images held out for validation"
    case .testSplit: "share of the images, chosen at random, held out for the test at the end"
    case .seed: "seed of all random choices"
    case .digits: "classes to keep, such as 0,1"
    case .images: "largest number of training images to use"
    case .augment:
      "random changes to training images, such as shift=2,rotate=10; also scale, shear and elastic"
    case .earlyStopping: "stop after N epochs without a lower loss, and restore the best weights"
    }
  }

  /// The values there are, if they can be listed.
  package var choices: [String] {
    switch self {
    case .loss: Loss.allCases.map(\.rawValue)
    case .optimizer: Optimizer.names
    case .schedule: LearningRateSchedule.allCases.map(\.rawValue)
    default: []
    }
  }

  /// Puts `value` into `settings`, or says what was expected.
  package func apply(_ value: String, to settings: inout TrainingSettings) throws(SettingError) {
    switch self {
    case .loss: settings.loss = try choice(value, Loss.init(rawValue:))
    case .optimizer: settings.optimizer = try choice(value, Self.optimizer(named:))
    case .learningRate: settings.learningRate = try number(value, in: 1e-9...100)
    case .schedule: settings.schedule = try choice(value, LearningRateSchedule.init(rawValue:))
    case .momentum:
      let momentum = try number(value, in: 0...0.9999)
      guard case .sgd = settings.optimizer else {
        throw SettingError(self, value, expected: "optimizer sgd, which alone has a momentum")
      }
      settings.optimizer = .sgd(momentum: momentum)
    case .batch: settings.batch = value == "full" ? .full : .images(try integer(value, in: 1...1_000_000))
    case .epochs: settings.epochs = try integer(value, in: 1...1_000_000)
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
    }
  }

  private static func optimizer(named name: String) -> Optimizer? {
    switch name {
    case "sgd": .sgd(momentum: 0)
    case "rmsprop": .rmsprop(decay: 0.9)
    case "adam": .adam(firstDecay: 0.9, secondDecay: 0.999)
    default: nil
    }
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
