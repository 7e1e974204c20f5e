import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

/// The kinds whose integers stand for what those stand for that they read.
protocol MovingKind: LayerLowering, LoweredKind {
  /// Itself as a case of the kinds.
  var floatKind: FloatLayerKind { get }

  /// The constants of the file's layer; nil with the reason where the file cannot hold them.
  func places(input: ImageShape, output: ImageShape) throws(MovingFailure) -> [UInt8]
}

struct MovingFailure: Error {
  let reason: String
}

extension MovingKind {
  package func sums(_ layer: LoweredLayer) -> (kind: FloatLayerKind, input: ImageShape)? {
    (floatKind, layer.input)
  }

  package func quantize(
    _ site: LayerQuantizer, weightScales: [Double]
  ) throws(QuantizationError) -> IntegerLayer {
    var integers = site.plain(output: site.inputs[0])
    do throws(MovingFailure) {
      integers.layer.places = try places(input: site.layer.input, output: site.layer.output)
    } catch {
      throw .unsupported(layer: site.layer.name, reason: error.reason)
    }
    return integers
  }

  package func run(
    _ execution: IntegerExecution, _ executor: LayerExecutor, _ inputs: [[Float]], count: Int
  ) -> IntegerExecution.Result {
    let zeroPoint = execution.integers.output.zeroPoint
    return execution.mapped(executor.run(inputs, count: count)) {
      Int($0.rounded(.toNearestOrAwayFromZero)) + zeroPoint
    }
  }
}

extension Arrange: MovingKind {
  var floatKind: FloatLayerKind { .arrange(self) }

  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    // Places count through all values, whatever their shape.
    network.append(site, self)
  }

  package var fileKind: Octet.LayerKind { .arrangement }

  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int {
    var made = network.emptyLayer(self, node, inputs)
    do throws(MovingFailure) {
      made.places = try places(input: network.tensors[inputs[0]].shape, output: node.shape)
    } catch {
      throw network.source.failure("\(node.title) \(error.reason)")
    }
    return try network.appendMoved(made, node, from: inputs[0])
  }

  /// The constants of the file's layer; nil where the file cannot hold them.
  package func fileSection(input: ImageShape) -> [UInt8]? { try? places(input: input, output: shape) }

  func places(input: ImageShape, output: ImageShape) throws(MovingFailure) -> [UInt8] {
    var rows: [Part] = []
    var rest = parts.filter { $0.size > 1 }[...]
    var left = output.height
    while left > 1 {
      guard let part = rest.popFirst() else { preconditionFailure("parts are those of the shape") }
      if left % part.size == 0 {
        rows.append(part)
        left /= part.size
      } else if part.size % left == 0 {
        let inner = part.size / left
        rows.append(Part(size: left, stride: part.stride * inner))
        rest = [Part(size: inner, stride: part.stride)] + rest
        left = 1
      } else {
        throw MovingFailure(reason: "arranges values in parts that do not end where rows end")
      }
    }
    let all = rows + rest
    guard all.count <= LayerKind.Arrangement.parts else {
      throw MovingFailure(
        reason: "arranges values in \(all.count) parts; \(LayerKind.Arrangement.parts) is the most")
    }
    var bytes = LittleEndianBytes()
    bytes.append(UInt32(first))
    bytes.append(UInt8(rows.count))
    bytes.append(UInt8(Self.goForward(rows) ? 0 : 1))
    bytes.append(UInt16(0))
    for place in 0..<LayerKind.Arrangement.parts {
      bytes.append(UInt32(place < all.count ? all[place].size : 1))
      bytes.append(Int32(place < all.count ? all[place].stride : 0))
    }
    bytes.appendZeros(OctetFile.aligned(bytes.count) - bytes.count)
    return bytes.bytes
  }

  /// Whether no row of the output starts before the one above it.
  private static func goForward(_ rows: [Part]) -> Bool {
    var faster = 0
    for part in rows.reversed() {
      if part.stride < faster { return false }
      faster += (part.size - 1) * part.stride
    }
    return true
  }
}

extension Resize: MovingKind {
  var floatKind: FloatLayerKind { .resize(self) }

  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    let inputs = network.shaped(network.inputs(site), site)
    return network.append(
      LoweredLayer(
        name: site.layer.name, kind: self, inputs: inputs, input: site.input, output: site.output))
  }

  package var fileKind: Octet.LayerKind { .resampling }
  package var handsFactorsOn: Bool { true }

  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int {
    // TensorFlow Lite's kernel for unsigned bytes works them out as floats, not in steps of 1/1,024.
    guard method == .nearest || !network.givesUnsigned(node) else {
      throw network.source.failure("\(node.title) resizes uint8 values between cells; int8 is supported")
    }
    let inputs = network.shaped(inputs, of: node)
    var made = network.emptyLayer(self, node, inputs)
    let shape = network.tensors[inputs[0]].shape
    if network.source.rules == .onnx {
      // Which float comes out between cells is rounded to the integers of these, before it could be to others.
      let output = try network.output(node)
      guard copies(from: shape) || output == network.encoding(of: inputs[0]) else {
        throw network.source.failure(
          "\(node.title) resizes between cells and gives integers of another scale or zero point than it reads: "
            + "quantize both with the same")
      }
      made.places = places(input: shape, output: node.shape)
    } else {
      made.places = Self.bytes(
        LiteResize.places(self, from: shape.height, to: height),
        LiteResize.places(self, from: shape.width, to: width))
    }
    return try network.appendMoved(made, node, from: inputs[0])
  }

  /// The constants of the file's layer.
  package func fileSection(input: ImageShape) -> [UInt8] {
    places(input: input, output: ImageShape(height: height, width: width, channels: input.channels))
  }

  func places(input: ImageShape, output: ImageShape) -> [UInt8] {
    func shares(_ places: [Place]) -> [(first: Int, share: Int)] {
      places.map { place in
        let share = Int((place.share * Double(LayerKind.Resampling.whole)).rounded())
        // A share that rounds to all is the next cell.
        return share == Int(LayerKind.Resampling.whole) ? (place.first + 1, 0) : (place.first, share)
      }
    }
    return Self.bytes(
      shares(places(from: input.height, to: output.height)),
      shares(places(from: input.width, to: output.width)))
  }

  private static func bytes(
    _ rows: [(first: Int, share: Int)], _ columns: [(first: Int, share: Int)]
  ) -> [UInt8] {
    var bytes = LittleEndianBytes()
    for place in rows + columns { bytes.append(UInt32(place.first) | UInt32(place.share) << 16) }
    bytes.appendZeros(OctetFile.aligned(bytes.count) - bytes.count)
    return bytes.bytes
  }
}

extension LiteIntegerConversion {
  /// Appends a layer that moves integers, and a table where the file then has others for the same values.
  fileprivate mutating func appendMoved(_ layer: QuantizedLayer, _ node: Graph.Node, from input: Int)
    throws(ImportError) -> Int
  {
    let own = encoding(of: input)
    let moved = append(layer, shape: node.shape, own)
    guard node.tensors.output != nil else { return moved }
    let wanted = try output(node)
    guard wanted.scale != own.scale || wanted.zeroPoint != own.zeroPoint else { return moved }
    if source.rules == .onnx {
      let table = try results(of: .identity, node, tensors[moved], wanted)
      return append(lookUp(table, from: moved), shape: node.shape, wanted)
    }
    do throws(LiteTable.Failure) {
      let table = try LiteTable(from: own, to: wanted).values(.identity)
      return append(lookUp(table, from: moved), shape: node.shape, wanted)
    } catch {
      throw source.failure("\(node.title) \(error.reason)")
    }
  }
}
