/// Two values of one shape become one, place by place. The second may also have one value for each channel, or be
/// numbers that the layer learns.
package struct Join<Operation: JoinOperation>: LayerSpecification {
  package static var keyword: String { Operation.kind.rawValue }
  package static var grammar: String { "\(keyword) NAME|constants:channel|constants:value [ACTIVATION]" }
  package static var summary: String { Operation.summary }

  package let operand: JoinOperand
  package var operation: JoinKind { Operation.kind }

  package init(_ operand: JoinOperand = .layer) { self.operand = operand }

  package init(words: inout LineWords) throws(NetworkError) {
    guard let word = words.peek, let operand = JoinOperand(rawValue: word), operand != .layer else {
      self.init()
      return
    }
    _ = words.take()
    self.init(operand)
  }

  package var settings: String { operand == .layer ? "" : operand.rawValue }
  package var joins: Bool { operand == .layer }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }

  package func outputShape(joining inputs: [ImageShape]) throws(ShapeMismatch) -> ImageShape {
    guard joins else { return inputs[0] }
    guard inputs[1] == inputs[0] || inputs[1] == ImageShape(flat: inputs[0].channels) else {
      throw ShapeMismatch(
        "the other value is \(inputs[1]); both must have the same shape, or the other one value for each channel"
      )
    }
    return inputs[0]
  }

  package func parameters(for input: ImageShape) -> [ParameterDescription] {
    let start = ParameterDescription.Start.constant(operation == .multiply ? 1 : 0)
    return switch operand {
    case .layer: []
    case .channelConstants: [ParameterDescription("constants", [input.channels], start: start)]
    case .constants:
      [ParameterDescription("constants", [input.height, input.width, input.channels], start: start)]
    }
  }
}

/// What the second value of a join is.
package enum JoinOperand: String, Hashable, Sendable {
  /// What another layer makes.
  case layer
  /// A number for each channel.
  case channelConstants = "constants:channel"
  /// A number for each value.
  case constants = "constants:value"
}

/// What is made of two values. The raw value is the keyword.
package enum JoinKind: String, Hashable, Sendable, CaseIterable {
  case add, subtract, multiply, maximum, minimum
  case squaredDifference = "squareddifference"
}

/// The kinds as types, as each is a layer by itself.
package protocol JoinOperation: Hashable, Sendable {
  static var kind: JoinKind { get }
  static var summary: String { get }
}

package enum Sum: JoinOperation {
  package static let kind = JoinKind.add
  package static let summary = "adds the output of a named layer above, or learned numbers"
}

package enum Difference: JoinOperation {
  package static let kind = JoinKind.subtract
  package static let summary = "takes away the output of a named layer above, or learned numbers"
}

package enum Product: JoinOperation {
  package static let kind = JoinKind.multiply
  package static let summary = "multiplies by the output of a named layer above, or by learned numbers"
}

package enum Larger: JoinOperation {
  package static let kind = JoinKind.maximum
  package static let summary =
    "larger of the value and the output of a named layer above, or a learned number"
}

package enum Smaller: JoinOperation {
  package static let kind = JoinKind.minimum
  package static let summary =
    "smaller of the value and the output of a named layer above, or a learned number"
}

package enum SquareOfDifference: JoinOperation {
  package static let kind = JoinKind.squaredDifference
  package static let summary =
    "square of the difference to the output of a named layer above, or to learned numbers"
}

/// The sum of the running value and another one: the joint of a residual block.
package typealias Add = Join<Sum>
package typealias Subtract = Join<Difference>
package typealias Multiply = Join<Product>
package typealias Maximum = Join<Larger>
package typealias Minimum = Join<Smaller>
package typealias SquaredDifference = Join<SquareOfDifference>

extension FloatLayerKind {
  /// The kind that does so.
  package static func join(_ operation: JoinKind, _ operand: JoinOperand = .layer) -> FloatLayerKind {
    switch operation {
    case .add: .add(Add(operand))
    case .subtract: .subtract(Subtract(operand))
    case .multiply: .multiply(Multiply(operand))
    case .maximum: .maximum(Maximum(operand))
    case .minimum: .minimum(Minimum(operand))
    case .squaredDifference: .squaredDifference(SquaredDifference(operand))
    }
  }
}
