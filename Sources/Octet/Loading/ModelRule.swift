/// Every rule that a file must keep; the loader names the one that was broken, and ``text`` says what it asks for.
public enum ModelRule: UInt8, Sendable {
  /// Of the file as a whole: its length, place in memory, first bytes and check sum.
  case size, alignment, magic, version, headerBytes, length, checksum, reserved
  /// Of a field of the header, or of the labels behind it.
  case layerCount, classCount, labels, head, probabilityStep, arenaBytes
  /// Of a tensor: its shape, type and encoding.
  case extent, channels, tensorBytes, border, elementBytes, logitsType, scale, zeroPoint
  /// Of a tensor's ring in the arena.
  case ringRows, ringPlace
  /// Of a layer's record.
  case layerKind, tableFlag, layerInput, secondInputShape, window, stride, reach, fusedPool, clamp
  /// Of a layer's shape beside that of its input, or of the last one.
  case outputShape, logitsShape
  /// Of a layer's constants, their place and their values.
  case constantsPlace, constantsBytes, multiplier, shift, bias, averagedCells, inputMultiplier, inputShift
  /// Of the arena as a whole, and of the rows that go through it.
  case accumulators, overlap, arenaEnd, ringTooSmall, unfinished
  // The number goes to programs in C and over a board's serial line, so what is new comes last.
  /// Of a layer's rounding, the form of pictures, the text of a label, and the cost of an image.
  case rounding, pictureForm, labelText, work

  /// What the rule says, in words that follow "octet model: ".
  public var text: StaticString {
    switch self {
    case .size: "the file is shorter than a header, or larger than 1 GB"
    case .alignment: "the bytes must start at a multiple of 4 in memory"
    case .magic: "this is not an .octet file: it does not start with OCT8"
    case .version: "only version 1 of the format is known"
    case .headerBytes: "the header must have 48 bytes"
    case .length: "the length in the header is not that of the file"
    case .checksum: "the check sum does not fit: the file is damaged"
    case .reserved: "a reserved byte is not zero"
    case .layerCount: "there must be 1 to 63 layers"
    case .classCount: "there must be 2 to 256 classes"
    case .labels: "the labels do not fill their section"
    case .head: "unknown head"
    case .probabilityStep: "the step of the probabilities does not fit the head"
    case .arenaBytes: "the arena is larger than 256 MB"
    case .extent: "height and width must be 1 to 4096"
    case .channels: "there must be at least one channel"
    case .tensorBytes: "the tensor is too large"
    case .border: "only a tensor that a convolution reads has a border"
    case .elementBytes: "an element has 1 byte, or 2 in the last tensor"
    case .logitsType: "only a dense layer or a convolution without a table gives 16-bit logits"
    case .scale: "a scale must be positive and finite"
    case .zeroPoint: "16-bit logits have zero point 0, and pooling keeps the zero point"
    case .ringRows: "a ring must hold at least a row, and the border above"
    case .ringPlace: "the ring lies outside the arena, or not at a multiple of 4"
    case .layerKind: "a kind of layer that this program cannot run"
    case .tableFlag: "only a layer with weights can have a table behind it"
    case .layerInput: "a layer reads a tensor that was made before it"
    case .secondInputShape: "both inputs of a layer that joins two and its output must have one shape"
    case .window: "window does not fit the kind of layer, or the input"
    case .stride: "stride does not fit the kind of layer"
    case .reach: "the window reaches beyond the border"
    case .fusedPool: "only a convolution carries a pool, of at least 1 x 1"
    case .clamp: "the clamp's minimum is above its maximum, or outside the type, or the kind has none"
    case .outputShape: "the output's shape does not follow from the input's"
    case .logitsShape: "the last tensor must be 1 x 1 with a channel per class, or one for two classes"
    case .constantsPlace: "the constants do not start where the ones before them ended"
    case .constantsBytes: "the constants are not as long as the shapes imply"
    case .multiplier: "a multiplier must lie in 2^30 to 2^31 - 1"
    case .shift: "a shift must lie in 33 to 62"
    case .bias: "an accumulator could overflow"
    case .averagedCells: "a mean is taken over 32767 cells at most"
    case .inputMultiplier: "the multiplier of an input of two must be at most 2^21"
    case .inputShift: "the shift of two inputs must lie in 1 to 30"
    case .accumulators:
      "the accumulators lie outside the arena, not at a multiple of 4, or where none are needed"
    case .overlap: "two rings or accumulators overlap"
    case .arenaEnd: "the arena does not end where its last part does"
    case .ringTooSmall: "a row would be overwritten before it has been read"
    case .unfinished: "the logits never come"
    case .rounding: "a layer rounds once or, if it has weights, twice"
    case .pictureForm: "unknown way to bring a picture to the model's form"
    case .labelText:
      "a label must be UTF-8, without control characters or those that turn the direction of writing"
    case .work: "an image takes more work than the limit; what was found counts 2^32 operations each"
    }
  }
}
