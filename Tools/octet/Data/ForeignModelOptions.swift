import OctetCommandLine
import OctetText

/// What files from elsewhere do not say: the names of the classes, and what a pixel was in training.
struct ForeignModelOptions {
  static let classes = OptionDescription(
    "classes", takes: .text("NAMES"), default: "as in the data, if it has as many",
    help: "names of the classes, in the order of the outputs, for a model from elsewhere; as in cat,dog")
  static let pixels = OptionDescription(
    "pixels", takes: .text("LOW:HIGH"), default: "0:1",
    help: "values of pixels 0 and 255 in training, for a model from elsewhere; as in --pixels=-1:1")

  var classNames: [String]?
  /// Nil unless given; 0 to 1 then.
  var pixels: ClosedRange<Float>?

  /// Neither is for Octet's own files, which say both.
  ///
  /// - Parameter takesClasses: whether the command has that option.
  init(_ arguments: ParsedArguments, path: String, takesClasses: Bool = true) throws {
    let names = takesClasses ? arguments.value("classes") : nil
    let pixelText = arguments.value("pixels")
    if FloatModelSource.isOwn(path), let option = names != nil ? "classes" : pixelText != nil ? "pixels" : nil
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
    if let pixelText {
      let ends = pixelText.split(separator: ":", omittingEmptySubsequences: false).map { Float($0) ?? .nan }
      guard ends.count == 2, ends.allSatisfy({ abs($0) <= 1e6 }), ends[0] < ends[1] else {
        throw arguments.usageError(
          "--pixels takes two numbers, the smaller first, as in --pixels=-1:1, not '\(pixelText)'")
      }
      pixels = ends[0]...ends[1]
    }
  }
}
