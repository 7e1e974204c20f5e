import OctetData
import OctetHost
import TestSupport
import Testing

/// Files as NumPy 2.4 writes them, every way to damage them, and files that NumPy reads back.
@Suite struct NPYArrayTests {
  /// A file of version 1 with this dictionary and these bytes.
  private static func file(_ dictionary: String, _ bytes: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let text = Array((dictionary + " \n").utf8)
    let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(text.count >> (8 * $0) & 255) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + bytes
  }

  private static func read(_ file: [UInt8]) throws(FileError) -> NPYArray {
    try NPYArray(file, path: "x.npy")
  }

  private static func refusal(_ file: [UInt8]) -> String? {
    do throws(FileError) {
      _ = try read(file)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// `numpy.lib.format.write_array` of `[[1.5, -2, 3], [0.1, 0.001, inf]]`, of one type, order and version each.
  private static let golden: [(dictionary: String, version: UInt8, values: [UInt8])] = [
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 1,
      [
        0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0x40, 0x40, 0xCD, 0xCC, 0xCC, 0x3D, 0x6F, 0x12, 0x83, 0x3A, 0,
        0, 0x80,
        0x7F,
      ]
    ),
    (
      "{'descr': '<f2', 'fortran_order': True, 'shape': (2, 3), }", 2,
      [0x00, 0x3E, 0x66, 0x2E, 0x00, 0xC0, 0x19, 0x14, 0x00, 0x42, 0x00, 0x7C]
    ),
    (
      "{'descr': '>f8', 'fortran_order': False, 'shape': (2, 3), }", 3,
      [
        0x3F, 0xF8, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x08, 0, 0, 0, 0, 0, 0, 0x3F, 0xB9,
        0x99, 0x99,
        0x99, 0x99, 0x99, 0x9A, 0x3F, 0x50, 0x62, 0x4D, 0xD2, 0xF1, 0xA9, 0xFC, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0,
      ]
    ),
  ]

  @Test(arguments: golden)
  func `files of NumPy`(dictionary: String, version: UInt8, values: [UInt8]) throws {
    let array = try Self.read(Self.file(dictionary, values, version: version))
    #expect(array.shape == [2, 3] && array.count == 6)
    let found = array.floats(0..<6)
    let expected: [Float] = [1.5, -2, 3, 0.1, 0.001, .infinity]
    for (one, other) in zip(found, expected) {
      #expect(one == other || abs(one - other) < 1e-3 * abs(other), "\(dictionary)")
    }
    if array.element != .float16 { #expect(found == expected) }
    #expect(array.floats(1..<3) == [-2, 3])
  }

  @Test func `the forms that a dictionary takes`() throws {
    let forms = [
      "{'shape': (3,), 'descr': '|i1', 'fortran_order': False}",
      "{\"descr\": \"<i1\", \"fortran_order\": True, \"shape\": (3L,)}",
      " { 'descr' : '=i1' , 'fortran_order' : False , 'shape' : ( 3 , ) , } ",
    ]
    for form in forms {
      let array = try Self.read(Self.file(form, [0x80, 0, 0x7F]))
      #expect(array == NPYArray(shape: [3], [Int8](arrayLiteral: -128, 0, 127)), "\(form)")
    }
    let scalar = try Self.read(Self.file("{'descr': '|u1', 'fortran_order': False, 'shape': (), }", [7]))
    #expect(scalar.shape == [] && scalar.floats(0..<1) == [7])
    let none = try Self.read(Self.file("{'descr': '<f4', 'fortran_order': True, 'shape': (0, 5), }", []))
    #expect(none.count == 0)
  }

  @Test func `every type of number`() throws {
    let cases: [(String, [UInt8], Float)] = [
      ("<i2", [0xFE, 0xFF], -2), (">i2", [0x01, 0x00], 256), ("<i4", [0, 0, 1, 0], 65536),
      (">i8", [255, 255, 255, 255, 255, 255, 255, 253], -3), ("|b1", [1], 1), ("|u1", [200], 200),
      ("<f2", [1, 0], 0x1p-24), ("<f2", [0, 0xBC], -1),
    ]
    for (type, bytes, value) in cases {
      let array = try Self.read(
        Self.file("{'descr': '\(type)', 'fortran_order': False, 'shape': (1,), }", bytes))
      #expect(array.floats(0..<1) == [value], "\(type)")
    }
  }

  @Test func `fortran order of three dimensions`() throws {
    // NumPy: np.asfortranarray(np.arange(24, dtype="u1").reshape(2, 3, 4))
    let stored: [UInt8] = [
      0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23,
    ]
    let array = try Self.read(
      Self.file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", stored))
    #expect(array.bytes == (0..<24).map { UInt8($0) })
  }

  @Test(arguments: [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", "takes 24 bytes, and 4 follow"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1}", "\"more\""),
    ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", "twice"),
    ("{'descr': '<f4', 'shape': ()}", "lacks 'fortran_order'"),
    ("{'descr': '<c8', 'fortran_order': False, 'shape': ()}", "\"<c8\" is none of f2, f4"),
    ("{'descr': '|f4', 'fortran_order': False, 'shape': ()}", "\"|f4\" is none of"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': ()}", "\"|O\" is none of"),
    ("{'descr': '', 'fortran_order': False, 'shape': ()}", "\"\" is none of"),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", "a text in quotes"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", "True or False"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", "','"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "a size"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "a smaller size"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999, 99999999999)}",
      "a smaller size"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': ()} 1", "nothing but spaces"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': ()", "','"),
    ("{'descr': '<f\\4', 'fortran_order': False, 'shape': ()}", "plain characters"),
    ("", "'{'"),
  ])
  func `headers that are none`(dictionary: String, words: String) throws {
    let refusal = try #require(Self.refusal(Self.file(dictionary, [0, 0, 0x80, 0x3F])))
    #expect(refusal.hasPrefix("x.npy, byte ") && refusal.contains(words), "\(refusal)")
  }

  @Test func `too many dimensions`() throws {
    let sizes = String(repeating: "1, ", count: 65)
    let refusal = Self.refusal(
      Self.file("{'descr': '|u1', 'fortran_order': False, 'shape': (\(sizes))}", [0]))
    #expect(refusal?.contains("65 dimensions") == true)
  }

  @Test func `another kind of file and another version`() throws {
    #expect(Self.refusal(Array("PK\u{3}\u{4} and so on".utf8))?.contains("does not begin") == true)
    #expect(Self.refusal([])?.contains("does not begin") == true)
    let later = Self.file("{'descr': '|u1', 'fortran_order': False, 'shape': (), }", [7], version: 4)
    #expect(Self.refusal(later)?.contains("version 4") == true)
    // A header of 2^32 - 1 bytes, and one of more bytes than are allowed that the file does have.
    #expect(Self.refusal([0x93] + Array("NUMPY".utf8) + [2, 0, 255, 255, 255, 255]) != nil)
    let long = Self.file("{" + String(repeating: " ", count: 1 << 16), [], version: 2)
    #expect(Self.refusal(long)?.contains("the limit is") == true)
  }

  @Test func `every truncation is an error`() throws {
    for (dictionary, version, values) in Self.golden {
      let file = Self.file(dictionary, values, version: version)
      for count in 0..<file.count { #expect(Self.refusal(Array(file[..<count])) != nil, "\(count) bytes") }
      #expect(Self.refusal(file + [0]) != nil)
    }
  }

  @Test func `every flipped bit is an error or an array of the same size`() throws {
    for (dictionary, version, values) in Self.golden {
      let file = Self.file(dictionary, values, version: version)
      for bit in 0..<file.count * 8 {
        var changed = file
        changed[bit / 8] ^= 1 << UInt8(bit % 8)
        guard let array = try? Self.read(changed) else { continue }
        #expect(array.bytes.count == values.count)
        _ = array.floats(0..<array.count)
      }
    }
  }

  @Test func `what is written is read back here and by NumPy`() throws {
    let arrays = [
      NPYArray(shape: [2, 3], [Float](arrayLiteral: 1.5, -2, 3, 0.1, 0.001, 1e30)),
      NPYArray(shape: [3], [Int8](arrayLiteral: -128, 0, 127)),
      NPYArray(shape: [1, 2, 1], [Int16](arrayLiteral: -300, 300)),
      NPYArray(shape: [], [Float](arrayLiteral: 7)),
    ]
    for array in arrays {
      let file = array.file
      #expect(try Self.read(file) == array)
      #expect((file.count - array.bytes.count) % 64 == 0)
    }
    guard let python = Python("numpy") else { return }
    let folder = try TemporaryFolder()
    for (index, array) in arrays.enumerated() {
      try AtomicFile.write(path: folder.path("\(index).npy"), bytes: array.file)
    }
    let script = """
      import numpy, sys
      for i in range(4):
        a = numpy.load(f"{sys.argv[1]}/{i}.npy")
        print(a.dtype, a.shape, a.ravel().tolist())
      """
    #expect(
      try python.run(script, folder.path).output == """
        float32 (2, 3) [1.5, -2.0, 3.0, 0.10000000149011612, 0.0010000000474974513, 1.0000000150474662e+30]
        int8 (3,) [-128, 0, 127]
        int16 (1, 2, 1) [-300, 300]
        float32 () [7.0]

        """)
  }
}
