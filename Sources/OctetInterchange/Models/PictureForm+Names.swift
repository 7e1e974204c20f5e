import Octet

// The words of options, of metadata and of what is shown.

extension PictureForm.Fit {
  package static let names = ["auto", "exact", "digit"]

  package var name: String { Self.names[Int(rawValue)] }

  package init?(name: String) {
    guard let place = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: UInt8(place))
  }
}

extension PictureForm.Inversion {
  package static let names = ["auto", "no", "yes"]

  package var name: String { Self.names[Int(rawValue)] }

  package init?(name: String) {
    guard let place = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: UInt8(place))
  }
}

extension PictureForm {
  /// As it is shown.
  package var words: String { "fit \(fit.name), invert \(inversion.name)" }
}
