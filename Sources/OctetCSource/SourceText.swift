import CEmbeddedText

/// The C programs and headers that exported source is made of, which people read as files of their own.
enum SourceText {
  /// - Parameter name: of a file that is part of the program.
  static func named(_ name: String) -> String {
    var count = 0
    guard let bytes = octet_embedded_text(name, &count) else {
      preconditionFailure("\(name) is part of the program")
    }
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}
