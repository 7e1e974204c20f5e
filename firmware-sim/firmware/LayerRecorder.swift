import Board
import Octet

/// Takes the check sum and the time of every layer, or looks away.
///
/// Looking away is a state and not another type, since a session compiled for two observers would take twice the flash.
struct LayerRecorder: RunObserver {
  /// Whether anything is taken.
  var isLooking = true
  private(set) var checksums = LayerChecksums()
  private var ticks = InlineArray<64, UInt32>(repeating: 0)
  /// How often a layer was started: the time to read the timer is in each.
  private var spans = InlineArray<64, UInt32>(repeating: 0)
  private var started: UInt32 = 0

  /// Looks, and knows nothing yet.
  mutating func restart() { self = LayerRecorder() }

  func ticks(_ layer: Int) -> UInt32 { ticks[layer] }
  func spans(_ layer: Int) -> UInt32 { spans[layer] }

  @inline(__always)
  mutating func willRun(layer: Int) {
    if isLooking { started = board_ticks() }
  }

  @inline(__always)
  mutating func didFold(layer: Int) {
    guard isLooking else { return }
    let ended = board_ticks()
    ticks[layer] &+= ended &- started
    spans[layer] &+= 1
  }

  @inline(__always)
  mutating func didRun(layer: Int, row: RawSpan) {
    guard isLooking else { return }
    didFold(layer: layer)
    checksums.didRun(layer: layer, row: row)
  }
}
