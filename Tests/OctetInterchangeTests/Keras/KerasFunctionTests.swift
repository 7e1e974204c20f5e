import OctetInterchange
import OctetNetwork
import Testing

/// Functions among the layers of a Keras model, as hand-written configurations.
struct KerasFunctionTests {
  private static let value =
    #"{"class_name":"__keras_tensor__","config":{"keras_history":["i",0,0]}}"#

  /// A model of an input of 4x4x2 and one function.
  private func reason(_ name: String, _ settings: String, _ arguments: String, named: String = "") throws
    -> String?
  {
    let input =
      #"{"class_name":"InputLayer","config":{"name":"i","batch_shape":[null,4,4,2]},"inbound_nodes":[]}"#
    let node = #"{"args":[\#(arguments)],"kwargs":{\#(named)}}"#
    let function =
      #"{"module":"keras.src.ops.numpy","class_name":"\#(name)","config":{"name":"f"\#(settings)},"#
      + #""inbound_nodes":[\#(node)]}"#
    let text =
      #"{"class_name":"Functional","config":{"name":"m","layers":[\#(input),\#(function)],"#
      + #""input_layers":[["i",0,0]],"output_layers":[["f",0,0]]}}"#
    do {
      _ = try FloatModel(keras: KerasHostileTests.archive(of: text), path: "x.keras")
      return nil
    } catch let error as ImportError {
      return error.description
    }
  }

  @Test(arguments: [
    ("Add", "", #"VALUE,3.0"#), ("Subtract", "", #"2,VALUE"#),
    ("GetItem", "", #"VALUE,[{"class_name":"__ellipsis__"},0]"#),
    ("Mean", #","axis":[1,2],"keepdims":false"#, "VALUE"), ("Reshape", #","newshape":[-1,8,4]"#, "VALUE"),
    ("Pad", #","pad_width":[[0,0],[1,2],[0,0],[2,0]],"mode":"symmetric""#, "VALUE"),
    ("Multiply", "", #"VALUE,{"class_name":"__numpy__","config":{"value":[1,2],"dtype":"float32"}}"#),
  ])
  func `a function is read`(name: String, settings: String, arguments: String) throws {
    #expect(try reason(name, settings, arguments.replacing("VALUE", with: Self.value)) == nil)
  }

  @Test(arguments: [
    ("Add", "", "VALUE,[[1,2],[3]]", "", #"has a "x2" that is no array of numbers"#),
    ("Add", "", "VALUE", "", #"has no "x2""#),
    ("Add", "", "VALUE,1", #""x1":2"#, #"is given "x1" twice"#),
    ("Add", "", "VALUE,1,2", "", "is given 3 arguments; 2 are known"),
    ("Average", #","axis":1"#, "VALUE", #""weights":[1,2,3,4]"#, #"has the argument "weights""#),
    ("Max", #","axis":1,"initial":3"#, "VALUE", "", #"has the argument "initial""#),
    ("Mean", #","axis":[0,1]"#, "VALUE", "", "runs along axis 0, that of the batch"),
    ("Mean", "", "VALUE", "", "runs over all axes, that of the batch too"),
    ("GetItem", "", "VALUE,[0]", "", "selects one item of the batch"),
    ("GetItem", "", "VALUE,[null]", "", "puts an axis before the batch"),
    (
      "GetItem", "", #"VALUE,[{"class_name":"__slice__","config":{"start":1,"stop":null,"step":null}}]"#, "",
      "selects a part of the batch"
    ),
    ("GetItem", "", #"VALUE,[{"class_name":"__ellipsis__"},0,0,0,0,0]"#, "", "selects along 5 of 4 axes"),
    ("Pad", #","pad_width":[[1,0],[0,0],[0,0],[0,0]]"#, "VALUE", "", "pads the batch"),
    (
      "Pad", #","pad_width":[[0,0],[4,0],[0,0],[0,0]],"mode":"reflect""#, "VALUE", "",
      "by 4 elements of its own"
    ),
    ("Split", #","indices_or_sections":3,"axis":1"#, "VALUE", "", "cuts an axis of 4 into 3 equal pieces"),
    ("Split", #","indices_or_sections":[3,2],"axis":1"#, "VALUE", "", "cuts an axis of 4 at [3, 2]"),
    ("Transpose", #","axes":[1,0,2,3]"#, "VALUE", "", "the batch must stay first"),
    ("Cast", #","dtype":"int32""#, "VALUE", "", #"makes "int32" of its input"#),
    ("Clip", #","x_min":2,"x_max":1"#, "VALUE", "", "leaves one value"),
    ("Take", "", "VALUE,[0,1]", "", "has no axis, so that it takes items of the batch"),
    ("Take", #","axis":2"#, "VALUE,[0,4]", "", "within the 4 of its axis"),
    ("Take", #","axis":2"#, "VALUE,[[0,1]]", "", "needs constant places, one or a list of them"),
    ("Take", #","axis":0"#, "VALUE,[0,1]", "", "runs along axis 0, that of the batch"),
    ("Sort", "", "VALUE", "", "is of a class that is not supported"),
  ])
  func `what a function cannot be is said`(
    name: String, settings: String, arguments: String, named: String, message: String
  ) throws {
    let found = try reason(name, settings, arguments.replacing("VALUE", with: Self.value), named: named)
    #expect(found?.contains(message) == true, "\(found ?? "it was read")")
  }

  /// A model of a layer with an activation.
  private func activated(_ activation: String) throws -> String? {
    let layers =
      #"{"class_name":"InputLayer","config":{"name":"i","batch_shape":[null,4]}},"#
      + #"{"class_name":"Activation","config":{"name":"a","activation":\#(activation)}}"#
    let text = #"{"class_name":"Sequential","config":{"name":"s","layers":[\#(layers)]}}"#
    do {
      _ = try FloatModel(keras: KerasHostileTests.archive(of: text, version: "3.6.0"), path: "x.keras")
      return nil
    } catch let error as ImportError {
      return error.description
    }
  }

  @Test(arguments: [
    #"{"module":"builtins","class_name":"function","config":"gelu","registered_name":"function"}"#,
    #"{"module":"keras.activations","class_name":"function","config":"relu","registered_name":"relu"}"#,
    #"{"class_name":"ELU","config":{"alpha":0.5}}"#,
    #"{"module":"tf_keras.layers","class_name":"Activation","config":{"activation":"tanh"},"registered_name":null}"#,
  ])
  func `an activation may be an object`(activation: String) throws {
    #expect(try activated(activation) == nil)
  }

  @Test(arguments: [
    (
      #"{"module":"mine","class_name":"function","config":"relu","registered_name":"function"}"#,
      "a function of its author's"
    ),
    (
      #"{"module":"builtins","class_name":"function","config":"relu","registered_name":"Mine>relu"}"#,
      "a function of its author's"
    ),
    (
      #"{"module":"builtins","class_name":"function","config":"cube","registered_name":"function"}"#,
      #"has activation "cube"; supported: softmax"#
    ),
    (#"{"class_name":"PReLU","config":{}}"#, "put it behind the layer, as one of its own"),
    (#"{"class_name":"ELU","config":{},"registered_name":"Mine>ELU"}"#, #"of the class "ELU""#),
    (#"{"class_name":"Dense","config":{"units":3}}"#, #"has an activation of the class "Dense""#),
    ("[1]", "neither a name nor an object"),
  ])
  func `an activation of another kind is refused`(activation: String, message: String) throws {
    let found = try activated(activation)
    #expect(found?.contains(message) == true, "\(found ?? "it was read")")
  }

  /// A model of a layer that is repeated for each of five steps of 4x3.
  private func repeated(_ kind: String, _ settings: String) throws -> NetworkDescription {
    let layers =
      #"{"class_name":"InputLayer","config":{"name":"i","batch_shape":[null,5,4,3]}},"#
      + #"{"class_name":"TimeDistributed","config":{"name":"t","layer":"#
      + #"{"class_name":"\#(kind)","config":{\#(settings)}}}}"#
    let text = #"{"class_name":"Sequential","config":{"name":"s","layers":[\#(layers)]}}"#
    return try FloatModel(keras: KerasHostileTests.archive(of: text), path: "x.keras").network
  }

  @Test func `a layer for each step runs along axes of the step`() throws {
    // The second axis of a step is the third of the series, and the last of both.
    let texts = try [#""axis":2"#, #""axis":[2]"#, #""axis":-1"#].map {
      try repeated("UnitNormalization", $0).text
    }
    #expect(Set(texts).count == 1)
    #expect(try repeated("UnitNormalization", #""axis":1"#).text != texts[0])
    #expect(try repeated("Flatten", "").shapes().last?.count == 60)
  }

  @Test(arguments: [
    ("UnitNormalization", #""axis":0"#, "along other axes than the 1 to 2 of a step"),
    ("UnitNormalization", #""axis":-3"#, "along other axes than the 1 to 2 of a step"),
    ("UnitNormalization", #""axis":[1,null]"#, "along other axes than the 1 to 2 of a step"),
    ("Conv1D", #""filters":2"#, #"repeats a layer of the class "Conv1D" for each step"#),
    ("Flatten", #""data_format":"channels_first""#, #"repeats a layer of the class "Flatten""#),
  ])
  func `a layer for each step that is no layer on the whole is refused`(
    kind: String, settings: String, message: String
  ) throws {
    let error = #expect(throws: ImportError.self) { try repeated(kind, settings) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
