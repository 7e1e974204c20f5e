import Board
import Storage

/// How deep the stack went: start-up painted it, and what is still painted was never used.
enum StackUse {
  static let paint: UInt32 = 0xC0DE_C0DE

  static var bytes: UInt32 {
    let stack = storage_stack()
    var unused = 0
    while unused < stack.bytes && stack.start.load(fromByteOffset: unused, as: UInt32.self) == paint {
      unused &+= 4
    }
    return UInt32(stack.bytes &- unused)
  }
}
