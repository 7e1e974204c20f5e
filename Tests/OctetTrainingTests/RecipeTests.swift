import OctetData
import OctetNetwork
import OctetTraining
import Testing

@Suite struct RecipeTests {
  private func error(_ text: String) -> String? {
    do throws(NetworkError) {
      _ = try Recipe(text: text, name: "mine")
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `settings are read beside the network`() throws {
    let recipe = try Recipe(
      text: """
        name tiny
        about Two layers   and some blanks
        input 4
        dense 3 relu
        loss sparse_categorical_crossentropy
        optimizer sgd
        momentum 0.9
        learning-rate 0.05
        schedule cosine
        batch full
        epochs 7
        dense 2 softmax
        validation-split 0.25
        test-split 0.1
        seed 99
        digits 3,8
        images 500
        augment shift=2,elastic=1.5
        early-stopping 3
        """, name: "file")
    #expect(recipe.name == "tiny" && recipe.about == "Two layers and some blanks")
    #expect(recipe.candidates.count == 1 && recipe.candidates[0].network.layers.count == 2)
    let settings = recipe.settings
    #expect(settings.loss == .sparseCategoricalCrossentropy && settings.optimizer == .sgd(momentum: 0.9))
    #expect(settings.batch == .full && settings.epochs == 7 && settings.digits == ["3", "8"])
    #expect(settings.augmentation.shift == 2 && settings.augmentation.elastic == 1.5)
    #expect(settings.patience == 3 && settings.seed == 99 && settings.images == 500)
    // Written and read again, the settings are the same.
    var again = TrainingSettings()
    for (setting, value) in settings.named { try setting.apply(value, to: &again) }
    #expect(again == settings)
  }

  @Test func `candidates share the input`() throws {
    let recipe = try Recipe(
      text:
        "input 4\ncandidate a\ndense 2 softmax\ncandidate b\ndense 3\ndense 2 softmax\nvalidation-split 0.2",
      name: "two")
    #expect(recipe.candidates.map(\.name) == ["a", "b"])
    #expect(recipe.candidates[1].network.layers.count == 2)
  }

  @Test(arguments: [
    ("input 4\ndense 2\nepochs ten", "line 3: epochs \"ten\": expected a whole number"),
    ("input 4\ndense 2\nepochs 3\nepochs 4", "line 4: epochs is set twice"),
    ("input 4\ndense 2\nepochs 3 4", "unexpected \"4\""),
    ("input 4\ndense 2\nmomentum 0.9", "optimizer sgd"),
    ("input 4\ndense 2\nloss squared", "one of binary-crossentropy"),
    ("input 4\ndense 2\nrate 3", "neither a layer"),
    ("input 4\ndense 2\naugment spin=4", "expected none or shift"),
    ("input 4\ndense 2\naugment shift=-1", "expected none or shift"),
    ("input 4\ndense 2\ndigits 3,3", "different classes"),
    ("input 4\ndense 2\ncandidate a\ndense 2", "before the first candidate"),
    ("input 4\ncandidate a\ndense 2\ncandidate a\ndense 2", "already"),
    ("input 4\ncandidate a\ndense 2\ncandidate b\ndense 2", "validation-split"),
    ("input 4\ncandidate a\ncandidate b\ndense 2", "no layers"),
  ])
  func `faults are named`(text: String, expected: String) {
    let message = error(text)
    #expect(message?.contains(expected) == true, "\(message ?? "no error")")
  }

  /// As editors on Windows write it, and some with a byte order mark.
  @Test(arguments: ["\r\n", "\n"], ["", "\u{FEFF}"])
  func `any line end`(end: String, mark: String) throws {
    let lines = ["about two words", "", "input 784 # flat", "dense 10 softmax", "epochs 3", ""]
    let recipe = try Recipe(text: mark + lines.joined(separator: end), name: "r")
    #expect(recipe == (try Recipe(text: lines.joined(separator: "\n"), name: "r")))
    #expect(recipe.about == "two words" && recipe.settings.epochs == 3)
    let network = try NetworkDescription(text: mark + "input 784\(end)dense 10\(end)")
    #expect(network == (try NetworkDescription(text: "input 784\ndense 10\n")))
    let error = #expect(throws: NetworkError.self) {
      try Recipe(text: mark + "input 784\(end)dens 10\(end)", name: "r")
    }
    #expect(error?.description.contains("line 2") == true)
  }
}
