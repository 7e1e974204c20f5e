import OctetData
import OctetHost

/// The training items, parted by what a repair uses them for. Those that it judges by have no other use, and test items
/// have none.
package struct RepairItems {
  /// Ranges of values are taken from these.
  package let calibration: LabeledItems
  /// What remedies are measured on: the first half is for comparing them, and what is best there has to be better on
  /// the second half too.
  package let judged: LabeledItems
  package let trial: Range<Int>
  package let proof: Range<Int>
  /// What training may learn from; those for calibration are among them.
  package let training: LabeledItems

  /// Items on trial and for the proof, each.
  private static let most = 1_000
  /// With fewer in a part nothing can be said.
  package static let fewest = 8

  /// - Parameters:
  ///   - count: items to calibrate on; half of all at most.
  package init(_ items: LabeledItems, calibrating count: Int, seed: UInt64) throws(QuantizationError) {
    guard items.count >= 4 * Self.fewest else {
      throw .tooFewToRepair(items: items.count, needed: 4 * Self.fewest)
    }
    var random = RandomStream(seed: seed, purpose: .selection, 3)
    let order = Array(0..<items.count).shuffled(using: &random)
    let calibrating = min(count, items.count / 2)
    let judging = min((items.count - calibrating) / 2, Self.most)
    // In their order, as everywhere else.
    func part(_ range: Range<Int>) -> LabeledItems { items.selecting(order[range].sorted()) }
    calibration = part(0..<calibrating)
    judged = items.selecting(
      order[calibrating..<calibrating + judging].sorted()
        + order[calibrating + judging..<calibrating + 2 * judging].sorted())
    trial = 0..<judging
    proof = judging..<2 * judging
    training = items.selecting((order[..<calibrating] + order[(calibrating + 2 * judging)...]).sorted())
  }
}
