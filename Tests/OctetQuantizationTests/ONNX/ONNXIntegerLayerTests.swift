import Foundation
import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import Testing

/// ONNX files of integers with one kind of layer each: they give what onnxruntime computes node by node.
struct ONNXIntegerLayerTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Models/Layers")

  static let models = ONNXIntegerTests.models(in: folder)

  @Test func `the models are there`() { #expect(Self.models.count == 21) }

  @Test(arguments: models)
  func `each layer gives the definition's integers, or is refused with the reason`(url: URL) throws {
    let answers = try ONNXIntegerTests.Answers(of: url)
    if let refusal = answers.refusal {
      let error = #expect(throws: ImportError.self) { try ONNXIntegerTests.quantized(url) }
      #expect(error?.description.contains(refusal) == true, "\(error?.description ?? "")")
      return
    }
    let (model, network) = try ONNXIntegerTests.quantized(url)
    let (inputs, outputs) = (try #require(answers.inputs), try #require(answers.outputs))
    let values = inputs.flatMap { network.inputLayout.value($0[...]) }
    let integers = try #require(network.onnxIntegers(values))
    let items = LabeledItems(shape: network.input, values: .integers(integers, nil), targets: .none)
    let runner = try IntegerRunner(
      Model(copying: OctetFile(model).bytes), on: items, workers: Workers(count: 1))
    let found = runner.reals(0..<inputs.count)[0]
    let layout = network.outputs[0].layout
    let size = found.count / inputs.count
    let ordered = (0..<inputs.count).flatMap { layout.item(Array(found[$0 * size..<($0 + 1) * size])) }
    let (step, share) = (try #require(answers.step), try #require(answers.apart))
    let apart = zip(ordered, outputs.joined()).map { abs($0 - $1) / step }
    #expect(apart.count == ordered.count && ordered.count == outputs.joined().count)
    #expect(apart.allSatisfy { $0 < 1.5 }, "\(apart.max() ?? 0)")
    #expect(Double(apart.count { $0 > 0.5 }) <= share * Double(found.count))
  }
}
