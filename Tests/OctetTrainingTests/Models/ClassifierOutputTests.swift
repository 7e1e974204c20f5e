import Octet
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining
import Testing

/// Which networks are classifiers, and of what classes.
@Suite struct ClassifierOutputTests {
  private func names(
    _ count: Int, _ activation: Activation, given: [String]? = nil, data: [String]? = nil
  ) throws(NetworkError) -> [String] {
    try ClassifierOutput(shape: ImageShape(flat: count), activation: activation).classNames(
      given: given, data: data)
  }

  private func expectRefused(
    _ words: String, _ count: Int, _ activation: Activation, given: [String]? = nil, data: [String]? = nil,
    at location: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: NetworkError.self, sourceLocation: location) {
      try names(count, activation, given: given, data: data)
    }
    #expect(
      error?.description.contains(words) == true, "\(String(describing: error))", sourceLocation: location)
  }

  @Test func `softmax and one sigmoid are classes`() throws {
    #expect(try names(3, .softmax) == ["0", "1", "2"])
    #expect(try names(1, .sigmoid) == ["0", "1"])
    #expect(try names(3, .softmax, data: ["a", "b", "c"]) == ["a", "b", "c"])
    #expect(try names(1, .sigmoid, data: ["a", "b"]) == ["a", "b"])
    #expect(try names(3, .softmax, given: ["x", "y", "z"], data: ["a", "b", "c"]) == ["x", "y", "z"])
    // Data of other classes leaves the numbers.
    #expect(try names(2, .softmax, data: ["a", "b", "c"]) == ["0", "1"])
  }

  @Test(arguments: [Activation.linear, .relu, .tanh, .sigmoid])
  func `several outputs are classes where names fit`(activation: Activation) throws {
    #expect(try names(4, activation, data: ["a", "b", "c", "d"]) == ["a", "b", "c", "d"])
    #expect(try names(4, activation, given: ["1", "2", "3", "4"]) == ["1", "2", "3", "4"])
    expectRefused(
      "4 outputs end in \(activation.word), so nothing says that they are classes", 4, activation)
    expectRefused("the data has 3 classes", 4, activation, data: ["a", "b", "c"])
    expectRefused("--classes A,B", 2, activation)
  }

  @Test(arguments: [Activation.linear, .relu, .tanh])
  func `one output is a number`(activation: Activation) throws {
    expectRefused("a number and no class", 1, activation)
    expectRefused("--classes FIRST,SECOND", 1, activation, data: ["a", "b"])
    #expect(try names(1, activation, given: ["no", "yes"]) == ["no", "yes"])
  }

  @Test func `what names cannot help`() {
    expectRefused("always 1", 1, .softmax, given: ["a", "b"])
    expectRefused("the limit is 65535 classes", 65_536, .softmax)
    expectRefused("3 outputs, but there are 2 classes", 3, .softmax, given: ["a", "b"])
    expectRefused("1 output, but there are 3 classes", 1, .sigmoid, given: ["a", "b", "c"])
    expectRefused("different names", 2, .softmax, given: ["a", "a"])
    let map = ClassifierOutput(shape: ImageShape(height: 2, width: 2, channels: 3), activation: .softmax)
    let error = #expect(throws: NetworkError.self) { try map.classNames(given: ["a", "b", "c"]) }
    #expect(error?.description.contains("2x2x3, not one row") == true)
  }

  @Test func `a model needs no classes to exist`() throws {
    for text in ["input 4x4x1\nconv 2 3x3\nflatten", "input 3\ndense 1", "input 3\ndense 300 relu"] {
      var description = try NetworkDescription(text: text)
      if description.layers.last?.kind == .flatten(Flatten()) { description.layers.removeLast() }
      let network = try Network(
        description, capacity: 1, seed: 1, workers: Workers(count: 1), forTraining: false)
      let model = FloatModel(
        network: network.description, classNames: [],
        parameters: network.parameters.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) })
      #expect(try FloatModelFile.decode(FloatModelFile.encode(model, path: ""), path: "") == model)
      #expect(try model.classifierFault() != nil)
      #expect(try model.makeNetwork(capacity: 1, workers: Workers(count: 1)).output.shape.count > 0)
    }
  }

  private func meaning(
    _ count: Int, _ activation: Activation, given: [String]? = nil, targets: ItemTargets = .none,
    inputs: Int = 7
  ) throws(NetworkError) -> OutputMeaning {
    try ClassifierOutput(shape: ImageShape(flat: count), activation: activation).meaning(
      given: given, targets: targets, inputCount: inputs
    ).meaning
  }

  @Test func `data decides what can be several things`() throws {
    let numbers = ItemTargets.numbers([0.5, 1, 2], shape: [3])
    let labels = ItemTargets.labels([0, 1, 1], names: ["a", "b", "c"])
    let classes = ItemTargets.classes([0], names: ["a", "b", "c"])
    #expect(try meaning(3, .linear) == .numbers)
    #expect(try meaning(3, .linear, targets: classes) == .classes)
    #expect(try meaning(3, .linear, targets: labels) == .labels)
    #expect(try meaning(3, .sigmoid) == .labels)
    #expect(try meaning(3, .sigmoid, targets: numbers) == .numbers)
    #expect(try meaning(3, .sigmoid, targets: classes) == .classes)
    // As many as go in are a reconstruction.
    #expect(try meaning(7, .sigmoid) == .numbers)
    #expect(try meaning(3, .sigmoid, targets: labels, inputs: 3) == .labels)
    // Softmax is one class of several, whatever the data says.
    for targets in [numbers, labels, classes] {
      #expect(try meaning(3, .softmax, targets: targets) == .classes)
    }
    let binary = ItemTargets.numbers([0, 1, 1], shape: [])
    #expect(try meaning(1, .sigmoid, targets: binary) == .classes)
    #expect(try meaning(1, .sigmoid, targets: .numbers([0, 0.5], shape: [])) == .numbers)
    #expect(try meaning(1, .linear, targets: binary) == .numbers)
    // Names are those of labels where the data has labels.
    let rule = ClassifierOutput(shape: ImageShape(flat: 3), activation: .sigmoid)
    let named = try rule.meaning(given: ["x", "y", "z"], targets: labels, inputCount: 7)
    #expect(named.meaning == .labels && named.names == ["x", "y", "z"])
    #expect(try meaning(3, .sigmoid, given: ["x", "y", "z"]) == .classes)
    #expect(throws: NetworkError.self) { try meaning(3, .sigmoid, given: ["x", "y"], targets: labels) }
  }
}
