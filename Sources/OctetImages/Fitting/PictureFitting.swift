import Octet

/// How pictures are brought to the form that a model was trained on.
package struct PictureFitting: Equatable, Sendable {
  /// What is done to the size.
  package enum Fit: CaseIterable, Sendable {
    /// `exact` for a picture that already has the model's size, `digit` for any other.
    case auto
    /// The pixels as they are; another size is an error.
    case exact
    /// The ink is found, scaled and centered, as was done to MNIST.
    case digit
    /// The whole picture is scaled to the model's size, and may be squeezed.
    case stretch
    /// The middle of the picture that has the model's proportions is scaled.
    case crop
    /// The whole picture is scaled without squeezing it; the rest is black.
    case pad

    /// As it stands on command lines and in output.
    package var word: StaticString {
      switch self {
      case .auto: "auto"
      case .exact: "exact"
      case .digit: "digit"
      case .stretch: "stretch"
      case .crop: "crop"
      case .pad: "pad"
      }
    }

    /// Whether it looks for ink in some pictures at least, which only gray ones have.
    var looksForInk: Bool { self == .auto || self == .digit }
  }

  /// Whether dark and light change places. Models see light ink on dark paper, as in MNIST.
  package enum Inversion: CaseIterable, Sendable {
    /// When the picture has dark ink on light paper.
    case auto
    case yes
    case no
  }

  /// The model's input, in pixels.
  package let width: Int
  package let height: Int
  /// 1 for gray, 3 for red, green and blue.
  package let channels: Int
  package let fit: Fit
  package let inversion: Inversion
  /// Whether the model takes blue, green, red.
  package let takesBlueFirst: Bool
  /// The gray behind transparent pictures.
  package let background: UInt8
  package let limits: PNGLimits

  /// The longest side of a model's input that digits can be fitted to.
  package static let longestDigit = InkCanvas.longestSide
  /// The longest side of a model's input that pictures can be scaled to. As they are, they can be larger.
  package static let longestSide = 512

  /// Nil where such an input cannot be had from pictures so. `possible` says in words what can.
  package init?(
    width: Int = 28, height: Int = 28, channels: Int = 1, fit: Fit = .auto, inversion: Inversion = .auto,
    takesBlueFirst: Bool = false, background: UInt8 = 255, limits: PNGLimits = PNGLimits()
  ) {
    let longest =
      fit == .exact
      ? min(limits.width, limits.height) : fit.looksForInk ? Self.longestDigit : Self.longestSide
    guard (1...longest).contains(width), (1...longest).contains(height),
      channels == 1 || (channels == 3 && !fit.looksForInk && inversion != .auto)
    else { return nil }
    self.width = width
    self.height = height
    self.channels = channels
    self.fit = fit
    self.inversion = inversion
    self.takesBlueFirst = takesBlueFirst && channels == 3
    self.background = background
    self.limits = limits
  }
}

extension PictureFitting {
  /// What inputs pictures can become, for messages.
  package static var possible: String {
    """
    digits are fitted to one channel of at most \(longestDigit) x \(longestDigit), pictures are scaled to one or \
    three of at most \(longestSide) x \(longestSide), and colors are not looked through for ink (--fit auto, \
    --fit digit, --invert auto)
    """
  }
}

// What a model says, as orders for bringing pictures to its form.

extension PictureFitting {
  package init?(width: Int, height: Int, channels: Int, form: PictureForm) {
    self.init(
      width: width, height: height, channels: channels, fit: Fit(form.fit),
      inversion: Inversion(form.inversion), takesBlueFirst: form.takesBlueFirst)
  }

  /// - Parameters:
  ///   - fit: nil for what the model says.
  ///   - inversion: nil for what the model says.
  package init?(_ model: Model, fit: Fit? = nil, inversion: Inversion? = nil) {
    let form = model.pictureForm
    self.init(
      width: model.imageWidth, height: model.imageHeight, channels: model.imageChannels,
      fit: fit ?? Fit(form.fit), inversion: inversion ?? Inversion(form.inversion),
      takesBlueFirst: form.takesBlueFirst)
  }
}

extension PictureFitting.Fit {
  package init(_ fit: PictureForm.Fit) {
    switch fit {
    case .auto: self = .auto
    case .exact: self = .exact
    case .digit: self = .digit
    case .stretch: self = .stretch
    case .crop: self = .crop
    case .pad: self = .pad
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
