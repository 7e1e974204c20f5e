import Foundation
import OctetReports
import Testing

/// The page of `Tools/bench tiny`, from the JSON that its script writes.
@Suite struct ScoreSheetTests {
  private static let json = """
    {"machine": "a <processor>", "version": "9.8.7",
     "programs": ["LiteRT 2.3.0", "TensorFlow Lite Micro (not installed)"], "batch": 256,
     "boards": ["mps2-an386", "microbit"], "networks": [
      {"network": "IC", "multiply_adds": 12501632, "values": 1000, "different": 0, "tflite_bytes": 98496,
       "file_bytes": 81664, "arena_bytes": 15886, "held_arena_bytes": 15580, "tflm_arena_bytes": 55984,
       "score": {"name": "accuracy", "value": 0.7555, "items": 10000},
       "seconds": {"octet": 5e-05, "litert": 4e-05, "onnxruntime": null, "octet_batch": 4.5e-05,
                   "litert_batch": 9e-05, "onnxruntime_batch": 1.8e-04},
       "boards": {"mps2-an386": {"instructions_per_inference": 16919700, "code_bytes": 60132, "ram_bytes": 84856},
                  "microbit": null}},
      {"network": "AD", "multiply_adds": 264192, "values": 64000, "different": 3, "tflite_bytes": 276976,
       "file_bytes": 280080, "arena_bytes": 768, "held_arena_bytes": 768, "tflm_arena_bytes": null,
       "score": {"name": "auc", "value": 0.85, "items": 246}, "seconds": {"octet": 2.1e-06, "octet_batch": 1e-06},
       "boards": {"mps2-an386": null, "microbit": null}}]}
    """

  private static func page() throws -> String {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let sheet = try decoder.decode(ScoreSheet.self, from: Data(json.utf8))
    return Page(title: "t", about: sheet.about, sections: sheet.sections, version: sheet.version).html
  }

  @Test func `shows every figure that there is, and none where there is none`() throws {
    let html = try Self.page()
    let text = PageInspection.of(html).text
    for figure in [
      "12,501,632", "64,000", "75.55 %", "10,000", "0.8500", "98,496", "280,080", "15,886", "15,580",
      "55,984",
      "16,919,700", "60,132", "84,856", "a <processor>", "octet 9.8.7",
      "TensorFlow Lite Micro (not installed)",
    ] { #expect(text.contains(figure), "\(figure)") }
    // Times, and a factor is the other's time to Octet's: 55,984 / 15,886, 40 / 50, 90 / 45, 180 / 45.
    for figure in ["50.0", "40.0", "180.0", "3.52", "0.80", "2.00", "4.00", "2.10", "1.00"] {
      #expect(text.contains(figure), "\(figure)")
    }
    // ONNX Runtime could not run IC alone, nor anybody but Octet AD; TFLM's arena of AD is not known.
    #expect(text.components(separatedBy: "none").count - 1 == 6, "\(text)")
  }

  @Test func `is well formed and loads nothing`() throws {
    let html = try Self.page()
    #expect(!html.contains("<script") && html.contains("default-src"))
    let elements = PageInspection.of(html).elements
    #expect(elements["section"] == 4 && elements["svg"] == 3 && elements["table"] == 6)
  }
}
