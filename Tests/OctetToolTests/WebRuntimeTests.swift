import Foundation
import Octet
import OctetData
import OctetHost
import OctetInterchange
import TestSupport
import Testing

/// octet.wasm under Node beside the runtime here.
@Suite struct WebRuntimeTests {
  /// What the host makes of images, in the lines of web/tests/run.mjs: the check sum of every layer, then for each
  /// output the class, the values and the shares.
  private static func lines(_ file: [UInt8], _ images: [[UInt8]]) throws -> [String] {
    let model = try Model(copying: file)
    var storage = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
    var span = storage.mutableSpan
    var arena = span.mutableBytes
    var session = try Session(model, arena: &arena)
    var lines: [String] = []
    for image in images {
      var checksums = LayerChecksums()
      try session.run(image: image.span, observer: &checksums)
      var words = (0..<model.layerCount).map { layer in
        let digits = String(checksums[layer], radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
      }
      for output in 0..<model.outputCount {
        var (logits, shares) = ([String](), [String]())
        session.forEachLogit(ofOutput: output) { logits.append(String($0)) }
        session.forEachProbability(ofOutput: output) { shares.append(String($0)) }
        words += [
          session.answer(ofOutput: output).map { String($0.classIndex) } ?? "-",
          logits.joined(separator: ","), shares.isEmpty ? "-" : shares.joined(separator: ","),
        ]
      }
      lines.append(words.joined(separator: " "))
    }
    return lines
  }

  /// The first test images of MNIST, or as many synthetic digits.
  private static func digits(_ count: Int) throws -> [[UInt8]] {
    let digits: LabeledItems
    if let path = ProcessInfo.processInfo.environment["OCTET_MNIST"], !path.isEmpty {
      digits = try #require(try MNISTFolder(path).read().test)
    } else {
      digits = SyntheticDigits.generate(count: count, seed: 11)
    }
    let pixels = digits.pixels
    return (0..<count).map { Array(pixels[$0 * 784..<($0 + 1) * 784]) }
  }

  @Test func `the module that a page carries stays small`() throws {
    guard let web = try WebRuntime() else { return }
    let packed = try Data(contentsOf: URL(filePath: "\(web.folder)/octet.wasm.gz"))
    #expect(packed.count < 60_000)
  }

  @Test(arguments: ["cnn-two-pool", "dense-dropout"])
  func `every layer of a thousand digits has the same bits`(_ name: String) throws {
    guard let web = try WebRuntime() else { return }
    let path = "\(Python.repository.path)/Models/\(name).octet"
    let digits = try Self.digits(1000)
    let folder = try TemporaryFolder()
    let images = try folder.write(digits.flatMap { $0 }, to: "images")
    let found = try web.run("answers", [path, images])
    let expected = try Self.lines(try fileContents(path), digits)
    #expect(found.count == 1000)
    for (index, pair) in zip(found, expected).enumerated() where pair.0 != pair.1 {
      Issue.record("digit \(index): \(pair.0) instead of \(pair.1)")
      return
    }
  }

  @Test
  func `models of every kind of layer have the same bits`() throws {
    guard let web = try WebRuntime() else { return }
    let folder = try TemporaryFolder()
    var paths: [String] = []
    var expected: [String] = []
    for seed in UInt64(0)..<120 {
      let model = RandomModel(seed: seed)
      let images = (0..<2).map { model.pixels(seed: seed * 2 + $0) }
      paths.append(try folder.write(model.bytes, to: "\(seed).octet"))
      paths.append(try folder.write(images.flatMap { $0 }, to: "\(seed)"))
      expected += try Self.lines(model.bytes, images)
    }
    let found = try web.run("answers", paths)
    #expect(found.count == expected.count)
    for (index, pair) in zip(found, expected).enumerated() where pair.0 != pair.1 {
      Issue.record("model \(index / 2), image \(index % 2): \(pair.0) instead of \(pair.1)")
      return
    }
  }

  @Test
  func `a file that breaks a rule is refused in the words of the host`() throws {
    guard let web = try WebRuntime() else { return }
    let folder = try TemporaryFolder()
    let whole = try fileContents("\(Python.repository.path)/Models/dense-dropout.octet")
    var files = [
      whole, [], Array("something else, which is long enough to have a header of 64 bytes and more".utf8),
    ]
    for place in [0, 4, 12, 70, whole.count / 2] {
      var broken = whole
      broken[place] ^= 0x40
      files.append(broken)
    }
    files.append(Array(whole.dropLast(16)))
    let paths = try files.enumerated().map { try folder.write($1, to: "\($0).octet") }
    let expected = files.map { file in
      do throws(ModelError) {
        return "\(try Model(copying: file).layerCount) layers"
      } catch {
        return "OctetError: \(error)"
      }
    }
    #expect(try web.run("load", paths) == expected)
    #expect(Set(expected).count > 4)
  }

  @Test
  func `a call that cannot be answered says why`() throws {
    guard let web = try WebRuntime() else { return }
    let found = try web.run("misuse", ["\(Python.repository.path)/Models/dense-dropout.octet"])
    #expect(
      found == ["form", "form", "size", "size", "size", "form", "size"].map { "OctetError \($0)" })
  }

  @Test
  func `numbers are fed as the host feeds them`() throws {
    guard let web = try WebRuntime() else { return }
    let folder = try TemporaryFolder()
    var random = RandomStream.test(31)
    let model = RandomModel(seed: 5)
    let scale = try Model(copying: model.bytes).inputScale
    let numbers =
      random.floats(500, in: -200 * scale.scale..<200 * scale.scale) + [0, .infinity, -.infinity, .nan, 1e30]
    let file = try folder.write(model.bytes, to: "a.octet")
    let bytes = numbers.flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
    }
    let found = try web.run("feed", [file, try folder.write(bytes, to: "numbers")])
    #expect(found == [numbers.map { String(scale.fed($0)) }.joined(separator: ",")])
  }

  @Test
  func `it imports nothing`() throws {
    guard let web = try WebRuntime() else { return }
    #expect(try web.run("imports") == ["[]"])
  }
}
