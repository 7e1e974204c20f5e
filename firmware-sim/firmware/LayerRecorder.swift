import Board
import Octet

/// Takes the check sum and the time of every layer.
struct LayerRecorder: RunObserver {
  private(set) var checksums = LayerChecksums()
  private var ticks = InlineArray<64, UInt32>(repeating: 0)
  /// How often a layer was started: the time to read the timer is in each.
  private var spans = InlineArray<64, UInt32>(repeating: 0)
  private var started: UInt32 = 0

  func ticks(_ layer: Int) -> UInt32 { ticks[layer] }
  func spans(_ layer: Int) -> UInt32 { spans[layer] }

  @inline(__always)
  mutating func willRun(layer: Int) { started = board_ticks() }

  @inline(__always)
  mutating func didFold(layer: Int) {
    let ended = board_ticks()
    ticks[layer] &+= ended &- started
    spans[layer] &+= 1
  }

  @inline(__always)
  mutating func didRun(layer: Int, row: RawSpan) {
    didFold(layer: layer)
    checksums.didRun(layer: layer, row: row)
  }
}
