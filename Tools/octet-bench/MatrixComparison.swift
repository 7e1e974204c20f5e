import OctetHost
import OctetTraining

/// How long OpenBLAS and the Swift kernel take for one product, on one core.
struct MatrixComparison {
  let task: MatrixTask
  /// Median seconds of one product.
  let openBLAS: Double
  let swift: Double
  /// The largest difference between the two results, as a share of the largest value.
  let difference: Float

  private static let samples = 9

  /// - Parameter seconds: how long to measure each of the two, about.
  init(_ task: MatrixTask, seconds: Double) {
    var random = RandomStream(
      seed: 1, purpose: .testing, UInt64(task.rows), UInt64(task.columns), UInt64(task.depth))
    let left = Self.matrix(task.rows * task.depth, &random)
    let right = Self.matrix(task.depth * task.columns, &random)
    let fromOpenBLAS = Self.matrix(task.rows * task.columns, &random)
    let fromSwift = Self.matrix(task.rows * task.columns, &random)
    defer { for matrix in [left, right, fromOpenBLAS, fromSwift] { matrix.deallocate() } }

    // Safe: each operand has as many floats as its stride and the task's sizes reach.
    let first = MatrixProduct.Operand(
      left, stride: task.leftIsTransposed ? task.rows : task.depth, isTransposed: task.leftIsTransposed)
    let second = MatrixProduct.Operand(
      right, stride: task.rightIsTransposed ? task.depth : task.columns, isTransposed: task.rightIsTransposed)
    func runOpenBLAS() {
      MatrixProduct.multiply(
        rows: task.rows, columns: task.columns, depth: task.depth, first, second, into: fromOpenBLAS,
        stride: task.columns)
    }
    func runSwift() {
      SwiftMatrixProduct.multiply(
        rows: task.rows, columns: task.columns, depth: task.depth, first, second, into: fromSwift,
        stride: task.columns, accumulate: false)
    }

    self.task = task
    let sampleSeconds = seconds / Double(Self.samples)
    let openBLASRounds = Self.rounds(of: runOpenBLAS, filling: sampleSeconds)
    let swiftRounds = Self.rounds(of: runSwift, filling: sampleSeconds)
    // In turn, so that a busy moment of the machine falls on both.
    let pairs = (0..<Self.samples).map { _ in
      (Self.time(runOpenBLAS, rounds: openBLASRounds), Self.time(runSwift, rounds: swiftRounds))
    }
    openBLAS = pairs.map(\.0).sorted()[Self.samples / 2]
    swift = pairs.map(\.1).sorted()[Self.samples / 2]
    var (largest, apart): (Float, Float) = (0, 0)
    for index in 0..<task.rows * task.columns {
      largest = max(largest, abs(fromOpenBLAS[index]))
      apart = max(apart, abs(fromOpenBLAS[index] - fromSwift[index]))
    }
    difference = largest > 0 ? apart / largest : apart
  }

  /// `count` numbers from -1 to 1, for the caller to free.
  private static func matrix(_ count: Int, _ random: inout RandomStream) -> UnsafeMutablePointer<Float> {
    let matrix = UnsafeMutablePointer<Float>.allocate(capacity: count)
    for index in 0..<count { (matrix + index).initialize(to: random.nextFloat(in: -1..<1)) }
    return matrix
  }

  /// Rounds that take about `seconds`. The first calls, which load and warm up, are not counted.
  private static func rounds(of work: () -> Void, filling seconds: Double) -> Int {
    work()
    let once = max(time(work, rounds: 3), 1e-7)
    return max(Int(seconds / once), 1)
  }

  /// Seconds of one round.
  private static func time(_ work: () -> Void, rounds: Int) -> Double {
    let start = ContinuousClock.now
    for _ in 0..<rounds { work() }
    return (ContinuousClock.now - start) / .seconds(1) / Double(rounds)
  }
}
