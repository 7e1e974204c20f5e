import Octet
import OctetCommandLine
import OctetInterchange
import OctetTraining

/// The options `--fit` and `--invert`, shared by every command that brings pictures to a model's form.
struct PictureOptions {
  var fit: PictureForm.Fit?
  var inversion: PictureForm.Inversion?
  var takesBlueFirst: Bool?

  /// What the help says where training or quantization decides for the model.
  static let decided = "as the model says, else auto for digits and unchanged for others"

  static func fit(default text: String) -> OptionDescription {
    OptionDescription(
      "fit", takes: .choice("HOW", of: PictureForm.Fit.names), default: text,
      help: "use pictures as they are, find and center the digit, or scale them")
  }

  static func invert(default text: String) -> OptionDescription {
    OptionDescription(
      "invert", takes: .choice("HOW", of: PictureForm.Inversion.names), default: text,
      help: "whether to invert dark and light")
  }

  static let order = OptionDescription(
    "channel-order", takes: .choice("ORDER", of: PictureForm.orderNames),
    default: "as the model says, else rgb",
    help: "the order in which a model from elsewhere takes the channels of color pictures")

  init() {}

  /// For a command that has both options.
  init(_ arguments: ParsedArguments) {
    fit = arguments.value("fit").flatMap(PictureForm.Fit.init(name:))
    inversion = arguments.value("invert").flatMap(PictureForm.Inversion.init(name:))
    if arguments.takes("channel-order") {
      takesBlueFirst = arguments.value("channel-order").map { $0 == PictureForm.blueFirstName }
      if takesBlueFirst == nil, arguments.value("pixels") == PixelRange.blueFirstName {
        takesBlueFirst = true
      }
    }
  }

  /// The first of them that was given.
  var given: String? { fit != nil ? "--fit" : inversion != nil ? "--invert" : nil }

  /// What was given laid over what is known. To look for ink is to tell it from the paper, so such a fit that was asked
  /// for turns pictures where it is not known whether they are to be.
  func over(_ known: PictureForm?) -> PictureForm? {
    if let known {
      return PictureForm(
        fit: fit ?? known.fit, inversion: inversion ?? known.inversion,
        takesBlueFirst: takesBlueFirst ?? known.takesBlueFirst)
    }
    guard let fit else { return nil }
    return PictureForm(
      fit: fit, inversion: inversion ?? (fit == .auto || fit == .digit ? .auto : .no),
      takesBlueFirst: takesBlueFirst ?? false)
  }
}
