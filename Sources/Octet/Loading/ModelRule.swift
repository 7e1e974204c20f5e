/// Every rule that a file must keep; the loader names the one that was broken, and ``text`` says what it asks for.
public enum ModelRule: UInt8, Sendable {
  /// Of the file as a whole: its length, place in memory, first bytes and check sum.
  case size, alignment, magic, version, headerBytes, length, checksum, reserved
  /// Of a field of the header, or of the labels behind it.
  case layerCount, outputCount, labels, head, probabilityStep, arenaBytes
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
  /// Of an output, and of the way from a picture to the input.
  case outputTensor, outputMeaning, outputRing, inputKind, channelOrder, pixelMap
  /// Of shifts below 33, and of the walk through the order of rows.
  case coarse, walk
  /// What the format has room for and this version does not compute.
  case waits, weightEncoding, weightZeroPoint, dilation, groups, inputCount, secondRegion
  /// Of rings that share bytes.
  case shares, early
  /// Of an input that the caller holds.
  case heldInput
  /// Of the constants of kinds that move values, and of softmax inside a network.
  case arrangement, resampling, softmax
  /// Of weights of fewer than 8 bits.
  case packedWeights

  /// What the rule says, in words that follow "octet model: ".
  public var text: StaticString {
    switch self {
    case .size: "the file is shorter than a header, or larger than 1 GB"
    case .alignment: "the bytes must start at a multiple of 4 in memory"
    case .magic: "this is not an .octet file: it does not start with OCT8"
    case .version: "only version 2 of the format is known"
    case .headerBytes: "the header must have 64 bytes"
    case .length: "the length in the header is not that of the file"
    case .checksum: "the check sum does not fit: the file is damaged"
    case .reserved: "a reserved byte is not zero"
    case .layerCount: "there must be 1 to 1,024 layers, and no more than the program has room for"
    case .outputCount: "there must be 1 to 16 outputs"
    case .labels: "the names of an output do not fit its values, or their section"
    case .head: "unknown head, or one that does not fit what the output means"
    case .probabilityStep: "the step of the probabilities does not fit the head"
    case .arenaBytes: "the arena is larger than 256 MB"
    case .extent: "height and width must be 1 to 4096"
    case .channels: "there must be at least one channel"
    case .tensorBytes: "the tensor is too large"
    case .border: "only a tensor that a convolution reads has a border, of at most 4,096 rows or columns"
    case .elementBytes: "an element has 1 byte, or 2 in a tensor that no layer reads"
    case .logitsType: "only a dense layer or a convolution without a table gives 16-bit logits"
    case .scale: "a scale must be positive and finite"
    case .zeroPoint: "16-bit values have zero point 0, and pools that keep the scale keep the zero point"
    case .ringRows: "a ring must hold at least a row, and the border above"
    case .ringPlace: "the ring lies outside the arena, or not at a multiple of 4"
    case .layerKind: "a kind of layer that this program cannot run"
    case .tableFlag: "only a layer with weights can have a table behind it"
    case .layerInput: "a layer reads a tensor that was made before it"
    case .secondInputShape:
      "the second input of a layer has a shape that does not fit the first and the output"
    case .window: "window does not fit the kind of layer, or the input"
    case .stride: "stride does not fit the kind of layer"
    case .reach: "the window reaches beyond the border"
    case .fusedPool: "only a convolution carries a pool, of at least 1 x 1"
    case .clamp: "the clamp's minimum is above its maximum, or outside the type, or the kind has none"
    case .outputShape: "the output's shape does not follow from the input's"
    case .logitsShape: "classes and labels must be a channel each of a 1 x 1 tensor"
    case .constantsPlace: "the constants do not start where the ones before them ended"
    case .constantsBytes: "the constants are not as long as the shapes imply"
    case .multiplier: "a multiplier must be 0, or lie in 2^29 to 2^31 - 1"
    case .shift: "a shift must lie in 27 to 62"
    case .bias: "an accumulator could overflow"
    case .averagedCells: "a mean is taken over 32767 cells at most"
    case .inputMultiplier: "a multiplier of a layer of two inputs is too large, or where none is used"
    case .inputShift: "a shift of a layer of two inputs is out of range, or where none is used"
    case .accumulators:
      "the accumulators lie outside the arena, not at a multiple of 4, or where none are needed"
    case .overlap: "two rings or accumulators overlap that are in use at the same time"
    case .arenaEnd: "the arena does not end where its last part does"
    case .ringTooSmall: "a row would be overwritten before it has been read"
    case .unfinished: "not all rows of a tensor come"
    case .rounding:
      "a way to round that does not fit the kind of layer, or that the program lacks"
    case .pictureForm: "unknown way to bring a picture to the model's form"
    case .labelText:
      "a label must be UTF-8, without control characters or those that turn the direction of writing"
    case .outputTensor: "an output must be a tensor that a layer writes"
    case .outputMeaning: "an output holds classes, labels or numbers"
    case .outputRing: "the ring of an output must hold all its rows"
    case .inputKind: "the input takes pictures or features"
    case .channelOrder: "only a picture of three channels can have blue first"
    case .pixelMap: "only pictures have factors and offsets of pixels, of at most 2^22 and 2^30"
    case .coarse: "a layer must say whether a shift is below 33, and the program be built for that"
    case .walk: "rows times layers are more than 2^27, or too many rings share bytes"
    case .waits:
      "a kind of layer that never waits for its whole input does, or the program is not built for that"
    case .weightEncoding:
      "an unknown encoding of weights, one that does not fit the layer, or that the program lacks"
    case .weightZeroPoint:
      "only a layer with weights has a zero point of these, and the program must be built for that"
    case .dilation: "a dilated window, which this version cannot compute"
    case .groups: "a convolution in groups, which this version cannot compute"
    case .inputCount: "the number of inputs does not fit the kind of layer"
    case .secondRegion:
      "a part lies across the start of the second memory region, or the program is not built for one"
    case .shares: "unknown flags of a tensor, or its ring shares bytes and the program is not built for that"
    case .early: "a row is made before the first row of an input whose ring shares bytes"
    case .heldInput: "the ring of a held input must hold all its rows, share nothing, and end the arena"
    case .arrangement: "the order of values does not fit the shapes, or leaves the input"
    case .resampling: "a row or column of a resampled image is not on the input, or rows do not come in order"
    case .softmax:
      "softmax has at most 4,095 channels, zero point -128, a factor of 2^30 or more and a shift of at most 31"
    case .packedWeights: "weights of fewer than 8 bits have a value that none is stored as"
    case .work: "an image takes more work than the limit; what was found counts 2^32 operations each"
    }
  }
}
