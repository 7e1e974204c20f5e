import Foundation
import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// Each optimizer against its definition in double precision.
@Suite struct OptimizerTests {
  /// One weight's definition: takes a gradient, gives the new weight.
  struct PlainRule {
    let optimizer: Optimizer
    let rate: Double
    var weight: Double
    var first = 0.0
    var second = 0.0
    var step = 0

    var decay = 0.0

    mutating func follow(_ gradient: Double) {
      step += 1
      weight -= rate * decay * weight
      switch optimizer {
      case .sgd(let momentum):
        first = Double(momentum) * first - rate * gradient
        weight += first
      case .nesterov(let momentum):
        first = Double(momentum) * first - rate * gradient
        weight += Double(momentum) * first - rate * gradient
      case .rmsprop(let decay):
        first = Double(decay) * first + (1 - Double(decay)) * gradient * gradient
        weight -= rate * gradient / (first + 1e-7).squareRoot()
      case .adam(let firstDecay, let secondDecay), .adamW(let firstDecay, let secondDecay):
        first = Double(firstDecay) * first + (1 - Double(firstDecay)) * gradient
        second = Double(secondDecay) * second + (1 - Double(secondDecay)) * gradient * gradient
        let correction = (1 - pow(Double(secondDecay), Double(step))).squareRoot()
        weight -=
          rate * correction / (1 - pow(Double(firstDecay), Double(step))) * first
          / (second.squareRoot() + 1e-7)
      }
    }
  }

  @Test(arguments: [
    Optimizer.sgd(momentum: 0), .sgd(momentum: 0.9), .rmsprop(decay: 0.9),
    .adam(firstDecay: 0.9, secondDecay: 0.999), .nesterov(momentum: 0.8),
    .adamW(firstDecay: 0.9, secondDecay: 0.999),
  ])
  func `follows its definition`(optimizer: Optimizer) throws {
    // More than one piece of the workers, and a tail that fills no vector.
    let network = try Network(
      NetworkDescription(text: "input 409\ndense 43\ndense 3"), capacity: 1, seed: 2,
      workers: Workers(count: 2))
    let state = OptimizerState(optimizer, parameters: network.parameters, workers: Workers(count: 2))
    var plain = network.parameters.map { parameter in
      parameter.array.map {
        PlainRule(
          optimizer: optimizer, rate: 0.01, weight: Double($0),
          decay: optimizer.name == "adamw" && parameter.name.hasSuffix(".weight") ? 0.004 : 0)
      }
    }
    var random = RandomStream.test(8)
    for _ in 0..<5 {
      for (index, parameter) in network.parameters.enumerated() {
        for place in 0..<parameter.count {
          let gradient = random.nextFloat(in: -2..<2)
          parameter.gradient[place] = gradient
          plain[index][place].follow(Double(gradient))
        }
      }
      state.step(learningRate: 0.01)
    }
    for (index, parameter) in network.parameters.enumerated() {
      for (value, rule) in zip(parameter.array, plain[index]) {
        #expect(abs(Double(value) - rule.weight) < 2e-6)
      }
    }
  }

  @Test func `gradients that are too long are shortened together`() throws {
    let network = try Network(
      NetworkDescription(text: "input 409\ndense 43\ndense 3"), capacity: 1, seed: 2,
      workers: Workers(count: 2))
    let state = OptimizerState(
      .sgd(momentum: 0), parameters: network.parameters, workers: Workers(count: 2))
    var random = RandomStream.test(9)
    for parameter in network.parameters {
      for place in 0..<parameter.count { parameter.gradient[place] = random.nextFloat(in: -2..<2) }
    }
    func gradients() -> [Double] {
      network.parameters.flatMap { parameter in (0..<parameter.count).map { Double(parameter.gradient[$0]) } }
    }
    let before = gradients()
    let length = before.reduce(0) { $0 + $1 * $1 }.squareRoot()
    state.clip(norm: Float(length * 1.01))
    #expect(gradients() == before)
    state.clip(norm: 0.5)
    for (found, own) in zip(gradients(), before) { #expect(abs(found - own * 0.5 / length) < 1e-8) }
  }
}
