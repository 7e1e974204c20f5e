/// One output of a model as the file describes it. A view of the record's bytes.
package struct OutputRecord: Sendable {
  let bytes: ModelBytes

  @inline(__always)
  package init(_ bytes: ModelBytes) { self.bytes = bytes }

  /// Where the fields are, in bytes from the start of the record.
  package enum Field {
    @inline(__always) package static var tensor: UInt32 { 0 }
    @inline(__always) package static var meaning: UInt32 { 2 }
    @inline(__always) package static var head: UInt32 { 3 }
    @inline(__always) package static var probabilityStep: UInt32 { 4 }
    @inline(__always) package static var namesOffset: UInt32 { 8 }
    @inline(__always) package static var namesBytes: UInt32 { 12 }
  }

  /// The tensor that holds it.
  package var tensor: Int { Int(bytes.half(Field.tensor)) }
  /// Nil where the byte has no meaning; the loader has refused that.
  var knownMeaning: OutputMeaning? { OutputMeaning(rawValue: bytes.byte(Field.meaning)) }
  var holdsClasses: Bool { bytes.byte(Field.meaning) == OutputMeaning.classes.rawValue }
  /// Likewise.
  var knownHead: Head? { Head(rawValue: bytes.byte(Field.head)) }
  package var probabilityStep: UInt32 { bytes.word(Field.probabilityStep) }
  /// Where its names start in the file; 0 without names.
  var namesOffset: UInt32 { bytes.word(Field.namesOffset) }
  var namesBytes: UInt32 { bytes.word(Field.namesBytes) }
}

/// What the values of an output say. The raw value is the byte in the file.
public enum OutputMeaning: UInt8, Sendable {
  /// One class of several: the largest value wins. A single value tells two classes apart.
  case classes = 0
  /// Labels that can hold together, each decided by itself.
  case labels = 1
  /// Numbers: a result of regression, an embedding, a map.
  case numbers = 2
}

/// What turns the values of an output into probabilities. The raw value is the byte in the file.
public enum Head: UInt8, Sendable {
  /// There are none.
  case linear = 0
  /// They compete and add up to 1.
  case softmax = 1
  /// Each value by itself.
  case sigmoid = 2
}
