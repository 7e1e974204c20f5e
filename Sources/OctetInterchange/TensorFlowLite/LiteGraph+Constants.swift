import OctetHost
import OctetNetwork
import OctetText
import OctetTraining

extension LiteGraph {
  /// What a quantized tensor's integers stand for.
  package struct Encoding: Sendable {
    package let scales: [Float]
    /// As many as there are scales, or one.
    package let zeroPoints: [Int]
    /// The axis that the scales run along.
    package let axis: Int
  }

  /// No tensor has more channels.
  private static let mostScales = 65_536

  /// Nil for a tensor of floats, or of plain integers.
  package func encoding(_ tensor: Int) throws(FlatBufferTable.Failure) -> Encoding? {
    guard let table = tensors[tensor].quantization else { return nil }
    let scales = try table.floats(2, atMost: Self.mostScales)
    if scales.isEmpty { return nil }
    let zeroPoints = try table.integers(3, bytes: 8, atMost: Self.mostScales)
    let axis = try table.integer(6)
    guard scales.allSatisfy({ $0.isFinite && $0 > 0 }), (0..<8).contains(axis),
      zeroPoints.count == scales.count || zeroPoints.count <= 1,
      zeroPoints.allSatisfy({ (-128...255).contains($0) })
    else {
      throw FlatBufferTable.Failure(
        offset: table.offset,
        reason: "tensor \(tensors[tensor].name.quoted) has scales, zero points or an axis that mean nothing")
    }
    return Encoding(
      scales: scales, zeroPoints: zeroPoints.isEmpty ? [0] : zeroPoints, axis: axis)
  }

  /// A constant's integers, as the file has them.
  package func integers(_ tensor: Int) throws(FlatBufferTable.Failure) -> [Int] {
    let found = tensors[tensor]
    guard let element = found.element, element != .float32, element != .float16 else {
      throw failure(found, "holds no integers")
    }
    return try values(found, element) { (bits) in
      switch element {
      case .int8: Int(Int8(truncatingIfNeeded: bits))
      case .uint8: Int(UInt8(truncatingIfNeeded: bits))
      case .int16: Int(Int16(truncatingIfNeeded: bits))
      case .int32: Int(Int32(truncatingIfNeeded: bits))
      case .int64, .float16, .float32: Int(Int64(bitPattern: bits))
      }
    }
  }

  /// A constant's real values; integers are multiplied by their scale.
  package func floats(_ tensor: Int) throws(FlatBufferTable.Failure) -> [Float] {
    let found = tensors[tensor]
    switch found.element {
    case .float32: return try values(found, .float32) { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
    case .float16:
      return try values(found, .float16) { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) }
    default:
      guard let encoding = try encoding(tensor) else {
        throw failure(found, "holds integers without a scale")
      }
      let numbers = try integers(tensor)
      let inner = found.shape.dropFirst(encoding.axis + 1).reduce(1) { $0 &* $1 }
      guard
        encoding.scales.count == 1
          || (found.shape.indices.contains(encoding.axis)
            && found.shape[encoding.axis] == encoding.scales.count
            && inner > 0)
      else { throw failure(found, "has \(encoding.scales.count) scales, which fit none of its axes") }
      return numbers.indices.map { index in
        let channel = encoding.scales.count == 1 ? 0 : index / inner % encoding.scales.count
        let zeroPoint = encoding.zeroPoints.count == 1 ? encoding.zeroPoints[0] : encoding.zeroPoints[channel]
        // The integers can be of 64 bits and any value.
        return encoding.scales[channel] * Float(Double(numbers[index]) - Double(zeroPoint))
      }
    }
  }

  private func values<Value>(
    _ tensor: Tensor, _ element: Element, _ value: (UInt64) -> Value
  ) throws(FlatBufferTable.Failure) -> [Value] {
    var count = 1
    for size in tensor.shape {
      guard size > 0, !count.multipliedReportingOverflow(by: size).overflow,
        count * size <= NetworkDescription.largestParameterCount
      else { throw failure(tensor, "has shape \(tensor.shape), which is too large") }
      count *= size
    }
    guard tensor.data.count == count * element.bytes else {
      throw failure(tensor, "has \(tensor.data.count) bytes for its shape \(tensor.shape)")
    }
    var list: [Value] = []
    list.reserveCapacity(count)
    for index in 0..<count {
      list.append(
        value(
          try FlatBufferTable.number(
            file, tensor.data.lowerBound + index * element.bytes, bytes: element.bytes)))
    }
    return list
  }

  private func failure(_ tensor: Tensor, _ reason: String) -> FlatBufferTable.Failure {
    FlatBufferTable.Failure(offset: tensor.data.lowerBound, reason: "tensor \(tensor.name.quoted) \(reason)")
  }
}
