import Foundation
import OctetHost
import OctetTraining
import TestSupport
import Testing

/// What `octet bench` reports and refuses; never how fast anything is.
@Suite struct BenchTests {
  /// The part of the report that does not depend on the machine.
  private struct Report: Decodable {
    struct Throughput: Decodable { let threads: Int }
    struct Layer: Decodable { let multiply_adds: Int }
    let kernels: String
    let multiply_adds: Int
    let peak_multiply_adds_per_second: Double?
    let throughput: [Throughput]
    let layers: [Layer]
  }

  private func withModel(_ body: (String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.octet"
    try AtomicFile.write(path: path, bytes: RandomModel(seed: 4, layerCount: 5).bytes)
    try body(path)
  }

  @Test
  func `reports what it was asked for`() throws {
    try withModel { path in
      let result = try OctetProcess.run(
        "bench", path, "--noise", "--rounds", "1", "--layers", "--threads", "3", "--json",
        environment: ["OCTET_KERNELS": "plain"])
      #expect(result.status == 0, "\(result.errors)")
      let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
      #expect(report.kernels == "plain")
      #expect(report.peak_multiply_adds_per_second == nil)
      #expect(report.throughput.map(\.threads) == [1, 3])
      #expect(report.layers.count == 6)
      #expect(report.layers.reduce(0) { $0 + $1.multiply_adds } == report.multiply_adds)
    }
  }

  @Test
  func `kernels that do not exist are refused in one line, by every command that would use them`() throws {
    try withModel { path in
      for arguments in [["bench", path, "--noise"], ["classify", path, "none.png"]] {
        let result = try OctetProcess.run(arguments, environment: ["OCTET_KERNELS": "sse2"])
        #expect(result.status == 1)
        #expect(
          result.errors
            == "octet: OCTET_KERNELS is \"sse2\"; it must be one of avx512vnni, avx2, neon, plain\n")
      }
    }
  }
}
