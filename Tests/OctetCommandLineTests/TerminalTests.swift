import OctetCommandLine
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct TerminalTests {
  /// Calls `body` with the program's end of a new terminal of that many columns; 0 is "unknown".
  private func withTerminal(columns: UInt16, _ body: (Int32) throws -> Void) throws {
    var (controller, descriptor): (Int32, Int32) = (-1, -1)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&controller, &descriptor, nil, nil, &size) == 0)
    defer {
      close(descriptor)
      close(controller)
    }
    try body(descriptor)
  }

  private func terminal(_ descriptor: Int32, _ variables: [String: String] = [:]) -> Terminal {
    Terminal(descriptor: descriptor) { variables[$0] }
  }

  @Test func `a terminal knows its width`() throws {
    try withTerminal(columns: 123) { descriptor in
      #expect(terminal(descriptor, ["COLUMNS": "50"]).width == 123)
      #expect(terminal(descriptor).isInteractive)
      #expect(terminal(descriptor, ["NO_COLOR": ""]).allowsColor)
    }
  }

  @Test func `colors and redrawing can be declined`() throws {
    try withTerminal(columns: 80) { descriptor in
      #expect(!terminal(descriptor, ["NO_COLOR": "1"]).allowsColor)
      #expect(terminal(descriptor, ["NO_COLOR": "1"]).isInteractive)
      #expect(!terminal(descriptor, ["TERM": "dumb"]).isInteractive)
      #expect(!terminal(descriptor, ["TERM": "dumb"]).allowsColor)
    }
  }

  @Test(
    arguments: [
      (nil, 80), ("50", 50), ("0", 80), ("-3", 80), ("wide", 80), ("", 80),
    ] as [(String?, Int)])
  func `an unknown width comes from the environment`(columns: String?, expected: Int) throws {
    let variables = columns.map { ["COLUMNS": $0] } ?? [:]
    try withTerminal(columns: 0) { #expect(terminal($0, variables).width == expected) }
    #expect(terminal(-1, variables).width == expected)
  }

  @Test func `what is not a terminal is not interactive`() throws {
    let descriptor = open("/dev/null", O_WRONLY)
    defer { close(descriptor) }
    #expect(!terminal(descriptor).isInteractive)
    #expect(!terminal(descriptor).allowsColor)
  }
}
