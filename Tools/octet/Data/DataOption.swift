import FoundationEssentials
import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetImages
import OctetNetwork
import OctetText
import OctetTraining

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The option `--data`, shared by every command that reads data, and what goes with it.
enum DataOption {
  /// The files of MNIST, and every picture in folders of classes.
  static let reading = FolderReading(endings: ["-ubyte", "-ubyte.gz"], readsAllWithin: true)

  static let option = OptionDescription(
    "data", takes: .input("PATH", folder: reading),
    default: "OCTET_MNIST, then fetched MNIST, then synthetic digits",
    help:
      "a folder of IDX files, a CSV table (label first), NumPy arrays (.npz, .npy), a folder with one folder of "
      + "PNG or JPEG files per class, or the word random for random items of the model's input, or sensor for made "
      + "readings of an acceleration sensor"
  )

  static let inputScale = OptionDescription(
    "input-scale", takes: .text("SCALE:ZERO"),
    help: "what int8 items of arrays stand for: SCALE * (item - ZERO); as in 0.5847:83")

  private static func scale(_ arguments: ParsedArguments) throws -> InputScale? {
    guard let text = arguments.value("input-scale") else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let scale = Float(parts[0]), scale.isNormal, scale > 0,
      let zeroPoint = Int(parts[1]), (-128...127).contains(zeroPoint)
    else {
      throw arguments.usageError(
        "--input-scale takes a scale above 0 and a zero point from -128 to 127, as in 0.5847:83, not '\(text)'"
      )
    }
    return InputScale(scale: scale, zeroPoint: zeroPoint)
  }

  /// The environment, with the bytes of the folders that data may be in.
  private static var environment: [String: String] {
    var environment = ProcessInfo.processInfo.environment
    for name in [DataLocator.variable, "XDG_CACHE_HOME", "HOME"] {
      environment[name] = getenv(name).map { String(fileName: $0) }
    }
    return environment
  }

  /// The data that is read when no option names any.
  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    guard arguments.value("data") == nil else { return }
    let folder = environment[DataLocator.variable] ?? DataLocator.cacheFolder(environment)
    if let folder, !folder.isEmpty { files.add(CommandFiles.Input(folder, reading: reading)) }
  }

  /// Data as a model takes it in, and how its pictures came to be that.
  struct Located {
    let data: DataSet
    let form: PictureForm
  }

  /// The data that the command line and the environment lead to, for no model.
  static func locate(_ arguments: ParsedArguments) throws -> DataSet {
    try locate(arguments, DataRequest()).data
  }

  /// The data that the command line and the environment lead to, its pictures as they are requested.
  ///
  /// - Parameter path: nil for the place that `--data` or the environment names.
  static func locate(
    _ arguments: ParsedArguments, path: String? = nil, _ request: DataRequest
  ) throws -> Located {
    let scale = try arguments.takes("input-scale") ? scale(arguments) : nil
    let seed = try arguments.takes("seed") ? arguments.integer("seed", in: 0...) : nil
    var (located, hasPictures) = try locate(
      path: path ?? arguments.value("data"), request, seed: UInt64(seed ?? 1))
    let values = located.data.train.values
    if !hasPictures, let option = request.options.given, !request.isKept || !values.areBytes {
      throw arguments.usageError(
        "\(option) is for pictures in files; the data holds \(values.words) as the model takes them")
    }
    if let scale {
      guard case .integers(_, nil) = values else {
        throw arguments.usageError("--input-scale is for arrays of int8; the data holds \(values.words)")
      }
      let data = located.data.mapping { $0.with(scale) }
      located = Located(data: data, form: located.form)
    }
    return located
  }

  /// What is read in place of data, so that it cannot be the name of a file; `./random` can.
  static let randomName = "random"
  /// Likewise: readings of a sensor that are made of formulas.
  private static let sensorName = "sensor"

  /// - Parameter path: nil for what the environment leads to.
  private static func locate(
    path: String?, _ request: DataRequest, seed: UInt64
  ) throws -> (located: Located, hasPictures: Bool) {
    if path == randomName { return (try random(request, seed: seed), false) }
    if path == sensorName { return (Located(data: SyntheticMotion.dataSet(), form: .unchanged), false) }
    if let path, let mistake = FileKind.mistakenForData(path) { throw mistake }
    let pictures = PictureFileReader(try request.fitting(), request.channels)
    let locator = DataLocator(
      path: path, environment: environment, pictureReader: pictures)
    var data = try locator.locate { () throws(FileError) in SyntheticDigits.dataSet() }
    if let axes = data.axes { data = try request.arranged(data, axes: axes, path: path ?? data.origin) }
    let form =
      data.train.values.areBytes
      ? request.form(for: data.train.shape, classNames: data.train.classNames) : .unchanged
    if form.takesBlueFirst, data.hasRedFirst, data.train.shape.channels == 3 {
      data = data.mapping(\.blueFirst)
    }
    guard pictures.pictureCount > 0 else { return (Located(data: data, form: form), false) }
    guard pictures.takesPixelsAsTheyAre else {
      let noted = noting(data, inverted: pictures.invertedCount, fitted: pictures.fittedCount, form)
      return (Located(data: noted, form: form), true)
    }
    if data.train.shape.channels == 3, form.inversion == .auto {
      guard request.options.inversion == nil else {
        throw FileError(
          "--invert auto", "is for gray pictures, and these are in color", advice: "leave it out")
      }
      var form = form
      form.inversion = .no
      return (Located(data: data, form: form), true)
    }
    let (train, test) = (data.train.turned(form.inversion), data.test?.turned(form.inversion))
    let noted = noting(
      DataSet(train: train.images, test: test?.images, origin: data.origin),
      inverted: train.count + (test?.count ?? 0), fitted: 0, form)
    return (Located(data: noted, form: form), true)
  }

  private static func random(_ request: DataRequest, seed: UInt64) throws -> Located {
    guard let input = request.input else {
      throw FileError(
        "--data \(randomName)", "means random items for a model, and there is none here",
        advice: "for a file of that name write ./\(randomName)")
    }
    let data = RandomItems(request.randomKind ?? .pixels, shape: input, seed: seed).dataSet
    StandardError.write("octet: note: \(data.origin): they have no classes, so no accuracy can be told\n")
    return Located(data: data, form: request.form(for: input, classNames: []))
  }

  private static func noting(
    _ data: DataSet, inverted: Int, fitted: Int, _ form: PictureForm
  ) -> DataSet {
    var data = data
    if fitted > 0 {
      data = data.noting(
        "\(fitted == 1 ? "1 picture was" : "\(NumberText.grouped(fitted)) pictures were") fitted")
    }
    if inverted > 0 {
      let isOne = inverted == 1
      let reason = form.inversion == .auto ? "\(isOne ? "has" : "have") dark ink on light paper and " : ""
      data = data.noting(
        "\(NumberText.grouped(inverted)) \(isOne ? "picture" : "pictures") \(reason)\(isOne ? "was" : "were") inverted"
      )
    }
    return data
  }
}

extension LabeledItems {
  /// Color pictures as blue, green, red.
  fileprivate var blueFirst: LabeledItems {
    LabeledItems(shape: shape, values: .bytes(pixels.blueFirst), targets: targets)
  }

  /// Pictures with dark and light in each other's place where that is asked for, and how many.
  fileprivate func turned(_ inversion: PictureForm.Inversion) -> (images: LabeledItems, count: Int) {
    if inversion == .no { return (self, 0) }
    let pixels = pixels
    var turned = pixels
    var count = 0
    for index in 0..<self.count {
      let range = index * shape.count..<(index + 1) * shape.count
      if inversion == .auto {
        let picture = GrayPicture(width: shape.width, height: shape.height, pixels: Array(pixels[range]))
        if picture.hasLightInk { continue }
      }
      count += 1
      for place in range { turned[place] = 255 - pixels[place] }
    }
    return (LabeledItems(shape: shape, values: .bytes(turned), targets: targets), count)
  }
}
