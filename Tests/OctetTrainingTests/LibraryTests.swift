import Octet
import OctetTraining
import TestSupport
import Testing

/// What programs of others call.
@Suite struct TrainingLibraryTests {
  private func kind(_ body: () throws -> Void) -> TrainingFailure.Kind? {
    do {
      try body()
      return nil
    } catch {
      return (error as? TrainingFailure)?.kind
    }
  }

  private func recipe() throws -> Recipe {
    try Recipe(network: "input 28x28x1\nflatten\ndense 10 softmax\nepochs 2", name: "line")
  }

  @Test func `images that do not go together are refused`() throws {
    let names = ["a", "b"]
    #expect(
      kind { _ = try ImageSet(height: 2, width: 2, pixels: [1, 2, 3], labels: [0], classNames: names) }
        == .images)
    #expect(
      kind { _ = try ImageSet(height: 1, width: 1, pixels: [1], labels: [2], classNames: names) } == .images)
    #expect(
      kind { _ = try ImageSet(height: 1, width: 1, pixels: [1], labels: [-1], classNames: names) } == .images)
    #expect(
      kind { _ = try ImageSet(height: 1, width: 1, pixels: [1], labels: [0], classNames: ["a", "a"]) }
        == .images)
    #expect(kind { _ = try ImageSet(height: 0, width: 1, pixels: []) } == .images)
    #expect(kind { _ = try ImageSet(height: 4096, width: 4096, channels: 4096, pixels: []) } == .images)
    #expect(kind { _ = try ImageSet(height: 2, width: 2, pixels: [1, 2, 3]) } == .images)
    #expect(kind { _ = try ImageSet.load("/nowhere") } == .file)
  }

  @Test func `images are what was put in`() throws {
    let set = try ImageSet(
      height: 1, width: 2, channels: 2, pixels: Array(0..<12), labels: [1, 0, 1], classNames: ["a", "b"])
    #expect(set.count == 3 && set[1] == [4, 5, 6, 7] && set.labels == [1, 0, 1])
    let turned = try set.keeping(classes: ["b", "a"])
    #expect(turned.labels == [0, 1, 0] && turned.classNames == ["b", "a"] && turned[2] == set[2])
    #expect(set.prefix(2).labels == [1, 0])
    let bare = try ImageSet(height: 1, width: 2, channels: 2, pixels: Array(0..<12))
    #expect(bare.count == 3 && bare.labels.isEmpty && bare.classNames.isEmpty && bare[2] == set[2])
    #expect(kind { _ = try bare.keeping(classes: ["a"]) } == .images)
  }

  @Test func `a recipe refuses what it does not know`() throws {
    #expect(kind { _ = try Recipe(named: "cnn") } == .recipe)
    #expect(kind { _ = try Recipe(network: "input 28x28x1\nconvolve") } == .network)
    var recipe = try recipe()
    #expect(kind { try recipe.set("epoch", to: "1") } == .setting)
    #expect(kind { try recipe.set("epochs", to: "none") } == .setting)
    let digits = ImageSet.syntheticDigits(count: 20)
    let bare = try ImageSet(height: 28, width: 28, pixels: digits[0])
    #expect(kind { _ = try recipe.train(on: bare) } == .images)
    let small = try ImageSet(height: 1, width: 1, pixels: [1], labels: [0], classNames: ["a", "b"])
    #expect(kind { _ = try recipe.train(on: small) } == .images)
    #expect(kind { _ = try recipe.train(on: digits.keeping(classes: ["0", "1"])) } == .network)
  }

  @Test(arguments: Recipe.builtInNames)
  func `every recipe of a name is there`(name: String) throws {
    #expect(try Recipe(named: name).name == name)
  }

  @Test func `threads change no weight, and a file holds the model`() throws {
    let digits = ImageSet.syntheticDigits(count: 300)
    var epochs: [Int] = []
    let one = try recipe().train(on: digits, threads: 1) { _, record in epochs.append(record.epoch) }
    let three = try recipe().train(on: digits, threads: 3)
    #expect(epochs == [1, 2] && one.parameters == three.parameters)
    #expect(one.pictureForm?.fit == .auto && one.parameterCount == 7850)
    #expect(one.inputHeight == 28 && one.inputWidth == 28 && one.inputChannels == 1)
    let folder = try TemporaryFolder()
    try one.write(to: folder.path("model.safetensors"))
    let read = try FloatModel(path: folder.path("model.safetensors"))
    #expect(try read.classes(of: digits) == one.classes(of: digits))
    #expect(try read.accuracy(on: digits) == one.accuracy(on: digits))
    #expect(kind { try one.write(to: folder.path("missing/model.safetensors")) } == .file)
    #expect(kind { _ = try FloatModel(path: folder.path("other.safetensors")) } == .file)
    let right = try zip(one.classes(of: digits), digits.labels).count { $0 == $1 }
    #expect(try one.accuracy(on: digits) == Double(right) / 300 && right > 60)
    #expect(kind { _ = try one.accuracy(on: digits.keeping(classes: ["1", "0"])) } == .images)
  }

  @Test func `the recipe's classes are kept, and the best network of several`() throws {
    var recipe = try Recipe(
      network: """
        digits 3,5
        validation-split 0.2
        epochs 1
        input 784
        candidate small
        dense 1 sigmoid
        candidate large
        dense 8 relu
        dense 1 sigmoid
        """)
    try recipe.set("seed", to: "5")
    var losses: [String: Double] = [:]
    let model = try recipe.train(on: .syntheticDigits(count: 200)) { losses[$0] = $1.validationLoss }
    #expect(model.classNames == ["3", "5"] && losses.count == 2)
    let best = losses.min { $0.value < $1.value }?.key
    #expect(model.networkText.contains("dense-2") == (best == "large"))
  }
}
