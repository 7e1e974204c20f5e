import Octet
import OctetCommandLine
import OctetInterchange

/// The options `--fit` and `--invert`, shared by every command that brings pictures to a model's form.
struct PictureOptions {
  var fit: PictureForm.Fit?
  var inversion: PictureForm.Inversion?

  /// What the help says where training or quantization decides for the model.
  static let decided = "as the model says, else auto for digits and unchanged for others"

  static func fit(default text: String) -> OptionDescription {
    OptionDescription(
      "fit", takes: .choice("HOW", of: PictureForm.Fit.names), default: text,
      help: "use pictures as they are, or find and center the digit")
  }

  static func invert(default text: String) -> OptionDescription {
    OptionDescription(
      "invert", takes: .choice("HOW", of: PictureForm.Inversion.names), default: text,
      help: "whether to invert dark and light")
  }

  init() {}

  /// For a command that has both options.
  init(_ arguments: ParsedArguments) {
    fit = arguments.value("fit").flatMap(PictureForm.Fit.init(name:))
    inversion = arguments.value("invert").flatMap(PictureForm.Inversion.init(name:))
  }

  /// The first of them that was given.
  var given: String? { fit != nil ? "--fit" : inversion != nil ? "--invert" : nil }

  /// What was given laid over what is known. To look for ink is to tell it from the paper, so a fit that was asked for
  /// turns pictures where it is not known whether they are to be.
  func over(_ known: PictureForm?) -> PictureForm? {
    if let known {
      return PictureForm(fit: fit ?? known.fit, inversion: inversion ?? known.inversion)
    }
    guard let fit else { return nil }
    return PictureForm(fit: fit, inversion: inversion ?? (fit == .exact ? .no : .auto))
  }
}
