/// What the sections of a linked firmware take, read from its ELF file.
struct FirmwareSizes {
  var code: Int
  /// The model, and images that are linked in.
  var constants: Int
  let ram: Int
  let stack: Int

  init(_ elf: [UInt8], name: String) throws(FirmwareError) {
    var sizes: [String: Int] = [:]
    func number(_ offset: Int, _ count: Int) throws(FirmwareError) -> Int {
      guard offset >= 0, offset + count <= elf.count else {
        throw FirmwareError("\(name): not a whole 32-bit ELF file")
      }
      return (0..<count).reduce(0) { $0 | Int(elf[offset + $1]) << (8 * $1) }
    }
    // A 32-bit little-endian ELF file: where its section headers are, how large and how many, and which has the names.
    guard try number(0, 6) == 0x0101_464C_457F else { throw FirmwareError("\(name): not a 32-bit ELF file") }
    let headers = try number(32, 4)
    let headerBytes = try number(46, 2)
    let count = try number(48, 2)
    let namesStart = try number(headers + headerBytes * number(50, 2) + 16, 4)
    for index in 0..<count {
      let header = headers + headerBytes * index
      let start = try namesStart + number(header, 4)
      guard start < elf.count else { throw FirmwareError("\(name): a section's name lies outside") }
      let text = String(decoding: elf[start...].prefix { $0 != 0 }, as: UTF8.self)
      sizes[text] = try number(header + 20, 4)
    }
    func size(_ names: String...) -> Int { names.reduce(0) { $0 + (sizes[$1] ?? 0) } }
    // Initial values of variables lie in flash as well.
    code = size(".code", ".data", ".tables")
    constants = size(".model")
    stack = size(".stack")
    ram = size(".stack", ".data", ".bss", ".workspace", ".guard")
  }
}
