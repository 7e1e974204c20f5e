import Foundation
import OctetCommandLine
import OctetTraining

/// The option `--data`, shared by every command that reads images.
enum DataOption {
  static let option = OptionDescription(
    "data", takes: .file("PATH"), default: "OCTET_MNIST, then fetched MNIST, then synthetic digits",
    help: "a folder of IDX files, a CSV table (label first), or a folder with a folder of pictures per class")

  /// The data that the command line and the environment lead to.
  static func locate(_ arguments: ParsedArguments) throws(DataError) -> DataSet {
    let locator = DataLocator(
      path: arguments.value("data"), environment: ProcessInfo.processInfo.environment)
    return try locator.locate { () throws(DataError) in SyntheticDigits.dataSet() }
  }
}
