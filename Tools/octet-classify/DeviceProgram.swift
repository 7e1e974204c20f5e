import CDeviceSystem
import CPNG
import Octet
import OctetClassification
import OctetImages
import OctetText

/// `octet-classify`: what `octet classify` does to single files, for devices. Prints the same bytes.
enum DeviceProgram {
  /// Runs to the end and gives the exit status: 0 when all went well, 2 when the command line is wrong, else 1.
  static func run(_ arguments: [String]) -> Int32 {
    octet_device_prepare()
    do throws(DeviceError) {
      try classify(arguments)
      return 0
    } catch {
      switch error {
      case .usage(let message):
        report(message + " (see 'octet-classify --help')")
        return 2
      case .failure(let message):
        report(message)
        return 1
      case .readerLeft: return 0
      }
    }
  }

  private static func classify(_ arguments: [String]) throws(DeviceError) {
    let isLinkedIn = DeviceModel.isLinkedIn
    let options = try DeviceOptions(arguments, hasLinkedModel: isLinkedIn)
    if options.wantsHelp { return try write(help(hasLinkedModel: isLinkedIn)) }
    if options.wantsVersion {
      var text = ByteText()
      text.append(String(cString: octet_device_version()))
      text.append("\n")
      return try write(text)
    }
    let workLimit = options.workLimit ?? Work.defaultLimit
    let model =
      isLinkedIn
      ? try DeviceModel.linkedIn(workLimit: workLimit)
      : try DeviceModel(path: options.paths[0], workLimit: workLimit)
    var run = try DeviceRun(model, options)
    for path in options.paths[(isLinkedIn ? 0 : 1)...] {
      if path.matches("-") {
        var lines = PathLines(separator: UInt8(ascii: "\n"))
        while let line = lines.next({ octet_device_read_input($0.baseAddress, $0.count) }) {
          switch line {
          case .path(let path): try run.classify(path)
          case .tooLong(let start):
            try run.fail("is not a path: it has more than \(PathLines.longest) bytes", start)
          }
        }
      } else {
        try run.classify(path)
      }
    }
    try run.finish()
  }

  static func write(_ text: ByteText) throws(DeviceError) {
    let error = text.bytes.withUnsafeBytes { octet_device_write(1, $0.baseAddress, $0.count) }
    guard error != 0 else { return }
    if octet_device_reader_left(error) != 0 { throw .readerLeft }
    throw .failure("cannot write to standard output: " + String(cString: octet_system_reason(error)))
  }

  /// There is nowhere to report that this cannot be written.
  static func report(_ message: String) {
    var text = ByteText()
    text.append("octet-classify: ")
    text.append(message.shown)
    text.append("\n")
    _ = text.bytes.withUnsafeBytes { octet_device_write(2, $0.baseAddress, $0.count) }
  }

  private static func help(hasLinkedModel: Bool) -> ByteText {
    var text = ByteText()
    text.append(
      "octet-classify: classify PNG files or arrays with an int8 model\n\nUsage: octet-classify [options] ")
    text.append(hasLinkedModel ? "PATH...\n" : "MODEL PATH...\n")
    text.append(
      """

      Prints a line per file: class, probability, the class that came second, the
      file; of a model of labels those that hold, of one of numbers the first few.
      Pictures become the model's input as the model says, unless --fit and
      --invert do. The exit status is 1 if a file could not be classified.

      Arguments:

      """)
    if !hasLinkedModel { text.append("  MODEL  the .octet file\n") }
    text.append(
      """
        PATH   PNG files, .npy files of items, or - for paths from standard input,
               one a line

      Options:
            --fit HOW     take pictures as they are, find and center the digit, or
                          scale them (one of auto, exact, digit, stretch, crop,
                          pad; default: as the model says)
            --invert HOW  whether dark and light change places (one of auto, yes,
                          no; default: as the model says)
            --max-work N  refuse a model that takes more operations for a picture
                          (default: 20000000000)
            --json        print a JSON object per file, with all numbers
            --version     show version, commit and linked libraries, and stop
        -h, --help        show this help and stop

      """)
    return text
  }
}

/// Why the program ends.
enum DeviceError: Error {
  /// The command line is wrong.
  case usage(String)
  /// One line.
  case failure(String)
  /// The reader closed the pipe, as `head` does.
  case readerLeft
}
