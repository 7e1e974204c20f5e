import Octet
import OctetData
import OctetHost
import OctetImages
import OctetInterchange
import OctetNetwork
import OctetTraining

/// How the pictures of a data set are to be brought to a model's form, as far as that is known before they are read.
struct PictureRequest {
  var options = PictureOptions()
  /// What the model says, or the recipe that it is trained by.
  var known: PictureForm?
  /// The model's input.
  var input: ImageShape?
  /// Whether the form is kept in a model that is made: then it means something for data without pictures too.
  var isKept = false

  /// Nothing was specified.
  init() {}

  /// For an .octet file.
  init(_ model: Model, _ options: PictureOptions = PictureOptions()) {
    self.options = options
    known = model.pictureForm
    input = ImageShape(height: model.imageHeight, width: model.imageWidth, channels: model.imageChannels)
  }

  /// For a float model. One that was trained by a recipe before models said anything reads digits.
  init(_ model: FloatModel, _ options: PictureOptions, isKept: Bool) {
    self.options = options
    known = model.pictureForm
    if known == nil, let name = model.recipeName, Recipe.builtInNames.contains(name) { known = .digits }
    input = model.network.input
    self.isKept = isKept
  }

  /// For training.
  init(_ recipe: Recipe, isBuiltIn: Bool, _ options: PictureOptions) {
    self.options = options
    known = isBuiltIn ? .digits : nil
    input = recipe.candidates.first?.network.input
    isKept = true
  }

  /// What is known of the form before the data is.
  var form: PictureForm? { options.over(known) }

  /// What is known of the form, or the usual one of these images.
  func form(for shape: ImageShape, classNames: [String]) -> PictureForm {
    if let form { return form }
    let usual = PictureForm.usual(for: shape, classNames: classNames)
    return PictureForm(fit: usual.fit, inversion: options.inversion ?? usual.inversion)
  }

  /// Orders for pictures that are not taken as they are; nil where they are, or no such order is possible.
  func fitting() throws(FileError) -> PictureFitting? {
    guard let form, form.fit != .exact, let input else { return nil }
    var (width, height) = (input.width, input.height)
    if input.isFlat {
      // A row of numbers stands for a square.
      width = Int(Double(input.count).squareRoot())
      height = width
    }
    if width * height == input.count,
      let fitting = PictureFitting(
        width: width, height: height, fit: form.fit == .auto ? .auto : .digit,
        inversion: form.inversion == .auto ? .auto : form.inversion == .yes ? .yes : .no)
    {
      return fitting
    }
    guard options.fit == nil else {
      throw FileError(
        "--fit \(form.fit.name)", "cannot fit pictures to the network's input of \(input)",
        advice: "pictures become one channel of at most \(PictureFitting.longestSide) x "
          + "\(PictureFitting.longestSide) pixels; use --fit exact")
    }
    return nil
  }
}
