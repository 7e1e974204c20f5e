import Octet
import OctetData
import OctetHost
import OctetImages
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// What is known of the model that data is read for, before it is read: its input, and how pictures are brought to it.
struct DataRequest {
  var options = PictureOptions()
  /// What the model says, or the recipe that it is trained by.
  var known: PictureForm?
  /// The model's input.
  var input: ImageShape?
  /// How the model's own format lays out an item; nil for Octet's own order.
  var layout: ArrayLayout?
  /// What it takes in where there is no data; nil for pixels.
  var randomKind: RandomItems.Kind?
  /// The file of the model, for messages.
  var model: String?
  /// Whether the form is kept in a model that is made: then it means something for data without pictures too.
  var isKept = false

  /// Nothing was specified.
  init() {}

  /// For an .octet file.
  init(_ file: OctetModelFile, _ options: PictureOptions = PictureOptions()) {
    let model = file.model
    self.options = options
    self.model = file.path
    // What a float model beside it sees are then the same numbers.
    let isOfPixels =
      model.inputKind == .pictures
      && (model.inputScale == IntegerLayer.Encoding.image.inputScale || model.pixelMap != nil)
    randomKind = isOfPixels ? .pixels : .integers(model.inputScale)
    known = model.pictureForm
    input = ImageShape(height: model.imageHeight, width: model.imageWidth, channels: model.imageChannels)
  }

  /// For a float model. One that was trained by a recipe before models said anything reads digits.
  ///
  /// - Parameter takesPixels: whether it was said what pixels are.
  init(
    _ model: FloatModel, path: String, _ options: PictureOptions, takesPixels: Bool = false, isKept: Bool
  ) {
    self.options = options
    self.model = path
    layout = model.inputLayout
    known = model.pictureForm
    if known == nil, let name = model.recipeName, Recipe.digitNames.contains(name) { known = .digits }
    input = model.network.input
    // Octet's own models say how pictures become their input, if that is pixels. Elsewhere a row of numbers that nobody
    // calls pixels is features.
    if known == nil, !takesPixels, model.network.input.isFlat || FloatModelSource.isOwn(path) {
      randomKind = .features
    }
    self.isKept = isKept
  }

  /// For a full-integer .tflite file.
  init(_ network: LiteNetwork, _ options: PictureOptions = PictureOptions(), isKept: Bool = false) {
    self.options = options
    model = network.path
    input = network.input
    layout = network.inputLayout
    randomKind = .integers(nil)
    self.isKept = isKept
  }

  /// For training.
  init(_ recipe: Recipe, isBuiltIn: Bool, _ options: PictureOptions) {
    self.options = options
    known = isBuiltIn && Recipe.digitNames.contains(recipe.name) ? .digits : nil
    input = recipe.candidates.first?.network.input
    isKept = true
  }

  /// What is known of the form before the data is.
  var form: PictureForm? { options.over(known) }

  /// What is known of the form, or the usual one of these images.
  func form(for shape: ImageShape, classNames: [String]) -> PictureForm {
    if let form { return form }
    let usual = PictureForm.usual(for: shape, classNames: classNames)
    return PictureForm(
      fit: usual.fit, inversion: options.inversion ?? usual.inversion,
      takesBlueFirst: options.takesBlueFirst ?? false)
  }

  /// How many channels pictures are read with.
  var channels: PictureFileReader.Channels {
    guard let input else { return .asStored }
    if input.isFlat { return .numbers(input.count) }
    return input.channels == 3 ? .color : .gray
  }

  /// Orders for pictures that are not taken as they are; nil where they are, or no such order is possible.
  func fitting() throws(FileError) -> PictureFitting? {
    guard let form, form.fit != .exact, let input else { return nil }
    if let picture,
      let fitting = PictureFitting(
        width: picture.width, height: picture.height, channels: picture.channels,
        fit: PictureFitting.Fit(form.fit), inversion: PictureFitting.Inversion(form.inversion))
    {
      return fitting
    }
    guard options.fit == nil else {
      throw FileError(
        "--fit \(form.fit.name)", "cannot bring pictures to the network's input of \(input)",
        advice: "\(PictureFitting.possible)")
    }
    return nil
  }

  /// The picture that the input is: itself, or the square that a row of numbers stands for, in gray or else in color.
  /// Nil where it is none.
  var picture: ImageShape? {
    guard let input, input.isFlat else { return input }
    for channels in [1, 3] where input.count % channels == 0 {
      let side = Int(Double(input.count / channels).squareRoot())
      let square = ImageShape(height: side, width: side, channels: channels)
      if square.count == input.count { return square }
    }
    return nil
  }
}
