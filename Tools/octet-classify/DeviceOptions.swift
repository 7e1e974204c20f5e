import Octet
import OctetImages
import OctetText

/// What the command line asks for.
struct DeviceOptions {
  /// The model and the pictures, or the pictures alone where a model is linked in.
  var paths: [String] = []
  /// Nil unless given: as the model says then.
  var fit: PictureFitting.Fit?
  var inversion: PictureFitting.Inversion?
  /// The most operations that a picture may take; nil unless given.
  var workLimit: UInt64?
  var printsJSON = false
  var wantsHelp = false
  var wantsVersion = false

  /// - Parameter arguments: the words after the program's name.
  init(_ arguments: [String], hasLinkedModel: Bool) throws(DeviceError) {
    var place = 0
    var optionsEnded = false
    for word in arguments {
      if word.matches("--") { break }
      if word.matches("--help") || word.matches("-h") {
        wantsHelp = true
        return
      }
      if word.matches("--version") {
        wantsVersion = true
        return
      }
    }
    while place < arguments.count {
      let word = arguments[place]
      place += 1
      if optionsEnded || word.matches("-") || word.firstByte != UInt8(ascii: "-") {
        try takePath(word, hasLinkedModel: hasLinkedModel)
      } else if word.matches("--") {
        optionsEnded = true
      } else {
        try takeOption(word, arguments, &place)
      }
    }
    if !hasLinkedModel, paths.isEmpty { throw .usage("MODEL is missing: the .octet file") }
    if paths.count == (hasLinkedModel ? 0 : 1) {
      throw .usage("PATH is missing: PNG files, or - for paths from standard input")
    }
  }

  private mutating func takePath(_ word: String, hasLinkedModel: Bool) throws(DeviceError) {
    guard !word.isEmpty else {
      throw .usage(paths.isEmpty && !hasLinkedModel ? "MODEL is empty" : "PATH is empty")
    }
    paths.append(word)
  }

  private mutating func takeOption(
    _ word: String, _ arguments: [String], _ place: inout Int
  ) throws(DeviceError) {
    let (name, given) = word.splitAtEqualsSign
    if name.matches("--json") {
      if let given { throw .usage("--json takes no value, but got '\(given)'") }
      if printsJSON { throw .usage("--json is given more than once") }
      printsJSON = true
      return
    }
    let isFit = name.matches("--fit")
    let isWorkLimit = name.matches("--max-work")
    guard isFit || isWorkLimit || name.matches("--invert") else { throw .usage("unknown option \(name)") }
    if isFit ? fit != nil : isWorkLimit ? workLimit != nil : inversion != nil {
      throw .usage("\(name) is given more than once")
    }
    let value: String
    if let given {
      value = given
    } else {
      guard place < arguments.count else {
        throw .usage("\(name) needs a value: \(name) \(isWorkLimit ? "N" : "HOW")")
      }
      value = arguments[place]
      if value.firstByte == UInt8(ascii: "-"), !value.matches("-") {
        throw .usage(
          "\(name) needs a value, but '\(value)' follows; if that is the value, write \(name)=\(value)")
      }
      place += 1
    }
    guard !value.isEmpty else { throw .usage("\(name) has an empty value") }
    if isWorkLimit {
      workLimit = try Self.operations(value)
    } else if isFit {
      fit = PictureFitting.Fit.allCases.first { value.matches($0.word) }
      if fit == nil {
        throw .usage("--fit cannot be '\(value)', only one of auto, exact, digit, stretch, crop, pad")
      }
    } else {
      if value.matches("auto") {
        inversion = .auto
      } else if value.matches("yes") {
        inversion = .yes
      } else if value.matches("no") {
        inversion = .no
      } else {
        throw .usage("--invert cannot be '\(value)', only one of auto, yes, no")
      }
    }
  }
}

extension DeviceOptions {
  /// A whole number from 1 on, in digits.
  private static func operations(_ text: String) throws(DeviceError) -> UInt64 {
    var number: UInt64 = 0
    for byte in text.withBytes({ Array($0) }) {
      let digit = UInt64(byte &- UInt8(ascii: "0"))
      let (tens, overflows) = number.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = tens.addingReportingOverflow(digit)
      guard digit <= 9, !overflows, !overflowsToo else {
        throw .usage("--max-work must be a whole number at least 1, not '\(text)'")
      }
      number = sum
    }
    guard number >= 1 else { throw .usage("--max-work must be at least 1, not \(text)") }
    return number
  }
}

extension String {
  /// What stands before and behind the first "="; nil behind when there is none.
  fileprivate var splitAtEqualsSign: (String, String?) {
    let bytes = withBytes { Array($0) }
    var place = 0
    while place < bytes.count, bytes[place] != UInt8(ascii: "=") { place += 1 }
    if place == bytes.count { return (self, nil) }
    return (
      String(decoding: bytes[..<place], as: UTF8.self), String(decoding: bytes[(place + 1)...], as: UTF8.self)
    )
  }
}
