import COctetHost
import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetQuantization
import OctetTraining

/// Why a call failed, in the words of octet_host.h.
struct Failure: Error {
  let status: Int32
  /// One line.
  let text: String

  init(_ status: Int, _ text: String) {
    self.status = Int32(status)
    self.text = text
  }
}

/// The status of what `body` does; where it throws, the thread's message says why.
func status(of body: () throws -> Void) -> Int32 {
  do {
    try body()
    return Int32(OCTET_OK)
  } catch {
    let failure = Failure(error)
    octet_set_message(failure.text)
    return failure.status
  }
}

extension Failure {
  /// Errors of the libraries below.
  init(_ error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as FileError: self.init(Int(OCTET_BAD_FILE), error.description)
    case let error as QuantizationFailure:
      let status =
        switch error.kind {
        case .file: Int(OCTET_BAD_FILE)
        case .format: Int(OCTET_BAD_FORMAT)
        case .model: Int(OCTET_UNFIT_MODEL)
        case .images: Int(OCTET_BAD_ITEMS)
        }
      self.init(status, error.description)
    case let error as QuantizationError:
      let status =
        switch error {
        case .shape, .noImages, .tooFewToRepair, .integersWithoutScale: Int(OCTET_BAD_ITEMS)
        case .network, .unsupported, .output, .limit: Int(OCTET_UNFIT_MODEL)
        }
      self.init(status, error.description)
    case let error as ModelError: self.init(Int(OCTET_BAD_MODEL), error.description)
    case let error as ModelFileError:
      if case .file = error {
        self.init(Int(OCTET_BAD_FILE), error.description)
      } else {
        self.init(Int(OCTET_BAD_FORMAT), error.description)
      }
    case let error as ImportError: self.init(Int(OCTET_BAD_FORMAT), error.description)
    default: self.init(Int(OCTET_UNFIT_MODEL), "\(error)")
    }
  }
}
