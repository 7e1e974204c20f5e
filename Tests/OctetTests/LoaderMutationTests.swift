import Octet
import Testing

/// Whatever bytes come: an error, or a model that runs to its end. A trap ends the test process.
@Suite struct LoaderMutationTests {
  enum Outcome: Equatable {
    case rejected
    case answered
    /// Accepted, but it asks for so much that the test does not run it.
    case tooLargeToRun
    /// Accepted, and then a session or a run failed or ended without an answer: what the loader must prevent.
    case noAnswer
  }

  /// Loads, and runs an image through whatever is accepted.
  static func outcome(of file: [UInt8]) -> Outcome {
    guard let model = try? Model(copying: file) else { return .rejected }
    guard model.arenaBytes < 1 << 20, model.imageBytes < 1 << 16 else { return .tooLargeToRun }
    var storage = [UInt8](repeating: 0x55, count: model.arenaBytes)
    var span = storage.mutableSpan
    var arena = span.mutableBytes
    guard var session = try? Session(model, arena: &arena) else { return .noAnswer }
    let image = [UInt8](repeating: 200, count: model.imageBytes)
    guard (try? session.run(image: image.span)) != nil, session.answer != nil else { return .noAnswer }
    return .answered
  }

  /// Two models that have every kind of layer between them.
  private static let drafts = [ModelDraft.sample, .moves]

  @Test(arguments: drafts.indices)
  func `every truncation is rejected`(draft: Int) {
    var draft = Self.drafts[draft]
    let file = draft.bytes()
    #expect(Self.outcome(of: file) == .answered)
    for count in 0..<file.count {
      #expect(Self.outcome(of: Array(file[..<count])) == .rejected)
      #expect(Self.outcome(of: Array(file[..<count]).mended()) == .rejected)
    }
  }

  @Test
  func `every single-byte change is rejected by the check sum`() {
    var draft = ModelDraft.sample
    let file = draft.bytes()
    for index in file.indices {
      for flip: UInt8 in [1, 0x80, 0xFF] {
        var changed = file
        changed[index] ^= flip
        #expect(Self.outcome(of: changed) == .rejected)
      }
    }
  }

  @Test(arguments: drafts.indices)
  func `every single-byte change with a mended check sum is an error or a model that runs`(draft: Int) {
    var draft = Self.drafts[draft]
    let file = draft.bytes()
    var answered = 0
    var unanswered: [String] = []
    for index in file.indices {
      for value in UInt8.min...UInt8.max where value != file[index] {
        var changed = file
        changed[index] = value
        let outcome = Self.outcome(of: changed.mended())
        if outcome == .answered { answered += 1 }
        if outcome == .noAnswer { unanswered.append("byte \(index) as \(value)") }
      }
    }
    #expect(unanswered.isEmpty, "accepted, but without an answer: \(unanswered.prefix(5))")
    // Weights, biases and the like may hold any value; a loader that rejected all would be useless.
    #expect(answered > 10_000)
  }

  /// A million in all.
  @Test(arguments: drafts.indices)
  func `structural mutations are errors or models that run`(draft: Int) {
    var random = RepeatingGenerator(state: 42)
    var draft = Self.drafts[draft]
    let file = draft.bytes()
    let constants = 64 + 28 * draft.tensors.count + 40 * draft.layers.count
    // Values that arithmetic stumbles over.
    let extremes: [UInt32] = [
      0, 1, 2, 3, 4, 0x7F, 0x80, 0xFF, 0x100, 0xFFF, 0x1000, 0x1001, 0x7FFF, 0x8000, 0xFFFF, 0x10000,
      0x7FFF_FFFF,
      0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF,
    ]
    var answered = 0
    var unanswered: [Int] = []
    for mutation in 0..<500_000 {
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
      let outcome = Self.outcome(of: changed.mended())
      if outcome == .answered { answered += 1 }
      if outcome == .noAnswer { unanswered.append(mutation) }
    }
    #expect(unanswered.isEmpty, "accepted, but without an answer: mutations \(unanswered.prefix(5))")
    #expect(answered > 1_000)
  }
}
