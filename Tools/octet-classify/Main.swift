import OctetText

// Embedded Swift knows no command line, so the C library's start is answered directly there.
#if hasFeature(Embedded)
  @_cdecl("main")
  func start(_ count: Int32, _ words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    DeviceProgram.run(strings(count, words))
  }
#else
  #if canImport(Glibc)
    import Glibc
  #else
    import Darwin
  #endif

  @main
  struct Main {
    static func main() {
      exit(DeviceProgram.run(strings(CommandLine.argc, CommandLine.unsafeArgv)))
    }
  }
#endif

/// The words after the program's name.
private func strings(
  _ count: Int32, _ words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> [String] {
  var strings: [String] = []
  var place = 1
  while place < Int(count), let word = words[place] {
    strings.append(String(fileName: word))
    place += 1
  }
  return strings
}
