import Foundation
import TestSupport
import Testing

/// Random models as files, for checks that run other programs on them, as `Tools/checks/random-boards` does.
@Suite struct RandomModelFiles {
  private static let environment = ProcessInfo.processInfo.environment
  private static let folder = environment["OCTET_RANDOM_MODELS"]

  @Test(.enabled(if: folder != nil))
  func `random models are written where they are asked for`() throws {
    let folder = try #require(Self.folder)
    let first = Self.environment["OCTET_RANDOM_SEED"].flatMap(UInt64.init) ?? 0
    let count = Self.environment["OCTET_RANDOM_COUNT"].flatMap(UInt64.init) ?? 40
    for seed in first..<first + count {
      try Data(RandomModel(seed: seed).bytes).write(to: URL(filePath: "\(folder)/\(seed).octet"))
    }
  }
}
