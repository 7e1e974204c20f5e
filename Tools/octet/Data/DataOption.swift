import FoundationEssentials
import OctetCommandLine
import OctetTraining

/// The option `--data`, shared by every command that reads images.
enum DataOption {
  static let option = OptionDescription(
    "data", takes: .file("PATH"), default: "OCTET_MNIST, then fetched MNIST, then synthetic digits",
    help: "a folder of IDX files, a CSV table (label first), or a folder with a folder of PNG files per class"
  )

  /// The data that the command line and the environment lead to.
  static func locate(_ arguments: ParsedArguments) throws(DataError) -> DataSet {
    let pictures = PNGPictureReader()
    let locator = DataLocator(
      path: arguments.value("data"), environment: ProcessInfo.processInfo.environment, pictureReader: pictures
    )
    let data = try locator.locate { () throws(DataError) in SyntheticDigits.dataSet() }
    let count = pictures.invertedCount
    guard count > 0 else { return data }
    let pictureWords = count == 1 ? "1 picture has" : "\(NumberText.grouped(count)) pictures have"
    return data.noting("\(pictureWords) dark ink on light paper and \(count == 1 ? "was" : "were") inverted")
  }
}
