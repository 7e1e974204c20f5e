import Foundation
import OctetHost
import OctetInterchange
import OctetTraining
import Testing

/// Files of the newer forms of HDF5 that are damaged, or have what is not supported. Those that are right are compared
/// with Keras by KerasImportTests.
struct HDF5FormsTests {
  private static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: KerasImportTests.folder.appending(path: name)))
  }

  /// The model in a file; nil if it is refused, which takes one line.
  private static func model(_ bytes: [UInt8]) -> FloatModel? {
    do throws(ImportError) {
      return try FloatModel(keras: bytes, path: "x.h5")
    } catch {
      #expect(!error.description.contains("\n"))
      return nil
    }
  }

  /// The weights of this file have checksums, and so has everything that says where they are.
  @Test func `a changed byte is found or changes nothing`() throws {
    let file = try Self.bytes("checked.h5")
    let whole = try #require(Self.model(file))
    var found = 0
    for place in file.indices {
      // All bits of every other byte, one bit of the others.
      let change: UInt8 = place % 2 == 0 ? 0xFF : 1 << UInt8(place / 2 % 8)
      var changed = file
      changed[place] ^= change
      let model = Self.model(changed)
      #expect(model == nil || model == whole, "byte \(place) with \(change)")
      found += model == nil ? 1 : 0
    }
    // The others are room that is not used, and attributes that Octet does not read.
    #expect(found > file.count / 4)
  }

  @Test func `a file cut short is refused`() throws {
    for name in ["checked.h5", "rescaled.h5"] {
      let file = try Self.bytes(name)
      for count in stride(from: 0, to: file.count, by: 97) {
        #expect(Self.model(Array(file[..<count])) == nil)
      }
    }
  }

  /// Bytes in random places at once, with the checksums as they were.
  @Test(arguments: ["latest-forms.h5", "v108-forms.h5", "latest-text.h5"])
  func `random damage is an error or a model`(name: String) throws {
    let file = try Self.bytes(name)
    var random = RandomStream(seed: 7, purpose: .testing)
    for _ in 0..<100 {
      var changed = file
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        changed[Int.random(in: 0..<file.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = Self.model(changed)
    }
  }

  /// Changes that checksums do not find, since they were computed again.
  @Test(arguments: ["checked.h5", "latest-forms.h5", "v108-forms.h5"])
  func `any field is an error or a model`(name: String) throws {
    let file = try Self.bytes(name)
    let mending = HDF5Mending(file)
    #expect(mending.structures.count > 5)
    var random = RandomStream(seed: 9, purpose: .testing)
    for _ in 0..<200 {
      var changed = file
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        let structure = try #require(mending.structures.randomElement(using: &random))
        // A byte, or what an address or size of eight bytes is made to be.
        let values: [[UInt8]] = [
          [UInt8.random(in: 0...255, using: &random)], [0], [1], [0xFF], [UInt8](repeating: 0xFF, count: 8),
          [UInt8](repeating: 0, count: 8), [UInt8.random(in: 0...255, using: &random), 1, 0, 0, 0, 0, 0, 0],
        ]
        let value = try #require(values.randomElement(using: &random))
        let place = Int.random(in: structure.lowerBound...structure.upperBound - value.count, using: &random)
        changed.replaceSubrange(place..<place + value.count, with: value)
        mending.mend(structure, of: &changed)
      }
      _ = Self.model(changed)
    }
  }

  @Test(arguments: [
    ("soft-link", #""kernel" is a soft link; hard links are supported"#),
    ("old-soft-link", #""kernel" is a soft link; hard links are supported"#),
    ("outer-link", #""kernel" is a link to another file"#),
    ("committed-type", "has a committed datatype"),
    ("virtual", "is virtual"),
    ("external-files", "is kept in other files"),
    ("lzf", "filter 32000 (lzf); deflate, shuffle and fletcher32 are supported"),
    ("scale-offset", "filter 6 (scale-offset)"),
    ("still-open", "the program that wrote it has not closed it"),
    ("enumeration", "has enumerations where floats"),
    // Forty links of a group to itself, sixteen levels deep.
    ("loops", "more parts than any model"),
  ])
  func `what is not supported is named`(name: String, message: String) throws {
    let error = #expect(throws: ImportError.self) {
      try FloatModel(keras: Self.bytes("../Refused/\(name).h5"), path: "x.h5")
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
