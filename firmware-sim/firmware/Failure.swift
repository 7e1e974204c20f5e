import Board
import Storage
import Octet

/// Ways for the firmware to give up: a line that says why, and a clean stop with status 1.
enum Failure {
  static func stop(_ reason: StaticString) -> Never {
    Console.write("firmware: ")
    Console.write(reason)
    Console.write("\n")
    Semihosting.exit(1)
  }

  static func stop(image: UInt32, _ reason: StaticString) -> Never {
    Console.write("firmware: image ")
    Console.write(image)
    Console.write(": ")
    Console.write(reason)
    Console.write("\n")
    Semihosting.exit(1)
  }

  static func stop(_ error: ModelError) -> Never {
    Console.write("firmware: the model is rejected: ")
    #if OCTET_SMALL_CODE
      // The texts of the rules would take 3 KB of flash: docs/PORTING.md lists them by number.
      Console.write("rule ")
      Console.write(UInt32(error.rule.rawValue))
    #else
      Console.write(error.rule.text)
    #endif
    Console.write(" (at byte ")
    Console.write(error.offset)
    Console.write(", found ")
    Console.write(error.value)
    Console.write(")\n")
    Semihosting.exit(1)
  }
}

/// Called by the board's fault handler with r0 to r12, sp, lr, pc and the status on Arm, and x0 to x31, pc, cause and
/// address on RISC-V.
@c(firmware_fault)
public func reportFault(_ registers: UnsafePointer<UInt32>) {
  let stack = storage_stack()
  let place = UInt(registers[Int(board_fault_stack_pointer)])
  Console.write("firmware: fault\n")
  // An exception frame may have gone over the edge, the stack pointer with it.
  if place < UInt(bitPattern: stack.start) &+ 64 {
    Console.write("the stack has overflowed: it ends at ")
    Console.write(hexadecimal: UInt32(UInt(bitPattern: stack.start)))
    Console.write("\n")
  }
  for index in 0..<Int(board_fault_registers) {
    Console.write(UInt32(index) < 10 ? " " : "")
    Console.write(UInt32(index))
    Console.write(" ")
    Console.write(hexadecimal: registers[index])
    Console.write(index % 4 == 3 ? "\n" : "  ")
  }
  Console.write("\n")
  Semihosting.exit(3)
}
