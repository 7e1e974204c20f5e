#if !hasFeature(Embedded)
  /// Bytes of a model, kept as long as they are used.
  private final class OwnedBytes: Sendable {
    // Never changes after it was filled, and lives as long as the object.
    nonisolated(unsafe) let buffer: UnsafeMutableRawBufferPointer

    init(_ bytes: borrowing RawSpan) {
      buffer = .allocate(byteCount: max(bytes.byteCount, 1), alignment: 64)
      bytes.withUnsafeBytes { buffer.copyMemory(from: $0) }
    }

    deinit { buffer.deallocate() }
  }

  extension Model {
    /// Checks a copy of the bytes of a file, and keeps it.
    public init(copying file: [UInt8], workLimit: UInt64 = Work.defaultLimit) throws(ModelError) {
      let owned = OwnedBytes(file.span.bytes)
      try self.init(
        readingInPlace: UnsafeRawBufferPointer(rebasing: owned.buffer[0..<file.count]), owner: owned,
        workLimit: workLimit)
    }

    /// Checks bytes that `owner` keeps alive and unchanged, such as a memory map.
    public init(
      readingInPlace file: UnsafeRawBufferPointer, owner: any AnyObject & Sendable,
      workLimit: UInt64 = Work.defaultLimit
    ) throws(ModelError) {
      try self.init(readingInPlace: file, workLimit: workLimit)
      self.owner = owner
    }

    /// The name of each class of the first output, or its number where the file has no names. As with every array, an
    /// index that is not from 0 to `classCount - 1` stops the program (a trap).
    public var labels: [String] { labels() }

    /// The same of any output.
    public func labels(ofOutput output: Int = 0) -> [String] {
      let isNamed = hasNames(ofOutput: output)
      return (0..<classCount(ofOutput: output)).map {
        isNamed ? String(decoding: label($0, ofOutput: output), as: UTF8.self) : String($0)
      }
    }
  }

  extension ModelError: CustomStringConvertible {
    /// One line: the rule, where, and the value that stood there.
    public var description: String {
      "\(rule.text) (at byte \(offset), found \(value))"
    }
  }

  extension SessionError: CustomStringConvertible {
    /// One line.
    public var description: String {
      switch self {
      case .arenaTooSmall(let bytes, let needed): "the arena has \(bytes) bytes, the model needs \(needed)"
      case .arenaNotAligned: "the arena must start at a multiple of 4 in memory"
      case .rowSize(let bytes, let needed): "a row has \(bytes) bytes, the model needs \(needed)"
      case .imageSize(let bytes, let needed): "the image has \(bytes) bytes, the model needs \(needed)"
      case .noClasses: "the model's first output holds no classes; read its outputs instead"
      case .inputIsHeld:
        "the arena has no room for rows of the input: run a held one, or open the session with the whole arena"
      case .inputIsStreamed: "the model's input cannot be held by the caller: feed its rows"
      case .inputNotAligned: "a held input must start at a multiple of 4 in memory"
      case .inputBorder: "a cell of the held input's border is not the zero point of the input"
      case .imageComplete: "all rows of the image have been fed; restart before the next one"
      }
    }
  }
#endif
