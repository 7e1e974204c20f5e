/// Loops over runs of floats, eight at a time.
///
/// Pointers, because a bounds check per element would cost more than the arithmetic; every caller passes runs that
/// lie inside one tensor or parameter.
enum VectorKernels {
  @inline(__always)
  static func load(_ base: UnsafePointer<Float>, _ index: Int) -> SIMD8<Float> {
    UnsafeRawPointer(base + index).loadUnaligned(as: SIMD8<Float>.self)
  }

  @inline(__always)
  static func store(_ value: SIMD8<Float>, _ base: UnsafeMutablePointer<Float>, _ index: Int) {
    UnsafeMutableRawPointer(base + index).storeBytes(of: value, as: SIMD8<Float>.self)
  }

  /// `target += source`
  static func add(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    var index = 0
    while index &+ 8 <= count {
      store(load(target, index) + load(source, index), target, index)
      index &+= 8
    }
    while index < count {
      target[index] += source[index]
      index &+= 1
    }
  }

  /// `target = first + second`
  static func sum(
    _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    target.update(from: first, count: count)
    add(second, to: target, count: count)
  }

  /// Adds `bias` to each of `rows` rows.
  static func addBias(
    _ bias: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int
  ) {
    for row in 0..<rows { add(bias, to: target + row &* stride, count: columns) }
  }

  /// Adds each of `rows` rows to `sums`.
  static func addRows(
    _ source: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int, to sums: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows { add(source + row &* stride, to: sums, count: columns) }
  }

  static func rectify(_ target: UnsafeMutablePointer<Float>, count: Int) {
    var index = 0
    while index &+ 8 <= count {
      let value = load(target, index)
      store(value.replacing(with: 0, where: value .< 0), target, index)
      index &+= 8
    }
    while index < count {
      if target[index] < 0 { target[index] = 0 }
      index &+= 1
    }
  }

  /// Clears `gradient` where `output` is not positive.
  static func maskGradient(
    _ gradient: UnsafeMutablePointer<Float>, whereNotPositive output: UnsafePointer<Float>, count: Int
  ) {
    var index = 0
    while index &+ 8 <= count {
      store(load(gradient, index).replacing(with: 0, where: load(output, index) .<= 0), gradient, index)
      index &+= 8
    }
    while index < count {
      if output[index] <= 0 { gradient[index] = 0 }
      index &+= 1
    }
  }

  static func isFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool {
    // A sum of zeros times the values is zero unless one of them is infinite or not a number.
    var sum = SIMD8<Float>.zero
    var index = 0
    while index &+ 8 <= count {
      sum += load(values, index) * 0
      index &+= 8
    }
    var tail: Float = 0
    while index < count {
      tail += values[index] * 0
      index &+= 1
    }
    return sum.sum() + tail == 0
  }
}
