import Foundation
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// Learning from another network, and going on from one.
@Suite struct TeacherTests {
  private func model(_ text: String, seed: UInt64) throws -> FloatModel {
    let network = try Network(
      NetworkDescription(text: text), capacity: 1, seed: seed, workers: Workers(count: 1), forTraining: false)
    return FloatModel(
      network: network, classNames: [], recipeName: "teacher", settings: TrainingSettings(),
      history: [])
  }

  private func trainer(_ text: String, teacher: FloatModel?, start: [NamedValues] = []) throws -> Trainer {
    let recipe = try Recipe(text: text, name: "student")
    return try Trainer(
      recipe.candidates[0].network, settings: recipe.settings, images: SampleModels.images(), start: start,
      teacher: teacher, workers: Workers(count: 2), clock: { 0 })
  }

  /// One step of plain descent against (1 - s) CE + s T^2 KL in doubles, by central differences.
  @Test(arguments: [(Float(0.25), Float(3)), (1, 1), (0.75, 0.5)])
  func `a step follows the softened answers`(share: Float, temperature: Float) throws {
    let lines = "input 36\ndense 3 softmax"
    let teacher = try model("input 36\ndense 5 tanh\ndense 3 softmax", seed: 9)
    let trainer = try trainer(
      lines + "\noptimizer sgd\nlearning-rate 1\nbatch full\nepochs 1\nteacher-share \(share)\n"
        + "temperature \(temperature)", teacher: teacher)
    let images = SampleModels.images()
    let inputs = (0..<images.count).map { images.units($0..<$0 + 1).map(Double.init) }
    let reference = DoubleReference(trainer.network)
    let wanted =
      try DoubleReference(teacher.makeNetwork(capacity: 1, workers: Workers(count: 1))).forward(inputs)
      .last ?? []
    func softened(_ probabilities: [Double]) -> [Double] {
      let powers = probabilities.map { pow($0, 1 / Double(temperature)) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    func loss(_ reference: DoubleReference) throws -> Double {
      let own = try reference.forward(inputs).last ?? []
      return inputs.indices.reduce(0) { sum, item in
        let (q, p) = (softened(wanted[item]), softened(own[item]))
        let divergence = zip(q, p).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
        let hard = -log(own[item][Int(images.labels[item])])
        return sum + (1 - Double(share)) * hard + Double(share * temperature * temperature) * divergence
      } / Double(inputs.count)
    }
    let record = try trainer.runEpoch()
    #expect(abs(record.loss - (try loss(reference))) < 1e-5)
    for parameter in trainer.network.parameters {
      let before = try #require(reference.parameters[parameter.name])
      for index in stride(from: 0, to: before.count, by: 7) {
        func shifted(_ by: Double) throws -> Double {
          var moved = reference
          moved.parameters[parameter.name]?[index] += by
          return try loss(moved)
        }
        let numeric = (try shifted(1e-5) - shifted(-1e-5)) / 2e-5
        #expect(abs(before[index] - numeric - Double(parameter.array[index])) < 2e-5)
      }
    }
  }

  @Test func `teachers that do not fit are refused`() throws {
    func fault(_ text: String, teacher: String) -> String {
      do {
        _ = try trainer(text, teacher: model(teacher, seed: 1))
        return "none"
      } catch {
        return "\(error)"
      }
    }
    let student = "input 36\ndense 3 softmax"
    #expect(fault(student, teacher: "input 36\ndense 3") == "none")
    #expect(fault(student, teacher: "input 35\ndense 3 softmax").contains("its input is 35"))
    #expect(fault(student, teacher: "input 36\ndense 4 softmax").contains("it has 4 outputs"))
    #expect(fault(student, teacher: "input 36\ndense 3 sigmoid").contains("it ends with sigmoid"))
    #expect(fault(student + "\nloss mean-square", teacher: student).contains("no probabilities"))
  }

  @Test func `starts from layers of the same names and shapes`() throws {
    let other = try model("input 36\nbody = dense 8 relu\nhead = dense 4 softmax", seed: 4)
    let text = "input 36\nbody = dense 8 relu\nhead = dense 3 softmax"
    let fresh = try trainer(text, teacher: nil)
    let started = try trainer(text, teacher: nil, start: other.parameters)
    for (index, parameter) in started.network.parameters.enumerated() {
      let isTaken = parameter.name.hasPrefix("body")
      #expect(
        parameter.array == (isTaken ? other.parameters[index].values : fresh.network.parameters[index].array))
    }
  }
}
