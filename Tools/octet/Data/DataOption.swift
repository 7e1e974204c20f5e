import FoundationEssentials
import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetImages
import OctetNetwork
import OctetText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The option `--data`, shared by every command that reads images.
enum DataOption {
  /// The files of MNIST, and every picture in folders of classes.
  static let reading = FolderReading(endings: ["-ubyte", "-ubyte.gz"], readsAllWithin: true)

  static let option = OptionDescription(
    "data", takes: .input("PATH", folder: reading),
    default: "OCTET_MNIST, then fetched MNIST, then synthetic digits",
    help:
      "a folder of IDX files, a CSV table (label first), or a folder with one folder of PNG files per class"
  )

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
    try locate(arguments, PictureRequest()).data
  }

  /// The data that the command line and the environment lead to, its pictures as they are requested.
  static func locate(_ arguments: ParsedArguments, _ request: PictureRequest) throws -> Located {
    let (located, hasPictures) = try locate(path: arguments.value("data"), request)
    if !hasPictures, let option = request.options.given, !request.isKept {
      throw arguments.usageError(
        "\(option) is for pictures in files; the data holds pixels as the model takes them")
    }
    return located
  }

  /// - Parameter path: nil for what the environment leads to.
  static func locate(
    path: String?, _ request: PictureRequest
  ) throws -> (located: Located, hasPictures: Bool) {
    if let path, let mistake = FileKind.mistakenForData(path) { throw mistake }
    let pictures = PNGPictureReader(try request.fitting())
    let locator = DataLocator(
      path: path, environment: environment, pictureReader: pictures)
    let data = try locator.locate { () throws(FileError) in SyntheticDigits.dataSet() }
    let form = request.form(for: data.train.shape, classNames: data.train.classNames)
    guard pictures.pictureCount > 0 else { return (Located(data: data, form: form), false) }
    guard pictures.takesPixelsAsTheyAre else {
      let noted = noting(data, inverted: pictures.invertedCount, fitted: pictures.fittedCount, form)
      return (Located(data: noted, form: form), true)
    }
    let (train, test) = (data.train.turned(form.inversion), data.test?.turned(form.inversion))
    let noted = noting(
      DataSet(train: train.images, test: test?.images, origin: data.origin),
      inverted: train.count + (test?.count ?? 0), fitted: 0, form)
    return (Located(data: noted, form: form), true)
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
  /// Gray pictures with dark and light in each other's place where that is asked for, and how many.
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
