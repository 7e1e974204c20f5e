import OctetNetwork

/// What both exports say of windows and of values that become flat.
extension ONNXWriter {
  /// Makes a flat value an image of one pixel, for nodes that know nothing else.
  mutating func image(_ value: String, _ shape: ImageShape, name: String) -> String {
    guard shape.isFlat else { return value }
    let axes = constant("\(name).axes_\(value)", .int64, [2], integers: [Int64(2), 3])
    return node("Unsqueeze", [value, axes], name: name)
  }

  /// Takes the axes of height and width from an image of one pixel.
  mutating func flat(_ value: String, _ shape: ImageShape, name: String) -> String {
    shape.isFlat ? node("Flatten", [value], [("axis", .integer(1))], name: name) : value
  }

  /// A window's place as ONNX writes it, with as much border after the image as `places` windows need.
  struct Placement {
    let window: (height: Int, width: Int)
    let stride: (height: Int, width: Int)
    /// Top, left, bottom, right.
    let pads: [Int]
    /// How many places ONNX finds; at least as many as were asked for.
    let found: (height: Int, width: Int)

    init(
      window: (height: Int, width: Int), stride: (height: Int, width: Int), before: (top: Int, left: Int),
      input: ImageShape, places: (height: Int, width: Int)
    ) {
      self.window = window
      self.stride = stride
      func after(_ places: Int, _ stride: Int, _ window: Int, _ before: Int, _ size: Int) -> Int {
        max((places - 1) * stride + window - before - size, 0)
      }
      let bottom = after(places.height, stride.height, window.height, before.top, input.height)
      let right = after(places.width, stride.width, window.width, before.left, input.width)
      pads = [before.top, before.left, bottom, right]
      found = (
        (input.height + before.top + bottom - window.height) / stride.height + 1,
        (input.width + before.left + right - window.width) / stride.width + 1
      )
    }

    /// A window of the float network.
    init(_ window: Window, input: ImageShape, output: ImageShape) {
      let border = window.border(input: input, output: output)
      self.init(
        window: (window.height, window.width), stride: (window.strideHeight, window.strideWidth),
        before: (border.top, border.left), input: input, places: (output.height, output.width))
    }

    var attributes: [(name: String, value: Attribute)] {
      [
        ("kernel_shape", .integers([window.height, window.width])),
        ("strides", .integers([stride.height, stride.width])), ("pads", .integers(pads)),
      ]
    }
  }
}
