import Foundation
import Octet
import TestSupport
import Testing

/// What every kind of layer has to have. A new one fails here until all of it is there.
struct KindTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// `DEPTHWISE_CONVOLUTION` of depthwise convolution: the end of the compiler's flag, as firmware-sim/build writes it.
  private static func flag(_ kind: LayerKind) -> String {
    "\(kind.name)".uppercased().replacing(" ", with: "_")
  }

  @Test func `each kind has numbers that are specified, and a file of its own`() throws {
    let headings = try Self.text("docs/NUMERICS.md").split(separator: "\n").filter { $0.hasPrefix("## ") }
    for kind in LayerKind.allCases {
      #expect(
        headings.contains { $0.lowercased().contains("\(kind.name)") }, "docs/NUMERICS.md: \(kind.name)")
      let file = "\(kind.name)".split(separator: " ").map(\.capitalized).joined()
      let source = try Self.text("Sources/Octet/Layers/\(file).swift")
      #expect(source.contains("static var traits"), "Sources/Octet/Layers/\(file).swift")
    }
  }

  @Test func `each kind can be left out of a firmware`() throws {
    let source = try Self.text("Sources/Octet/Layers/LayerKind.swift")
    for kind in LayerKind.allCases {
      #expect(source.contains("#if OCTET_CHOSEN_KINDS && !OCTET_KIND_\(Self.flag(kind))\n"))
    }
  }

  @Test func `random models have each kind, over each kernel that the other tests compare`() throws {
    var missing = Set(LayerKind.allCases)
    for seed in 0..<400 as Range<UInt64> where !missing.isEmpty {
      missing.subtract(try Model(copying: RandomModel(seed: seed, layerCount: 6).bytes).kinds)
    }
    #expect(missing.isEmpty, "TestSupport draws no \(missing.map { "\($0.name)" })")
    // The fuzzer changes a kind into another one of the same traits.
    var first: [LayerKind] = []
    for var draft in [ModelDraft.sample, .moves] { first += try Model(copying: draft.bytes()).kinds }
    for kind in LayerKind.allCases {
      #expect(first.contains { $0.traits.contains(kind.traits) }, "the fuzzer's first model: \(kind.name)")
    }
  }

  @Test func `traits do not contradict each other`() {
    for kind in LayerKind.allCases {
      let traits = kind.traits
      let parameters = [LayerTraits.weights, .means, .lookup].filter { traits.contains($0) }
      #expect(parameters.count <= 1, "\(kind.name)")
      #expect(!(traits.contains(.window) && traits.contains(.wholeInput)), "\(kind.name)")
      #expect(!traits.contains(.border) || traits.contains(.window), "\(kind.name)")
      #expect(!traits.contains(.fusedPool) || traits.contains(.window), "\(kind.name)")
      // Without either, a clamp would have nothing to do after a value that stays what it is.
      #expect(!(traits.contains(.keepsZeroPoint) && traits.contains(.clamp)), "\(kind.name)")
    }
  }
}
