import CProcessor

/// Binds a thread to a processor while it measures: left alone, the system may let two threads share one of two
/// processors for as long as a measurement lasts.
enum ProcessorPlace {
  /// Calls `body` bound to one of the processors that the program may use, counted around and around.
  static func run(on index: Int, _ body: () -> Void) {
    let before = octet_bind_thread(Int32(index))
    body()
    octet_free_thread(before)
  }
}
