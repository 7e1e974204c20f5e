import OctetInterchange
import Testing

/// What is not supported is said in plain words, with what to do.
struct KerasRefusalTests {
  private func reason(_ layers: [String]) throws -> String? {
    let text =
      #"{"class_name":"Sequential","config":{"name":"s","layers":[\#(layers.joined(separator: ","))]}}"#
    do {
      _ = try FloatModel(keras: KerasHostileTests.archive(of: text), path: "x.keras")
      return nil
    } catch let error as ImportError {
      return error.description
    }
  }

  private func input(_ name: String = "i", _ sizes: String) -> String {
    #"{"class_name":"InputLayer","config":{"name":"\#(name)","batch_shape":[null,\#(sizes)]}}"#
  }

  @Test(arguments: [
    ("LSTM", "keeps a state from step to step, which is not supported: use convolutions"),
    ("Masking", "hides steps from the layers after it"), ("Lambda", "holds Python code, which is not run"),
    ("Embedding", "looks up rows by whole numbers"), ("MaxPooling3D", "works on volumes or videos"),
    ("MultiHeadAttention", "multiplies values of the network with each other"),
    ("LocallyConnected1D", "has other weights in each place"),
    ("Mine", "is of a class that is not supported. Supported: Activation"),
  ])
  func `a class has a reason`(kind: String, message: String) throws {
    let layer = #"{"class_name":"\#(kind)","config":{"name":"l"}}"#
    let found = try reason([input("i", "6,2"), layer])
    #expect(found?.contains(#"\#(kind) layer "l" \#(message)"#) == true, "\(found ?? "it was read")")
  }

  /// A .keras file names the module of a class and the name under which it was registered; those of a script have none.
  @Test(arguments: [
    (#""module":null,"registered_name":"ReLU""#, "ReLU"),
    (#""module":"mine","registered_name":"my>ReLU""#, "my>ReLU"),
    (#""module":"keras.layers","registered_name":"my>ReLU""#, "my>ReLU"),
    (#""module":"keras_hub.src.layers","registered_name":"ReLU""#, "ReLU"),
    (#""module":"my.ops","registered_name":"Add""#, "Add"),
  ])
  func `a class of the author's is none of Keras that has the same name`(names: String, shown: String) throws
  {
    let kind = shown.hasSuffix("Add") ? "Add" : "ReLU"
    let layer = #"{"class_name":"\#(kind)",\#(names),"config":{"name":"l"}}"#
    let found = try reason([input("i", "6"), layer])
    #expect(
      found?.contains(#"is of the class "\#(shown)" of its author's"#) == true, "\(found ?? "it was read")")
    let within = #"{"class_name":"TimeDistributed","config":{"name":"t","layer":\#(layer)}}"#
    let repeated = try reason([input("i", "6,2"), within])
    #expect(
      repeated?.contains(#"the class "\#(shown)" of its author's"#) == true, "\(repeated ?? "it was read")")
    let activation = #"{"class_name":"Activation","config":{"name":"a","activation":\#(layer)}}"#
    #expect(try reason([input("i", "6"), activation])?.contains("has an activation of the class") == true)
    let model =
      #"{"class_name":"Sequential",\#(names.replacing(kind, with: "Sequential")),"config":{"name":"s","layers":["#
      + input("i", "6") + "]}}"
    let error = #expect(throws: ImportError.self) {
      try FloatModel(keras: KerasHostileTests.archive(of: model), path: "x.keras")
    }
    #expect(error?.description.contains("of its author's") == true)
    let nested = try reason([input("i", "6"), model])
    #expect(nested?.contains("of its author's") == true, "\(nested ?? "it was read")")
  }

  @Test(arguments: [
    "", #""module":"keras.layers","registered_name":null,"#,
    #""module":"keras.src.layers","registered_name":"ReLU","#,
    #""module":"tf_keras.src.layers","registered_name":"ReLU","#, #""module":"keras_core.layers","#,
  ])
  func `a class of Keras is one in each form`(names: String) throws {
    let layer = #"{"class_name":"ReLU",\#(names)"config":{"name":"l"}}"#
    #expect(try reason([input("i", "6"), layer]) == nil)
  }

  @Test func `several values are no reason where the class is one`() throws {
    let node = #"[["i",0,0,{}],["i",0,0,{}]]"#
    let layer = #"{"class_name":"Dot","config":{"name":"d","axes":1},"inbound_nodes":[\#(node)]}"#
    let text =
      #"{"class_name":"Functional","config":{"name":"m","layers":[\#(input("i", "6,2")),\#(layer)],"#
      + #""input_layers":[["i",0,0]],"output_layers":[["d",0,0]]}}"#
    let error = #expect(throws: ImportError.self) {
      try FloatModel(keras: KerasHostileTests.archive(of: text), path: "x.keras")
    }
    #expect(error?.description.contains("multiplies values of the network with each other") == true)
  }

  @Test func `an input that is none has a reason`() throws {
    let flatten = #"{"class_name":"Flatten","config":{"name":"f"}}"#
    #expect(try reason([input("i", "8,6,6,1"), flatten])?.contains("no volumes or videos") == true)
    #expect(try reason([input("i", "null,2"), flatten])?.contains("where 0 is for any") == true)
    #expect(try reason([flatten])?.contains("it has no input with a shape") == true)
    let two = try reason([input("a", "4"), input("b", "4"), flatten])
    #expect(two?.contains(#"it has 2 inputs ("a", "b"); one is supported: join them"#) == true)
  }
}
