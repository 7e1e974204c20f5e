import OctetHost

/// What a network is trained and tested on.
package struct DataSet: Sendable {
  package let train: LabeledItems

  /// Items that training never sees, if the source has such a part: of the same shape and the same kind of targets.
  package let test: LabeledItems?

  /// One readable line: what the data is, how much, and where it came from.
  package let origin: String

  /// The shape of an item as an array has it. The axes of an array are in the order of the model that it was made for,
  /// which whoever knows the model has to bring into Octet's; nil for data whose order is known.
  package let axes: [Int]?

  /// Whether its classes are only numbered, from 0 to the largest number that occurs: a model may have names for them,
  /// and more classes.
  package let numbersClasses: Bool

  /// Whether its items are pictures whose three channels are known to be red, green and blue, as those of picture files
  /// are. An array may have them in the order of the model that it was made for.
  package let hasRedFirst: Bool

  package init(
    train: LabeledItems, test: LabeledItems?, origin: String, axes: [Int]? = nil,
    numbersClasses: Bool = false,
    hasRedFirst: Bool = false
  ) {
    precondition(test.map { $0.shape == train.shape && $0.targets.matches(train.targets) } ?? true)
    self.train = train
    self.test = test
    self.origin = origin
    self.axes = axes
    self.numbersClasses = numbersClasses
    self.hasRedFirst = hasRedFirst
  }

  /// The same data with something more to say about where it came from.
  package func noting(_ remark: String) -> DataSet {
    DataSet(
      train: train, test: test, origin: "\(origin) (\(remark))", axes: axes, numbersClasses: numbersClasses,
      hasRedFirst: hasRedFirst)
  }

  /// The same data with something done to each part, whose axes are then in Octet's order.
  package func mapping(_ change: (LabeledItems) throws -> LabeledItems) rethrows -> DataSet {
    DataSet(
      train: try change(train), test: try test.map(change), origin: origin, numbersClasses: numbersClasses,
      hasRedFirst: hasRedFirst)
  }

  /// Only the named classes, renumbered 0, 1, ... in the order of the names.
  package func keeping(classes: [String]) throws(FileError) -> DataSet {
    try train.requireClasses(origin, "a choice of classes needs")
    let known = train.classNames
    let advice = "choose some of \(known.joined(separator: ", "))"
    guard !classes.isEmpty else {
      throw FileError("class filter", "names no class", advice: advice)
    }
    var newIndices = [UInt16?](repeating: nil, count: known.count)
    for (newIndex, name) in classes.enumerated() {
      guard let index = known.firstIndex(of: name) else {
        throw FileError("class filter", "\"\(name)\" is not a class of the data", advice: advice)
      }
      guard newIndices[index] == nil else {
        throw FileError("class filter", "names \"\(name)\" twice", advice: "name each class once")
      }
      // At most as many names as classes, so the index fits.
      newIndices[index] = UInt16(newIndex)
    }
    let keptTrain = train.renumbered(newIndices, classNames: classes)
    try keptTrain.requireEveryClass("training")
    let keptTest = test?.renumbered(newIndices, classNames: classes)
    try keptTest?.requireEveryClass("test")
    let counts = DataSet.counts(keptTrain, keptTest)
    return DataSet(
      train: keptTrain, test: keptTest,
      origin: "\(origin); kept \(counts) of \(classes.joined(separator: ", "))", hasRedFirst: hasRedFirst)
  }

  /// "60,000 training and 10,000 test images".
  package static func counts(_ train: LabeledItems, _ test: LabeledItems?) -> String {
    guard let test else { return train.counted }
    return "\(grouped(train.count)) training and \(grouped(test.count)) test \(train.values.noun)s"
  }

  /// A count with a comma before every third digit from the end.
  static func grouped(_ count: Int) -> String {
    var text = ""
    let digits = String(count)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }
}

extension LabeledItems {
  /// The images whose class has a new index, under that index.
  fileprivate func renumbered(_ newIndices: [UInt16?], classNames: [String]) -> LabeledItems {
    let labels = labels
    let chosen = selecting(labels.indices.filter { newIndices[Int(labels[$0])] != nil })
    return chosen.with(.classes(chosen.labels.compactMap { newIndices[Int($0)] }, names: classNames))
  }

  fileprivate func requireEveryClass(_ part: String) throws(FileError) {
    let present = Set(labels)
    for (index, name) in classNames.enumerated() where !present.contains(UInt16(index)) {
      throw FileError(
        "class filter", "class \"\(name)\" has no \(part) \(values.noun)s",
        advice: "choose classes that have some")
    }
  }
}
