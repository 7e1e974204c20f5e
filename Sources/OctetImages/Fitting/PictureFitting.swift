import Octet

/// How pictures are brought to the form that a model was trained on.
package struct PictureFitting: Equatable, Sendable {
  /// What is done to the size.
  package enum Fit: String, CaseIterable, Sendable {
    /// `exact` for a picture that already has the model's size, `digit` for any other.
    case auto
    /// The pixels as they are; another size is an error.
    case exact
    /// The ink is found, scaled and centered, as was done to MNIST.
    case digit
  }

  /// Whether dark and light change places. Models see light ink on dark paper, as in MNIST.
  package enum Inversion: String, CaseIterable, Sendable {
    /// When the picture has dark ink on light paper.
    case auto
    case yes
    case no
  }

  /// The model's input, in pixels.
  package let width: Int
  package let height: Int
  package let fit: Fit
  package let inversion: Inversion
  /// The gray behind transparent pictures.
  package let background: UInt8
  package let limits: PNGLimits

  /// The longest side of a model's input that pictures can be fitted to.
  package static let longestSide = InkCanvas.longestSide

  /// Nil when the model's input is larger than pictures can be fitted to.
  package init?(
    width: Int = 28, height: Int = 28, fit: Fit = .auto, inversion: Inversion = .auto,
    background: UInt8 = 255, limits: PNGLimits = PNGLimits()
  ) {
    guard (1...Self.longestSide).contains(width), (1...Self.longestSide).contains(height) else { return nil }
    self.width = width
    self.height = height
    self.fit = fit
    self.inversion = inversion
    self.background = background
    self.limits = limits
  }
}

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
