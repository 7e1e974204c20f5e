import Foundation
import Octet
import OctetInterchange
import OctetNetwork
import OctetText
import Testing

/// Archives made by hand, to do harm.
struct KerasHostileTests {
  /// A ZIP archive of files that are stored as they are.
  private static func archive(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var archive: [UInt8] = []
    var list: [UInt8] = []
    for (name, bytes) in files {
      var checksum = Checksum()
      checksum.add(bytes.span.bytes)
      // Version, flags, method, time and date; then what both kinds of entry share.
      let common =
        little(20, 2) + little(0, 8) + little(Int(checksum.value), 4) + little(bytes.count, 4)
        + little(bytes.count, 4) + little(name.utf8.count, 2) + little(0, 2)
      list += Array("PK\u{1}\u{2}".utf8) + little(20, 2) + common + little(0, 10) + little(archive.count, 4)
      list += Array(name.utf8)
      archive += Array("PK\u{3}\u{4}".utf8) + common + Array(name.utf8) + bytes
    }
    let end =
      Array("PK\u{5}\u{6}".utf8) + little(0, 4) + little(files.count, 2) + little(files.count, 2)
      + little(list.count, 4) + little(archive.count, 4) + little(0, 2)
    return archive + list + end
  }

  /// The weights of a model without any: what is read of them here is only that there are none.
  private static func weights() throws -> [UInt8] {
    Array(try Data(contentsOf: KerasImportTests.folder.appending(path: "rescaled.h5")))
  }

  private static func model(_ layers: [String]) throws -> [UInt8] {
    let text =
      #"{"class_name":"Sequential","config":{"name":"s","layers":["# + layers.joined(separator: ",") + "]}}"
    return try archive(of: text)
  }

  /// A model without weights of its own.
  ///
  /// - Parameter version: that of Keras; nil for an archive that names none.
  static func archive(of configuration: String, version: String? = nil) throws -> [UInt8] {
    let metadata = version.map { ("metadata.json", Array(#"{"keras_version":"\#($0)"}"#.utf8)) }
    return archive(
      [("config.json", Array(configuration.utf8)), ("model.weights.h5", try weights())]
        + (metadata.map { [$0] } ?? []))
  }

  private static func input(_ sizes: String) -> String {
    #"{"class_name":"InputLayer","config":{"name":"i","batch_shape":[null,\#(sizes)]}}"#
  }

  private static func rescaling(_ number: Int) -> String {
    #"{"class_name":"Rescaling","config":{"name":"r\#(number)","scale":0.5,"offset":0.0}}"#
  }

  private static let flatten = #"{"class_name":"Flatten","config":{"name":"f"}}"#

  private func reason(_ bytes: [UInt8]) -> String {
    let error = #expect(throws: ImportError.self) {
      try FloatModel(keras: bytes, path: "x.keras")
    }
    return error?.description ?? ""
  }

  @Test func `an archive made here is read`() throws {
    let layers = [Self.input("4,4,1"), Self.flatten] + (0..<3).map(Self.rescaling)
    let model = try FloatModel(keras: Self.model(layers), path: "x.keras")
    // A flattening that nothing needs leaves no layer.
    #expect(model.network.layers.count == 3)
  }

  @Test func `layers without weights in the file count what is made for them`() throws {
    // 2^20 channels, two numbers for each, a layer: 2^26 numbers are 32 of them.
    let layers = [Self.input("1048576")] + (0..<33).map(Self.rescaling)
    #expect(reason(try Self.model(layers)).contains("beyond 67108864 parameters"))
  }

  @Test func `axes of another order are taken as they are said`() throws {
    func pooled(_ format: String) throws -> [UInt8] {
      try Self.model([
        Self.input("4,5,3"),
        #"{"class_name":"GlobalAveragePooling2D","config":{"name":"p","data_format":"\#(format)"}}"#,
      ])
    }
    #expect(try FloatModel(keras: pooled("channels_last"), path: "x.keras").outputLayout.shape == [3])
    // The input can have its channels first; behind a layer that has them last the values are put into another order.
    #expect(try FloatModel(keras: pooled("channels_first"), path: "x.keras").outputLayout.shape == [4])
    let mixed = try Self.model([
      Self.input("4,5,3"), #"{"class_name":"MaxPooling2D","config":{"name":"m","pool_size":2}}"#,
      #"{"class_name":"GlobalAveragePooling2D","config":{"name":"p","data_format":"channels_first"}}"#,
    ])
    #expect(try FloatModel(keras: mixed, path: "x.keras").outputLayout.shape == [2])
  }

  /// What Keras writes and Octet does not compute.
  @Test(arguments: [
    (
      "4,4,1", #""Dense","config":{"units":2,"dtype":{"class_name":"QuantizedDTypePolicy"}"#,
      "is quantized by Keras"
    ),
    ("4,4,1", #""Dense","config":{"units":2,"lora_rank":2"#, "has lora_rank"),
    (
      "4,4,1", #""Conv2D","config":{"filters":2,"kernel_size":[3,3],"dilation_rate":[256,2]"#,
      #"has no "dilation_rate" of two numbers from 1 to 255"#
    ),
    ("300,2,1", #""GlobalMaxPooling2D","config":{"keepdims":false"#, "the limit is 256x256"),
    ("4,4,2", #""Rescaling","config":{"scale":[[0.5,2]],"offset":0"#, #""scale" that is not a number"#),
    ("4,4,2", #""Rescaling","config":{"scale":[0.5,2,4],"offset":0"#, "does not leave as they are"),
    ("4,4,2", #""Permute","config":{"dims":[1,2]"#, "puts 3 axes into the order [1, 2]"),
    ("4", #""Softmax","config":{"axis":["a"]"#, "axis that is not a number"),
    ("4", #""Softmax","config":{"axis":[2]"#, "has axis 2"),
  ])
  func `what a layer cannot be is said`(sizes: String, layer: String, message: String) throws {
    let text = #"{"class_name":"# + layer.replacing(#""config":{"#, with: #""config":{"name":"l","#) + "}}"
    let found = reason(try Self.model([Self.input(sizes), text]))
    #expect(found.contains(message), "\(found)")
  }

  @Test func `a newer form of HDF5 is named`() throws {
    var file = try Self.weights()
    file[8] = 4
    #expect(reason(file).contains("byte 8: it is written in form 4 of HDF5; 0 to 3 are supported"))
  }

  /// Of Keras 2: it drops then, whatever `predict` says. Keras 3 does what `predict` says.
  @Test func `a layer that is called in training is refused`() throws {
    func model(_ node: String) throws -> [UInt8] {
      let text =
        #"{"class_name":"Functional","config":{"name":"f","layers":["# + Self.input("4") + ","
        + #"{"class_name":"Dropout","name":"d","config":{"name":"d","rate":0.5},"inbound_nodes":["# + node
        + #"]}],"output_layers":[["d",0,0]]}}"#
      return try Self.archive(of: text)
    }
    #expect(reason(try model(#"[["i",0,0,{"training":true}]]"#)).contains("training=True"))
    let tensor = #"{"class_name":"__keras_tensor__","config":{"keras_history":["i",0,0]}}"#
    let node = #"{"args":[\#(tensor)],"kwargs":{"training":true}}"#
    #expect(try FloatModel(keras: model(node), path: "x.keras").outputLayout.shape == [4])
  }

  @Test func `a long configuration is not read to its end`() throws {
    let layers = [Self.input("4,4,1"), Self.flatten] + (0..<20_000).map(Self.rescaling)
    #expect(reason(try Self.model(layers)).contains("bytes; the limit is 1048576"))
  }

  @Test func `a layer that reads several values is an error`() throws {
    let text = #"""
      {"class_name":"Functional","config":{"name":"m","output_layers":[["a",0,0]],"layers":[
      {"class_name":"InputLayer","config":{"name":"i","batch_shape":[null,4]},"inbound_nodes":[]},
      {"class_name":"Activation","config":{"name":"a","activation":"relu"},
      "inbound_nodes":[[["i",0,0,{}],["i",0,0,{}]]]}]}}
      """#
    let bytes = Self.archive([("config.json", Array(text.utf8)), ("model.weights.h5", try Self.weights())])
    #expect(reason(bytes).contains("reads 2 values; one is supported"))
  }

  @Test(arguments: ["config.json", "model.weights.h5"])
  func `a changed byte in an archive is found`(name: String) throws {
    let url = KerasImportTests.folder.appending(path: "sequential.keras")
    var bytes = Array(try Data(contentsOf: url))
    let wanted = Array(name.utf8)
    let place = try #require(
      (0..<bytes.count - wanted.count).first { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) })
    bytes[place + wanted.count + 400] ^= 1
    #expect(reason(bytes).contains("\"\(name)\" is damaged"))
  }
}
