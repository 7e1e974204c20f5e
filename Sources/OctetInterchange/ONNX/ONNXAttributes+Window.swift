import OctetNetwork
import OctetText

/// A window as the attributes of Conv and the pools say it.
struct ONNXWindow {
  let window: Window
  let dilation: Dilation
  /// The border that the attributes themselves say.
  let border: Graph.Border
  /// The cells behind it that only the last windows of ceil_mode cover; they are in the window's padding too.
  let beyond: Graph.Border

  /// Whether cells of the window lie apart.
  var isDilated: Bool {
    window.height > 1 && dilation.height > 1 || window.width > 1 && dilation.width > 1
  }

  /// The window on an image that has the border around it already.
  var onBorderedImage: Window {
    Window(
      height: window.height, width: window.width, strideHeight: window.strideHeight,
      strideWidth: window.strideWidth,
      padding: .border(top: 0, left: 0, bottom: beyond.bottom, right: beyond.right))
  }
}

extension ONNXAttributes {
  /// What Conv and the pools have in common: sizes, strides, borders. A window's axes are the last two; that of a
  /// series has one, and is one column wide.
  mutating func window(
    _ size: [Int], over input: ImageShape, isPool: Bool
  ) throws(GraphFailure) -> ONNXWindow {
    let isSeries = size.count == 1
    let size = isSeries ? size + [1] : size
    func both(_ name: String) throws(GraphFailure) -> [Int] {
      guard let numbers = try integers(name) else { return [1, 1] }
      return isSeries && numbers.count == 1 ? numbers + [1] : numbers
    }
    let (strides, dilations) = (try both("strides"), try both("dilations"))
    var pads = try integers("pads") ?? [0, 0, 0, 0]
    if isSeries, pads.count == 2 { pads = [pads[0], 0, pads[1], 0] }
    let mode = try text("auto_pad", otherwise: "NOTSET")
    guard size.count == 2, strides.count == 2, pads.count == 4, dilations.count == 2 else {
      throw GraphFailure("has a window, strides, pads or dilations that are not of two axes")
    }
    guard dilations.allSatisfy({ (1...255).contains($0) }) else {
      throw GraphFailure("has dilations \(dilations); 1 to 255 are supported")
    }
    guard (size + strides).allSatisfy({ (1...256).contains($0) }), pads.allSatisfy({ (0...255).contains($0) })
    else {
      throw GraphFailure(
        "has a window \(size), strides \(strides) or pads \(pads) beyond 1 to 256 and 0 to 255")
    }
    var (begin, end) = (Array(pads[..<2]), Array(pads[2...]))
    let extents = [input.height, input.width]
    switch mode {
    case "NOTSET", "": break
    case "VALID": (begin, end) = ([0, 0], [0, 0])
    case "SAME_UPPER", "SAME_LOWER":
      for axis in 0...1 {
        let places = (extents[axis] - 1) / strides[axis] + 1
        let covered = (size[axis] - 1) * dilations[axis] + 1
        let wanted = (places - 1) * strides[axis] + covered - extents[axis]
        // Where cells are left over instead, ONNX does not say at which end; of a single one all leave out the last.
        guard wanted >= -1 else {
          throw GraphFailure(
            """
            has auto_pad \(mode.quoted) and leaves out \(-wanted) cells, at ends that ONNX does not \
            define: export it with pads
            """)
        }
        let border = max(wanted, 0)
        begin[axis] = mode == "SAME_UPPER" ? border / 2 : border - border / 2
        end[axis] = border - begin[axis]
      }
    default:
      throw GraphFailure(
        "has auto_pad \(mode.quoted); NOTSET, VALID, SAME_UPPER and SAME_LOWER are supported")
    }
    var beyond = [0, 0]
    if isPool {
      guard (0...1).allSatisfy({ begin[$0] < size[$0] && end[$0] < size[$0] }) else {
        throw GraphFailure(
          "has pads \(begin + end) that are not all smaller than its window \(size), of which no program has "
            + "values: put a Pad before it")
      }
      if try flag("ceil_mode") {
        for axis in 0...1 {
          let covered = (size[axis] - 1) * dilations[axis] + 1
          // One more place where a part of the window is left over: as much more border at the end.
          let room = extents[axis] + begin[axis] + end[axis] - covered
          guard room >= 0, room % strides[axis] != 0 else { continue }
          let start = (room / strides[axis] + 1) * strides[axis]
          guard start < extents[axis] + begin[axis] else {
            throw GraphFailure(
              "has ceil_mode 1 with a last window that lies on the border alone, which some programs leave out: "
                + "export it with ceil_mode 0")
          }
          beyond[axis] = start - room
        }
      }
    }
    let border = Graph.Border(top: begin[0], left: begin[1], bottom: end[0], right: end[1])
    let padding = Window.Padding.border(
      top: begin[0], left: begin[1], bottom: end[0] + beyond[0], right: end[1] + beyond[1])
    let window = Window(
      height: size[0], width: size[1], strideHeight: strides[0], strideWidth: strides[1],
      padding: begin + end + beyond == [0, 0, 0, 0, 0, 0] ? .valid : padding)
    return ONNXWindow(
      window: window, dilation: Dilation(height: dilations[0], width: dilations[1]), border: border,
      beyond: Graph.Border(bottom: beyond[0], right: beyond[1]))
  }
}

extension ONNXTranslation {
  /// What a pool reads, the same with a series as an image of one column, and the window.
  func poolingWindow(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> (ArrayView, ArrayView, ONNXWindow)
  {
    let view = try view(node)
    let columns = builder.columns(view, .channelsFirst)
    let input = try builder.imageShape(columns, .channelsFirst)
    guard let size = try attributes.integers("kernel_shape"), size.count == view.axes.count - 1 else {
      throw GraphFailure("has no kernel_shape of \(view.axes.count - 1) numbers")
    }
    return (view, columns, try attributes.window(size, over: input, isPool: true))
  }
}
