// Not on devices, whose program reads PNG files only.
#if !hasFeature(Embedded)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #else
    import Darwin
  #endif

  /// Reads JPEG files through libjpeg-turbo, if the system has it: it is loaded when the first JPEG file comes.
  ///
  /// What the file says about its orientation (Exif) and its colors is not looked at, as for PNG files. A file with a
  /// fault is an error, even where a viewer would show something: half a picture is no input.
  package enum JPEGReader {
    /// Whether bytes begin as those of a JPEG file do.
    package static func isJPEG(_ start: some Collection<UInt8>) -> Bool {
      start.starts(with: [0xFF, 0xD8, 0xFF])
    }

    /// Whether there is libjpeg-turbo.
    package static var isAvailable: Bool { TurboJPEG.shared != nil }

    /// - Parameters:
    ///   - bytes: of the whole file.
    ///   - path: for errors.
    ///   - limits: how many pixels there may be.
    package static func read(
      _ bytes: [UInt8], path: String, limits: PNGLimits = PNGLimits()
    ) throws(JPEGError) -> JPEGPicture {
      guard let library = TurboJPEG.shared else {
        throw JPEGError(path, "is a JPEG file, and libjpeg-turbo is not installed", advice: TurboJPEG.advice)
      }
      guard let handle = library.start() else {
        throw JPEGError(path, "needs more memory than there is for it", advice: "close other programs")
      }
      defer { _ = library.end(handle) }
      var (width, height, sampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
      guard library.header(handle, bytes, UInt(bytes.count), &width, &height, &sampling, &space) == 0 else {
        throw library.damage(handle, path)
      }
      guard width >= 1, height >= 1, Int(width) <= limits.width, Int(height) <= limits.height else {
        throw JPEGError(
          path, "is \(width) x \(height) pixels, and the limit is \(limits.width) x \(limits.height)",
          advice: "make it smaller")
      }
      guard space != TurboJPEG.cmyk, space != TurboJPEG.ycck else {
        throw JPEGError(path, "has the four colors of print (CMYK)", advice: "convert it to RGB")
      }
      let isGray = space == TurboJPEG.grayscale
      var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * (isGray ? 1 : 3))
      let status = library.decompress(
        handle, bytes, UInt(bytes.count), &pixels, width, 0, height,
        isGray ? TurboJPEG.grayPixels : TurboJPEG.rgbPixels, TurboJPEG.flags)
      guard status == 0 else { throw library.damage(handle, path) }
      return isGray
        ? .gray(GrayPicture(width: Int(width), height: Int(height), pixels: pixels))
        : .color(ColorPicture(width: Int(width), height: Int(height), pixels: pixels))
    }
  }

  /// What is in a JPEG file.
  package enum JPEGPicture: Equatable, Sendable {
    case gray(GrayPicture)
    case color(ColorPicture)

    package var inGray: GrayPicture {
      switch self {
      case .gray(let picture): picture
      case .color(let picture): picture.inGray
      }
    }

    package var inColor: ColorPicture {
      switch self {
      case .gray(let picture): picture.inColor
      case .color(let picture): picture
      }
    }
  }

  /// Why a JPEG file could not be read.
  package struct JPEGError: Error, Equatable, Sendable {
    package let path: String
    package let finding: String
    package let advice: String

    init(_ path: String, _ finding: String, advice: String) {
      (self.path, self.finding, self.advice) = (path, finding, advice)
    }
  }

  /// libjpeg-turbo's interface for whole pictures, which its versions 2 and 3 have.
  private struct TurboJPEG: Sendable {
    typealias Handle = UnsafeMutableRawPointer
    typealias Start = @convention(c) () -> Handle?
    typealias Header =
      @convention(c) (
        Handle, UnsafePointer<UInt8>, UInt, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>,
        UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>
      ) -> Int32
    typealias Decompress =
      @convention(c) (
        Handle, UnsafePointer<UInt8>, UInt, UnsafeMutablePointer<UInt8>, Int32, Int32, Int32, Int32, Int32
      ) -> Int32
    typealias Message = @convention(c) (Handle) -> UnsafePointer<CChar>?
    typealias End = @convention(c) (Handle) -> Int32

    // Of its header: color spaces, orders of pixels, flags.
    static let (grayscale, cmyk, ycck): (Int32, Int32, Int32) = (2, 3, 4)
    static let (rgbPixels, grayPixels): (Int32, Int32) = (0, 6)
    /// The exact inverse transform, warnings as errors, and no file of endless scans.
    static let flags: Int32 = 4_096 | 8_192 | 32_768

    static let advice =
      "install it (Debian: apt-get install libturbojpeg0, Ubuntu: libturbojpeg), or convert the file to PNG"

    let start: Start
    let header: Header
    let decompress: Decompress
    let message: Message
    let end: End

    /// Nil where it is not installed.
    static let shared = load()

    private static func load() -> TurboJPEG? {
      guard
        let library = dlopen("libturbojpeg.so.0", RTLD_NOW | RTLD_LOCAL)
          ?? dlopen("libturbojpeg.dylib", RTLD_NOW | RTLD_LOCAL),
        let start = dlsym(library, "tjInitDecompress"), let header = dlsym(library, "tjDecompressHeader3"),
        let decompress = dlsym(library, "tjDecompress2"), let message = dlsym(library, "tjGetErrorStr2"),
        let end = dlsym(library, "tjDestroy")
      else { return nil }
      return TurboJPEG(
        start: unsafeBitCast(start, to: Start.self), header: unsafeBitCast(header, to: Header.self),
        decompress: unsafeBitCast(decompress, to: Decompress.self),
        message: unsafeBitCast(message, to: Message.self), end: unsafeBitCast(end, to: End.self))
    }

    func damage(_ handle: Handle, _ path: String) -> JPEGError {
      let words = message(handle).map { String(cString: $0) } ?? "no reason given"
      // A file may be as it should be, and of a kind that the library does not know.
      let isForeign = words.contains("nsupported") || words.contains("subsampling")
      return isForeign
        ? JPEGError(
          path, "is a JPEG file of a kind that libjpeg-turbo does not read (\(words))",
          advice: "save it with usual settings, or as a PNG file")
        : JPEGError(path, "is damaged (\(words))", advice: "copy or save the picture again")
    }
  }
#endif
