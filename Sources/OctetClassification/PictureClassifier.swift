import Octet
import OctetImages

/// Pictures in files, one after another, through a model. Its memory is taken once and does not grow.
package struct PictureClassifier<Kernels: RowKernels>: ~Copyable {
  private let model: Model
  private let kernels: Kernels
  private var fitter: PictureFitter
  /// Lent to one session at a time.
  private var arena: [UInt32]

  /// - Parameters:
  ///   - fit: nil for what the model says.
  ///   - inversion: nil for what the model says.
  package init(
    _ model: Model, kernels: Kernels, fit: PictureFitting.Fit? = nil,
    inversion: PictureFitting.Inversion? = nil
  ) throws(ClassifierError) {
    guard model.imageChannels == 1,
      let fitting = PictureFitting(
        width: model.imageWidth, height: model.imageHeight,
        fit: fit ?? PictureFitting.Fit(model.pictureForm.fit),
        inversion: inversion ?? PictureFitting.Inversion(model.pictureForm.inversion))
    else {
      throw ClassifierError.input(
        width: model.imageWidth, height: model.imageHeight, channels: model.imageChannels)
    }
    self.model = model
    self.kernels = kernels
    fitter = PictureFitter(fitting)
    arena = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
  }

  /// Reads the picture at `path` and classifies it.
  package mutating func classify(path: String) throws(PictureError) -> Reading {
    let picture = try fitter.fit(path: path)
    return Self.reading(picture, model, kernels, &arena)
  }

  /// A function of its own parts, so that nothing is copied that other threads count references to as well.
  private static func reading(
    _ picture: FittedPicture, _ model: Model, _ kernels: Kernels, _ arena: inout [UInt32]
  ) -> Reading {
    do throws(SessionError) {
      var words = arena.mutableSpan
      var bytes = words.mutableBytes
      var session = try Session(model, arena: &bytes, kernels: kernels)
      try session.run(image: picture.pixels.span)
      return Reading(session, model, picture)
    } catch {
      preconditionFailure("arena and picture have the model's size")
    }
  }
}

/// Why a model cannot take pictures.
package enum ClassifierError: Error, Equatable, Sendable {
  case input(width: Int, height: Int, channels: Int)
}

extension ClassifierError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .input(let width, let height, let channels):
      "the model takes \(width) x \(height) pixels of \(channels) channels; pictures become one channel of at most 256 x 256"
    }
  }
}
