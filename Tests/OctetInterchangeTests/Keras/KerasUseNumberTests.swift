import OctetInterchange
import OctetNetwork
import Testing

/// Which use of a model that stands as a layer is meant, in hand-written configurations; the golden files have others.
struct KerasUseNumberTests {
  /// The network of a model that uses another twice, one half after the other, and reads one of the uses.
  ///
  /// - Parameters:
  ///   - first: where the second use reads the first.
  ///   - read: what the layer behind both reads.
  private func network(
    _ kind: String, listsInput: Bool, version: String?, first: Int, read: Int
  ) throws(ImportError) -> NetworkDescription {
    let input =
      #"{"class_name":"InputLayer","config":{"name":"NAME","batch_shape":[null,4]},"inbound_nodes":[]}"#
    let normalization =
      #"{"class_name":"UnitNormalization","name":"r","config":{"name":"r","axis":-1},"#
      + #""inbound_nodes":[[["j",0,0,{}]]]}"#
    let inner = (listsInput ? [input.replacing("NAME", with: "j")] : []) + [normalization]
    let model =
      #"{"class_name":"\#(kind)","name":"m","config":{"name":"m","layers":[\#(inner.joined(separator: ","))],"#
      + #""input_layers":[["j",0,0]],"output_layers":[["r",0,0]]},"#
      + #""inbound_nodes":[[["i",0,0,{}]],[["m",\#(first),0,{}]]]}"#
    let last =
      #"{"class_name":"Activation","config":{"name":"a","activation":"relu"},"inbound_nodes":[[["m",\#(read),0,{}]]]}"#
    let layers = [input.replacing("NAME", with: "i"), model, last].joined(separator: ",")
    let text =
      #"{"class_name":"Functional","config":{"name":"w","layers":[\#(layers)],"input_layers":[["i",0,0]],"#
      + #""output_layers":[["a",0,0]]}}"#
    let file: [UInt8]
    do { file = try KerasHostileTests.archive(of: text, version: version) } catch { file = [] }
    return try FloatModel(keras: file, path: "x.keras").network
  }

  @Test(arguments: [
    // In Keras 2 the first use is number 1 where the model has an input of its own.
    ("Functional", true, "2.15.0", 1, 2), ("Sequential", true, "2.15.0", 1, 2),
    // Otherwise the file tells.
    ("Sequential", false, "2.15.0", 0, 1), ("Sequential", false, "2.2.4", 1, 2),
    ("Functional", true, nil, 0, 1), ("Functional", true, nil, 1, 2),
    // In Keras 3 it is 0 where layers read it.
    ("Functional", true, "3.6.0", 0, 1), ("Sequential", true, "3.6.0", 0, 1),
  ])
  func `a use is found by its number`(
    kind: String, listsInput: Bool, version: String?, first: Int, second: Int
  ) throws {
    let both = try network(kind, listsInput: listsInput, version: version, first: first, read: second)
    let one = try network("Functional", listsInput: true, version: "3.6.0", first: 0, read: 0)
    #expect(both.layers.count > one.layers.count, "\(both)")
  }

  @Test(arguments: [
    ("Functional", true, "2.15.0", 0, 1, #"layer "m" reads "m", which no layer before it gives"#),
    ("Functional", true, "3.6.0", 1, 2, #"layer "m" reads "m", which no layer before it gives"#),
    ("Sequential", false, "2.15.0", 1, 1, "the file does not tell which use is which"),
  ])
  func `a number that no use has is refused`(
    kind: String, listsInput: Bool, version: String, first: Int, second: Int, message: String
  ) throws {
    let error = #expect(throws: ImportError.self) {
      try network(kind, listsInput: listsInput, version: version, first: first, read: second)
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
