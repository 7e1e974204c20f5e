import Octet
import OctetData
import OctetNetwork
import OctetText

/// What makes one training run this run and no other: a checkpoint may only be continued by the same one.
package struct RunIdentity: Equatable, Sendable {
  package let network: NetworkDescription
  /// With what is otherwise left to the network and the optimizer spelled out.
  package let settings: TrainingSettings
  /// A fingerprint of the images and labels that the trainer is given, such as `LabeledItems.fingerprint`.
  package let data: String
  /// Whether it computes with the integers of the file that it trains, and learns the steps of weights too.
  package let trainsIntegers: Bool

  package init(
    network: NetworkDescription, settings: TrainingSettings, data: String, trainsIntegers: Bool = false
  ) {
    self.network = network
    self.trainsIntegers = trainsIntegers
    var settings = settings
    settings.loss = settings.loss ?? Loss.fitting(network.outputActivation)
    settings.learningRate = settings.startingRate
    self.settings = settings
    self.data = data
  }

  /// Settings that may change when a run goes on: when it ends.
  package static let freeSettings: Set<TrainingSetting> = [.epochs, .integerEpochs, .earlyStopping]

  /// The first thing in which `other` cannot continue this run; nil when it can.
  package func difference(from other: RunIdentity) -> RunDifference? {
    if network != other.network {
      let lines = (own: Self.lines(network), other: Self.lines(other.network))
      let place = zip(lines.own, lines.other).prefix { $0 == $1 }.count
      return RunDifference(
        what: "network line \(place + 1)", saved: place < lines.own.count ? lines.own[place] : nil,
        wanted: place < lines.other.count ? lines.other[place] : nil)
    }
    let saved = fixedSettings
    let wanted = other.fixedSettings
    for setting in TrainingSetting.allCases where saved[setting] != wanted[setting] {
      return RunDifference(what: setting.name, saved: saved[setting], wanted: wanted[setting])
    }
    if trainsIntegers != other.trainsIntegers {
      return RunDifference(
        what: "arithmetic", saved: arithmetic, wanted: other.arithmetic)
    }
    return data == other.data ? nil : RunDifference(what: "training data", saved: data, wanted: other.data)
  }

  private var arithmetic: String { trainsIntegers ? "integers" : "floats" }

  private var fixedSettings: [TrainingSetting: String] {
    var values: [TrainingSetting: String] = [:]
    for (setting, value) in settings.named where !Self.freeSettings.contains(setting) {
      values[setting] = value
    }
    return values
  }

  private static func lines(_ network: NetworkDescription) -> [String] {
    network.text.split(separator: "\n").map(String.init)
  }
}

/// Where a checkpoint and the run that wants to continue it part.
package struct RunDifference: Equatable, Sendable, CustomStringConvertible {
  /// A setting's name, "training data", or a line of the network.
  package let what: String
  /// In the checkpoint; nil when it has none.
  package let saved: String?
  /// In the run that wants to continue.
  package let wanted: String?

  package init(what: String, saved: String?, wanted: String?) {
    self.what = what
    self.saved = saved
    self.wanted = wanted
  }

  package var description: String {
    func show(_ value: String?) -> String { value?.quoted ?? "not set" }
    return "\(what) is \(show(saved)) there and \(show(wanted)) here; "
      + "make it the same, or start anew without --resume"
  }
}

extension FloatModel {
  /// A short text that differs between networks and weights, as that of items does.
  package var fingerprint: String {
    var hash = FNV1a()
    hash.add(network.text.utf8)
    for parameter in parameters { hash.add(parameter.values) }
    return "fnv1a \(hash.text)"
  }
}

extension LabeledItems {
  /// A short text that differs between sets of items: counts, shape, and a 64-bit FNV-1a hash of class names, targets
  /// and values. It tells a mistake from the right data; it does not withstand someone who wants it to match.
  package var fingerprint: String {
    var hash = FNV1a()
    for name in classNames {
      hash.add(name.utf8)
      // No UTF-8 text has this byte, so names cannot run together.
      hash.add(CollectionOfOne(0xFF))
    }
    switch targets {
    // Nothing is trained on several.
    case .none, .several: break
    // A byte each where that is enough, as in checkpoints from before there could be more classes.
    case .classes(let indices, let names) where names.count <= 256:
      hash.add(indices.lazy.map { UInt8(truncatingIfNeeded: $0) })
    case .classes(let indices, _): hash.add(indices)
    case .labels(let flags, _): hash.add(flags)
    case .numbers(let numbers, _): hash.add(numbers)
    }
    switch values {
    case .bytes(let bytes): hash.add(bytes)
    case .integers(let integers, let scale):
      hash.add(integers)
      if let scale { hash.add([scale.scale, Float(scale.zeroPoint)]) }
    case .floats(let floats): hash.add(floats)
    }
    return "\(count) \(values.noun)s of \(shape), \(targets.description), fnv1a \(hash.text)"
  }
}

private struct FNV1a {
  private var value: UInt64 = 0xCBF2_9CE4_8422_2325

  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// Numbers of several bytes, as they lie in memory.
  mutating func add<Number>(_ numbers: [Number]) { numbers.withUnsafeBytes { add($0) } }
}
