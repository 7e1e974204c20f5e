import Foundation
import Octet
import OctetChipKernels
import OctetHostKernels

/// Classifies an image of zeros in each way that the libraries offer, and checks that the answers are the same.
@main
enum Consumer {
  static func main() throws {
    let file = [UInt8](try Data(contentsOf: URL(filePath: CommandLine.arguments[1])))

    let classifier = try Classifier(file)
    let image = [UInt8](repeating: 0, count: classifier.model.imageBytes)
    let found = try classifier.classify(image)
    print(classifier.labels[found.classIndex], found.probabilities.max() ?? 0)

    let plain = try answer(to: image, classifier.model, kernels: PlainKernels())
    let scratch = UnsafeMutableRawBufferPointer.allocate(
      byteCount: PatchKernels<PairLayout>.scratchBytes(classifier.model), alignment: 4)
    defer { scratch.deallocate() }
    let chip = try answer(
      to: image, classifier.model, kernels: PatchKernels<PairLayout>(classifier.model, scratch: scratch))
    guard plain == found.logits, chip == found.logits else { fatalError("the answers differ") }
  }

  private static func answer(
    to image: [UInt8], _ model: Model, kernels: some RowKernels
  ) throws -> [Int32] {
    var words = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
    var span = words.mutableSpan
    var arena = span.mutableBytes
    var session = try Session(model, arena: &arena, kernels: kernels)
    try session.run(image: image.span)
    var logits: [Int32] = []
    session.forEachLogit { logits.append($0) }
    return logits
  }
}
