/// What a session knows besides its model and its arena, so that it can be put down and taken up again.
///
/// A session may not outlive the borrow of its arena; callers in C keep theirs between calls, and answer for the arena.
package struct SessionState: ~Copyable {
  var order: RowOrder
  var rowsFed: Int
}

extension Session {
  /// Takes up a session where `suspend` put it down, over the same model and arena.
  @_lifetime(&arena)
  package init(
    _ model: Model, arena: inout MutableRawSpan, kernels: Kernels, resuming state: consuming SessionState
  ) {
    self.model = model
    self.kernels = kernels
    self.arena = arena._mutatingExtracting(..<model.arenaBytes)
    order = state.order
    rowsFed = state.rowsFed
  }

  /// Puts the session down.
  package consuming func suspend() -> SessionState { SessionState(order: order, rowsFed: rowsFed) }
}
