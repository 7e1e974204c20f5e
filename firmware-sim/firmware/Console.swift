import Board

/// Text for people, over semihosting.
enum Console {
  static func write(_ text: StaticString) {
    text.withUTF8Buffer { characters in
      for character in characters { write(character) }
    }
  }

  private static func write(_ character: UInt8) {
    withUnsafePointer(to: character) { _ = core_semihosting(Semihosting.writeCharacter, $0) }
  }

  /// In decimal, most significant digit first.
  static func write(_ number: UInt32) {
    var power: UInt32 = 1
    while number / power >= 10 { power &*= 10 }
    while power > 0 {
      write(UInt8(truncatingIfNeeded: number / power % 10) &+ 48)
      power /= 10
    }
  }

  /// As eight hexadecimal digits.
  static func write(hexadecimal number: UInt32) {
    for place in stride(from: UInt32(28), through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: (number &>> place) & 15)
      write(digit < 10 ? digit &+ 48 : digit &+ 87)
    }
  }
}

/// The operations of Arm's semihosting that the firmware uses; RISC-V has the same ones.
enum Semihosting {
  static let open: UInt32 = 0x01
  static let writeCharacter: UInt32 = 0x03
  static let write: UInt32 = 0x05
  static let read: UInt32 = 0x06
  static let exitExtended: UInt32 = 0x20

  /// Stops the machine.
  static func exit(_ status: UInt32) -> Never {
    // "The application ended", and its status.
    var arguments: InlineArray<2, UInt32> = [0x20026, status]
    withUnsafeMutableBytes(of: &arguments) { _ = core_semihosting(exitExtended, $0.baseAddress) }
    while true {}
  }
}
