import OctetData

extension TrainingSettings {
  /// Every setting by name, in the form that `TrainingSetting.apply` reads; those without a value are left out.
  package var named: [(setting: TrainingSetting, value: String)] {
    var named: [(TrainingSetting, String)] = []
    if let loss { named.append((.loss, loss.rawValue)) }
    named.append((.optimizer, optimizer.name))
    if case .sgd(let momentum) = optimizer, momentum != 0 { named.append((.momentum, "\(momentum)")) }
    named.append((.learningRate, "\(startingRate)"))
    named.append((.schedule, schedule.rawValue))
    switch batch {
    case .images(let count): named.append((.batch, "\(count)"))
    case .full: named.append((.batch, "full"))
    }
    named.append((.epochs, "\(epochs)"))
    named.append((.validationSplit, "\(validationSplit)"))
    named.append((.testSplit, "\(testSplit)"))
    named.append((.seed, "\(seed)"))
    if let digits { named.append((.digits, digits.joined(separator: ","))) }
    if let images { named.append((.images, "\(images)")) }
    named.append((.augment, augmentation.text))
    named.append((.earlyStopping, patience.map { "\($0)" } ?? "off"))
    return named
  }
}
