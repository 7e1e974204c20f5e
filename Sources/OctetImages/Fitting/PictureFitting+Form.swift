import Octet

// What a model says, as orders for bringing pictures to its form.

extension PictureFitting.Fit {
  package init(_ fit: PictureForm.Fit) {
    switch fit {
    case .auto: self = .auto
    case .exact: self = .exact
    case .digit: self = .digit
    }
  }
}

extension PictureFitting.Inversion {
  package init(_ inversion: PictureForm.Inversion) {
    switch inversion {
    case .auto: self = .auto
    case .no: self = .no
    case .yes: self = .yes
    }
  }
}
