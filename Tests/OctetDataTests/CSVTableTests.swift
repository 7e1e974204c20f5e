import OctetData
import OctetHost
import OctetNetwork
import OctetText
import TestSupport
import Testing

@Suite struct CSVTableTests {
  private let square = ImageShape(height: 2, width: 2, channels: 1)

  private func parse(_ text: String, shape: ImageShape? = nil) throws(FileError) -> LabeledItems {
    try CSVTable.parse(Array(text.utf8), file: "t.csv", shape: shape)
  }

  private func message(_ text: String, shape: ImageShape? = nil) -> String? {
    fileError { () throws(FileError) in try parse(text, shape: shape) }?.description
  }

  /// The same table of two images in every form that is accepted.
  @Test(arguments: [
    "7,0,1,2,3\n5,4,5,6,255\n",
    "7,0,1,2,3\n5,4,5,6,255",
    "7,0,1,2,3\r\n5,4,5,6,255\r\n",
    "7,0,1,2,3\r\n5,4,5,6,255\r\n\r\n\n",
    "\u{FEFF}7,0,1,2,3\n5,4,5,6,255\n",
    "label,1x1,1x2,2x1,2x2\n7,0,1,2,3\n5,4,5,6,255\n",
    "\u{FEFF}\"label\",\"a,b\",\"say \"\"x\"\"\",c,d\r\n7,0,1,2,3\r\n5,4,5,6,255\r\n",
    ",,,,\n7,0,1,2,3\n5,4,5,6,255\n",
    "\"7\",\"0\",\"1\",\"2\",\"3\"\n\"5\",\"4\",\"5\",\"6\",\"255\"\n",
    "7.0,0.0,1.,2.000,3\n5.0,4.0,5,6,255.00\n",
    " 7 ,\t0,1 , 2,3 \n 5, \"4\" ,5,6,0255\n",
  ])
  func `one table in many forms`(text: String) throws {
    let set = try parse(text)
    #expect(set.shape == square)
    #expect(set.pixels == [0, 1, 2, 3, 4, 5, 6, 255])
    #expect(set.labels == [1, 0])
    #expect(set.classNames == ["5", "7"])
  }

  @Test func `classes are the labels that occur in numerical order`() throws {
    let set = try parse("10,0\n9,0\n255,0\n0,0\n9,0\n")
    #expect(set.classNames == ["0", "9", "10", "255"])
    #expect(set.labels == [2, 1, 3, 0, 1])
  }

  @Test func `a shape may be given`() throws {
    let wide = ImageShape(height: 1, width: 2, channels: 1)
    #expect(try parse("0,1,2\n", shape: wide).shape == wide)
    #expect(try parse("0,1,2,3,4\n", shape: ImageShape(flat: 4)).shape == ImageShape(flat: 4))
    #expect(
      message("0,1,2,3,4\n", shape: wide)?.contains("has 4 pixels, but an image of 1x2x1 has 2") == true)
  }

  @Test(arguments: [
    ("", "t.csv: is empty"),
    ("\u{FEFF}\n", "t.csv: is empty"),
    ("label,a\n", "t.csv: has a header but no images"),
    ("7\n8\n", "t.csv, line 1: has 1 column"),
    ("7;0;1\n", "t.csv, line 1: has 1 column"),
    ("7,0,1\n", "t.csv, line 1: has 2 pixels, which is not a square"),
    ("l,a,b\n7,0,1\n", "t.csv, line 1: has 2 pixels, which is not a square"),
    ("7,1\n8,2,3\n", "t.csv, line 2: has 3 columns, but the first line has 2"),
    ("l,a,b,c,d\n7,1,2,3,4\n8,2,3\n", "t.csv, line 3: has 3 columns, but the first line has 5"),
    ("l,a,b,c,d\n7,1,2,3,4,5,6,7\n", "t.csv, line 2: has 8 columns, but the first line has 5"),
    ("7,1\n8,2,\n", "t.csv, line 2: has 3 columns, but the first line has 2"),
    ("7,1\n\n8,2\n", "t.csv, line 2: is empty"),
    ("7,1\r\n\r\n8,2\n", "t.csv, line 2: is empty"),
    ("7,1\n8,x\n", "t.csv, line 2, column 2: \"x\" is not a number"),
    ("7,1\nx,8\n", "t.csv, line 2, column 1: label \"x\" is not a number"),
    ("7,1\n8,\n", "t.csv, line 2, column 2: the number is missing"),
    ("7,1\n,8\n", "t.csv, line 2, column 1: the label is missing"),
    ("7,1\n256,8\n", "t.csv, line 2, column 1: label \"256\" is not a whole number from 0 to 255"),
    ("-1,1\n", "t.csv, line 1, column 1: label \"-1\" is not"),
    ("7.5,1\n", "t.csv, line 1, column 1: label \"7.5\" is not a whole number from 0 to 255"),
    ("7,.\n", "t.csv, line 1, column 2: \".\" is not a number"),
    ("7,1.0.0\n", "t.csv, line 1, column 2: \"1.0.0\" is not a number"),
    ("7,nan\n", "t.csv, line 1, column 2: \"nan\" is not a number"),
    ("7,0x7\n", "t.csv, line 1, column 2: \"0x7\" is not a number"),
    ("7,-inf\n", "t.csv, line 1, column 2: \"-inf\" is not a number"),
    ("7,1e39\n", "t.csv, line 1, column 2: \"1e39\" is beyond a 32-bit float"),
    ("7,1 2\n", "t.csv, line 1, column 2: \"1 2\" is not a number"),
    ("7,1\r8,2\n", "t.csv, line 1, column 2: \"1\\u{d}8\" is not a number"),
    ("7,\"1\n8,2\n", "t.csv, line 1, column 2: has a quote that is not closed"),
    ("7,\"1\"2\n", "t.csv, line 1, column 2: has text after a closing quote"),
    ("7,1\u{301}\n", "t.csv, line 1, column 2: \"1\u{301}\" is not a number"),
  ])
  func `each mistake has its message`(text: String, start: String) {
    let line = message(text) ?? ""
    #expect(line.hasPrefix(start), "\(line)")
  }

  /// One number that is no pixel makes all of them features, those before it too.
  @Test(
    arguments: [
      ("2,5,255\n0,0.5,1\n", [5, 255, 0.5, 1]), ("2,-0,7\n0,1,2\n", [0, 7, 1, 2]),
      ("l,a,b\r\n2, 7.0 ,\"8\"\r\n0,256,-1e-2\r\n", [7, 8, 256, -0.01]),
      ("2,1,2\n0,1e2,99999999999999999999999\n", [1, 2, 100, 1e23]),
    ] as [(String, [Float])])
  func `a table of features`(text: String, numbers: [Float]) throws {
    let set = try CSVTable.parse(Array(text.utf8), file: "t.csv")
    #expect(set.values == .floats(numbers) && set.shape == ImageShape(flat: 2))
    #expect(set.labels == [1, 0] && set.classNames == ["0", "2"])
  }

  @Test func `a long field is shown in part`() {
    let line = message("7," + String(repeating: "z", count: 10_000) + "\n") ?? ""
    #expect(line.count < 200)
  }

  @Test(arguments: [true, false]) func `written and read back`(header: Bool) throws {
    let folder = try TemporaryFolder()
    let set = LabeledItems(
      shape: square, pixels: (0..<1024).map { UInt8($0 % 256) }, labels: (0..<256).map { UInt8($0 % 3) },
      classNames: ["3", "8", "20"])
    let bytes = CSVTable.encode(set, header: header)
    #expect(try CSVTable.read(folder.write(bytes, to: "t.csv")).isSame(as: set))
    #expect(try CSVTable.read(folder.write(gzip(bytes), to: "t.csv.gz")).isSame(as: set))
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix(header ? "label,1x1,1x2,2x1,2x2\n3,0,1,2,3\n8,4" : "3,0,1,2,3\n8,4"))
  }

  @Test func `names that are not numbers are written as indices`() {
    let set = LabeledItems(
      shape: ImageShape(height: 1, width: 1, channels: 2), pixels: [1, 2, 3, 4], labels: [1, 0],
      classNames: ["cat", "7"])
    let text = String(decoding: CSVTable.encode(set, header: true), as: UTF8.self)
    #expect(text == "label,1x1x1,1x1x2\n1,1,2\n0,3,4\n")
  }

  @Test func `the packed table has a limit`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(gzip([UInt8](repeating: 0x30, count: 2_000_000)), to: "bomb.csv.gz")
    let error = fileError { () throws(FileError) in try CSVTable.read(path, limit: 1_000_000) }
    #expect(error?.problem.contains("unpacks to more than the 1000000 bytes") == true)
  }

  /// Against a table that is split with the library's own functions.
  @Test func `random tables read as a plain split reads them`() throws {
    var random = RandomStream(seed: 21, purpose: .testing)
    for _ in 0..<200 {
      let side = Int.random(in: 1...4, using: &random)
      let rows = Int.random(in: 1...5, using: &random)
      let numbers = (0..<rows).map { _ in
        (0...side * side).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
      let end = Bool.random(using: &random) ? "\n" : "\r\n"
      let text = numbers.map { $0.map(String.init).joined(separator: ",") }.joined(separator: end)
      let set = try parse(text)
      #expect(set.pixels == numbers.flatMap { $0.dropFirst() })
      #expect(set.labels.map { set.classNames[Int($0)] } == numbers.map { String($0[0]) })
    }
  }

  /// Bytes that a table is made of, thrown together, and bytes of every kind: an answer or an error, never a trap.
  @Test func `random bytes never trap`() {
    var random = RandomStream(seed: 22, purpose: .testing)
    let usual = Array("0123456789,,,,,\n\n\n\r\". \t-+ex".utf8)
    var accepted = 0
    for round in 0..<60_000 {
      var bytes: [UInt8] = round % 7 == 0 ? [0xEF, 0xBB, 0xBF] : []
      for _ in 0..<Int.random(in: 0...30, using: &random) {
        let byte =
          round % 3 == 0 ? UInt8.random(in: 0...255, using: &random) : usual.randomElement(using: &random)
        bytes.append(byte ?? 0)
      }
      do {
        let set = try CSVTable.parse(bytes, file: "t")
        #expect(set.count > 0 && set.shape.height == set.shape.width)
        accepted += 1
      } catch {
        if error.description.contains("\n") { Issue.record("two lines: \(error)") }
      }
    }
    #expect(accepted > 20)
  }

  @Test func `every truncation of a table is an answer`() throws {
    let bytes = CSVTable.encode(smallSet(count: 4), header: true)
    let shape = smallSet(count: 4).shape
    for length in bytes.indices {
      let set = try? CSVTable.parse(Array(bytes[..<length]), file: "t", shape: shape)
      #expect((set?.count ?? 0) <= 4)
    }
  }

  @Test(.enabled(if: realMNIST != nil, "OCTET_MNIST is not set: the real files are not tested"))
  func `the real test set survives the round trip`() throws {
    let test = try #require(try MNISTFolder(realMNIST ?? "").read().test)
    #expect(try CSVTable.parse(CSVTable.encode(test, header: true), file: "t").isSame(as: test))
  }
}
