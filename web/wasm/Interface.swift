import Octet
import OctetImages

// What the module exports, for octet.mjs: functions of whole numbers and places in memory. The order of fields in the
// switches below is known to octet.mjs too.
//
// A module runs on one thread.

private nonisolated(unsafe) var current: WebModel?
private nonisolated(unsafe) var failure = ModelError(.size, offset: 0, value: 0)

/// Loads a model.
///
/// - Parameters:
///   - file: where it lies, in memory from `octet_allocate`, which stays the module's own.
/// - Returns: 1 if it was loaded, else 0, and `octet_failure` says why.
@c(octet_load)
public func load(_ file: UnsafeRawPointer, _ count: Int32) -> Int32 {
  current = nil
  do throws(ModelError) {
    current = WebModel(
      try Model(readingInPlace: UnsafeRawBufferPointer(start: file, count: Int(count))))
    return 1
  } catch {
    failure = error
    return 0
  }
}

/// Why the model was refused: the text's place and bytes, where in the file, and what stands there.
@c(octet_failure)
public func failureFact(_ field: Int32) -> UInt32 {
  switch field {
  case 0: failure.rule.text.withUTF8Buffer { UInt32(UInt(bitPattern: $0.baseAddress)) }
  case 1: failure.rule.text.withUTF8Buffer { UInt32($0.count) }
  case 2: failure.offset
  default: failure.value
  }
}

/// A field of the model.
@c(octet_model)
public func modelFact(_ field: Int32) -> Int32 {
  guard let current else { return 0 }
  let model = current.model
  return switch field {
  case 0: Int32(model.arenaBytes)
  case 1: Int32(model.layerCount)
  case 2: Int32(model.outputCount)
  case 3: model.inputKind == .pictures ? 1 : 0
  case 4: current.takesPictures ? 1 : 0
  case 5: Int32(model.pictureForm.fit.rawValue)
  case 6: Int32(model.pictureForm.inversion.rawValue)
  case 7: model.pictureForm.takesBlueFirst ? 1 : 0
  default: Int32(truncatingIfNeeded: model.work.total)
  }
}

/// A field of a tensor: 0 is the input, and a layer writes the tensor after its own number.
@c(octet_tensor)
public func tensorFact(_ index: Int32, _ field: Int32) -> Int32 {
  guard let model = current?.model else { return 0 }
  let tensor = model.tensor(Int(index))
  return switch field {
  case 0: Int32(tensor.height)
  case 1: Int32(tensor.width)
  case 2: Int32(tensor.channels)
  case 3: Int32(tensor.elementBytes)
  case 4: Int32(tensor.zeroPoint)
  case 5: Int32(bitPattern: tensor.scaleBits)
  case 6: Int32(tensor.ringOffset)
  case 7: Int32(tensor.ringRows)
  case 8: Int32(tensor.rowBytes)
  default: Int32(tensor.borderAbove)
  }
}

/// A field of a layer.
@c(octet_layer)
public func layerFact(_ index: Int32, _ field: Int32) -> Int32 {
  guard let model = current?.model else { return 0 }
  let shape = model.shape(Int(index))
  let layer = shape.layer
  let name = layer.kind.name
  return switch field {
  case 0: name.withUTF8Buffer { Int32(Int(bitPattern: $0.baseAddress)) }
  case 1: name.withUTF8Buffer { Int32($0.count) }
  case 2: Int32(layer.input)
  case 3: layer.kind.traits.contains(.secondInput) && layer.operand == .tensor ? Int32(layer.secondInput) : -1
  case 4: Int32(layer.accumulatorsOffset)
  case 5: Int32(shape.accumulatorsBytes)
  case 6: layer.kind.traits.contains(.fusedPool) ? Int32(layer.poolHeight) : 1
  default: layer.kind.traits.contains(.fusedPool) ? Int32(layer.poolWidth) : 1
  }
}

/// A field of an output.
@c(octet_output)
public func outputFact(_ index: Int32, _ field: Int32) -> Int32 {
  guard let model = current?.model else { return 0 }
  let output = Int(index)
  return switch field {
  case 0: Int32(model.output(output).tensor)
  case 1: Int32(model.meaning(ofOutput: output).rawValue)
  case 2: Int32(model.head(ofOutput: output).rawValue)
  case 3: Int32(model.classCount(ofOutput: output))
  default: model.hasNames(ofOutput: output) ? 1 : 0
  }
}

/// The name of a class, label or number: its place, or its bytes.
@c(octet_name)
public func name(_ output: Int32, _ index: Int32, _ field: Int32) -> Int32 {
  guard let model = current?.model else { return 0 }
  let name = model.label(Int(index), ofOutput: Int(output))
  return field == 0 ? Int32(Int(bitPattern: name.baseAddress)) : Int32(name.count)
}

/// Where an image goes: a byte for each pixel and channel.
@c(octet_input)
public func input() -> UnsafeMutablePointer<UInt8>? { current?.input }

/// The byte that a number of features is fed as.
@c(octet_feed)
public func feed(_ value: Float) -> Int32 { Int32(current?.model.inputScale.fed(value) ?? 0) }

/// Fits a decoded picture and puts it into the input. Gives a `FitStatus`.
@c(octet_fit)
public func fit(_ pixels: UnsafePointer<UInt8>, _ width: Int32, _ height: Int32) -> Int32 {
  guard let current else { return FitStatus.notPossible.rawValue }
  return current.fit(pixels, width: Int(width), height: Int(height)).rawValue
}

/// What was done to the picture that was fitted last.
@c(octet_fitted)
public func fittedFact(_ field: Int32) -> Int32 {
  guard let picture = current?.fitted else { return -1 }
  return switch field {
  case 0: picture.isInverted ? 1 : 0
  case 1: picture.isThickened ? 1 : 0
  case 2: picture.inkBox.map { Int32($0.left) } ?? -1
  case 3: picture.inkBox.map { Int32($0.top) } ?? -1
  case 4: picture.inkBox.map { Int32($0.width) } ?? -1
  default: picture.inkBox.map { Int32($0.height) } ?? -1
  }
}

/// Runs the image in the input.
@c(octet_run)
public func run() { current?.runOnce(isWatched: false) }

/// The same with a record of every layer.
@c(octet_watch)
public func watch() { current?.runOnce(isWatched: true) }

/// The class of an output of classes; -1 for others.
@c(octet_class)
public func classIndex(_ output: Int32) -> Int32 {
  Int32(current?.outcome(Int(output)).classIndex ?? -1)
}

/// Writes the values of an output, less the zero point, to `octet_values`, and gives their number.
@c(octet_logits)
public func logits(_ output: Int32) -> Int32 {
  guard let current else { return 0 }
  var count = 0
  current.outcome(Int(output)).forEachLogit {
    current.values[count] = $0
    count += 1
  }
  return Int32(count)
}

/// Writes the probabilities of an output in 1/65,536 to `octet_values`, and gives their number.
@c(octet_shares)
public func shares(_ output: Int32) -> Int32 {
  guard let current else { return 0 }
  var count = 0
  current.outcome(Int(output)).forEachProbability {
    current.values[count] = Int32(bitPattern: $0)
    count += 1
  }
  return Int32(count)
}

/// Where `octet_logits` and `octet_shares` write.
@c(octet_values)
public func values() -> UnsafeMutablePointer<Int32>? { current?.values }

/// The values of a layer in the run that was watched last.
@c(octet_layer_values)
public func layerValues(_ layer: Int32) -> UnsafeRawPointer? { current?.record.values(Int(layer)) }

/// Their check sum, which is the same on every machine.
@c(octet_layer_checksum)
public func layerChecksum(_ layer: Int32) -> UInt32 { current?.record.checksums[Int(layer)] ?? 0 }

/// What happened in that run, in order; see `RunRecord`.
@c(octet_steps)
public func steps() -> UnsafeMutablePointer<UInt16>? { current?.record.steps }

/// How many there are.
@c(octet_step_count)
public func stepCount() -> Int32 { Int32(current?.record.stepCount ?? 0) }
