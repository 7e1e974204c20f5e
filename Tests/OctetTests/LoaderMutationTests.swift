import Octet
import Testing

/// Whatever bytes come: an error, or a model that runs to its end. A trap ends the test process.
@Suite("The loader and hostile bytes")
struct LoaderMutationTests {
  /// Loads, and runs an image through whatever is accepted.
  static func tryOut(_ file: [UInt8]) -> Bool {
    guard let model = try? Model(copying: file) else { return false }
    // A file that asks for much is accepted by right, but the test need not run it.
    guard model.arenaBytes < 1 << 20, model.imageBytes < 1 << 16 else { return true }
    var storage = [UInt8](repeating: 0x55, count: model.arenaBytes)
    var span = storage.mutableSpan
    var arena = span.mutableBytes
    guard var session = try? Session(model, arena: &arena) else { return false }
    let image = [UInt8](repeating: 200, count: model.imageBytes)
    guard (try? session.run(image: image.span)) != nil else { return false }
    return session.answer != nil
  }

  @Test("every truncation is rejected")
  func truncations() {
    var draft = ModelDraft.sample
    let file = draft.bytes()
    #expect(Self.tryOut(file))
    for count in 0..<file.count {
      #expect(!Self.tryOut(Array(file[..<count])))
      #expect(!Self.tryOut(Array(file[..<count]).mended()))
    }
  }

  @Test("every single-byte change is rejected by the check sum")
  func unmended() {
    var draft = ModelDraft.sample
    let file = draft.bytes()
    for index in file.indices {
      for flip: UInt8 in [1, 0x80, 0xFF] {
        var changed = file
        changed[index] ^= flip
        #expect(!Self.tryOut(changed))
      }
    }
  }

  @Test("every single-byte change with a mended check sum is an error or a model that runs")
  func mended() {
    var draft = ModelDraft.sample
    let file = draft.bytes()
    var accepted = 0
    for index in file.indices {
      for value in UInt8.min...UInt8.max where value != file[index] {
        var changed = file
        changed[index] = value
        if Self.tryOut(changed.mended()) { accepted += 1 }
      }
    }
    // Weights, biases and the like may hold any value; a loader that rejected all would be no loader.
    #expect(accepted > 10_000)
  }

  @Test("a million structural mutations are errors or models that run")
  func structural() {
    var random = RepeatingGenerator(state: 42)
    var draft = ModelDraft.sample
    let file = draft.bytes()
    let constants = LoaderRuleTests.layer + 40 * 10
    // Values that arithmetic stumbles over.
    let extremes: [UInt32] = [
      0, 1, 2, 3, 4, 0x7F, 0x80, 0xFF, 0x100, 0xFFF, 0x1000, 0x1001, 0x7FFF, 0x8000, 0xFFFF, 0x10000,
      0x7FFF_FFFF,
      0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF,
    ]
    for _ in 0..<1_000_000 {
      var changed = file
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let value =
          Bool.random(using: &random)
          ? extremes[Int.random(in: 0..<extremes.count, using: &random)]
          : UInt32.random(in: 0...32, using: &random)
        // Mostly the records: they decide what is computed.
        let end = Int.random(in: 0..<8, using: &random) == 0 ? file.count - 4 : constants
        let place = Int.random(in: 16..<end, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: changed[place] = UInt8(truncatingIfNeeded: value)
        case 1: changed.put16(UInt16(truncatingIfNeeded: value), at: place & ~1)
        default: changed.put32(value, at: place & ~3)
        }
      }
      _ = Self.tryOut(changed.mended())
    }
  }
}
