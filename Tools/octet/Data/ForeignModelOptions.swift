import FoundationEssentials
import OctetCommandLine
import OctetText
import OctetTraining

/// What files from elsewhere do not say: the names of the classes, and what a pixel was in training.
struct ForeignModelOptions {
  static let classes = OptionDescription(
    "classes", takes: .text("NAMES"), default: "as in the data, if it has as many",
    help: "names of the classes, in the order of the outputs, for a model from elsewhere; as in cat,dog")
  static let pixels = OptionDescription(
    "pixels", takes: .text("RANGE"), default: "0:1",
    help:
      "values of pixels 0 and 255 in training, for a model from elsewhere: LOW:HIGH as in --pixels=-1:1, one for "
      + "each channel with commas between, mean=M,…:std=S,… as in PyTorch's Normalize, or Keras' tf, torch, caffe"
  )

  var classNames: [String]?
  /// Nil unless given; 0 to 1 then.
  var pixels: PixelRange?

  /// Neither is for Octet's own files, which say both.
  ///
  /// - Parameter takesClasses: whether the command has that option.
  init(_ arguments: ParsedArguments, path: String, takesClasses: Bool = true) throws {
    let names = takesClasses ? arguments.value("classes") : nil
    if FloatModelSource.isOwn(path),
      let option = names != nil ? "classes" : arguments.value("pixels") != nil ? "pixels" : nil
    {
      throw arguments.usageError("--\(option) is for models from elsewhere; \(path) contains that itself")
    }
    if let names {
      let list = names.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard (2...65_535).contains(list.count), Set(list).count == list.count,
        list.allSatisfy({ (1...255).contains($0.utf8.count) })
      else {
        throw arguments.usageError(
          "--classes takes 2 to 65,535 different names with commas between, not '\(names)'")
      }
      guard list.allSatisfy(\.isLabel) else {
        throw arguments.usageError("--classes takes names without control characters, not '\(names)'")
      }
      classNames = list
    }
    pixels = try Self.pixels(arguments)
  }

  /// What `--pixels` says; nil where it was not given.
  static func pixels(_ arguments: ParsedArguments) throws -> PixelRange? {
    guard let text = arguments.value("pixels") else { return nil }
    guard let range = PixelRange(text: text) else {
      throw arguments.usageError(
        "--pixels takes two numbers, the smaller first, as in --pixels=-1:1, two for each channel with commas "
          + "between, mean=M,…:std=S,…, or tf, torch or caffe, not '\(text)'")
    }
    return range
  }
}
