import Octet

/// A folder around an exported model, as a build system of the embedded world expects it.
package enum CProjectKind: String, CaseIterable, Sendable {
  case cmake, arduino, platformio, zephyr
  case espIDF = "esp-idf"
}

package struct CProject {
  /// A file by its path within the folder.
  package struct File {
    package let path: String
    package let text: String

    init(_ path: String, _ text: String) {
      self.path = path
      self.text = text
    }
  }

  package let files: [File]

  /// - Parameter name: of the library, its files, and what names in C begin with: letters, digits and underscores, not
  ///   beginning with a digit.
  package init(_ model: Model, kind: CProjectKind, name: String) {
    let parts = CProjectParts(model, name: name)
    switch kind {
    case .cmake: files = parts.cmake
    case .arduino: files = parts.arduino
    case .platformio: files = parts.platformIO
    case .zephyr: files = parts.zephyr
    case .espIDF: files = parts.espIDF
    }
  }

  /// A name in C for what is called so.
  package static func name(for text: String) -> String {
    let name = String(
      text.unicodeScalars.map { scalar -> Character in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": Character(scalar)
        default: "_"
        }
      })
    guard let first = name.first, !first.isNumber else { return "model_\(name)" }
    return name
  }
}

/// What the folders are made of.
struct CProjectParts {
  let name: String
  let source: String
  let header: String
  let example: CExample
  let facts: String

  init(_ model: Model, name: String) {
    self.name = name
    let made = CSource(model, prefix: name)
    source = made.source
    header = CHeader(model, prefix: name).source
    example = CExample(model, prefix: name)
    facts = Self.facts(model, made, name: name)
  }

  var large: String { name.uppercased() }

  /// Source and header, at their usual places.
  func library(in folder: String = "") -> [CProject.File] {
    [
      .init("\(folder)src/\(name).c", source), .init("\(folder)include/\(name).h", header),
      .init("\(folder)LICENSE", SourceText.named("LICENSE")),
    ]
  }

  /// What the model takes, for its user to read.
  private static func facts(_ model: Model, _ source: CSource, name: String) -> String {
    let scratch = source.scratchBytes ?? 0...0
    let ram = source.memoryBytes + source.variableBytes
    let low = (ram + scratch.lowerBound + 3) / 4 * 4
    let high = (ram + scratch.upperBound + 3) / 4 * 4
    let code = codeBytes(model)
    let input =
      model.holdsInput
      ? "an input of \(model.heldInputBytes) values that the caller holds"
      : "\(model.imageHeight) rows of \(model.imageRowBytes) bytes, from 0 to 255"
    return """
      | what | bytes |
      |---|---|
      | flash for weights and tables | \(source.constantBytes) |
      | flash for code with `-Os` | \(code.small) |
      | flash for code with `-O2` | \(code.fast) |
      | RAM | \(low == high ? "\(low)" : "\(low) to \(high), by chip"), static; no heap |

      It takes \(input).

      Bytes of code are the least and the most of networks \(code.which), compiled with GCC 12
      for Cortex-M0 to M55. What this one takes on your chip, this says, where `text` is weights, tables and code, and
      `bss` is RAM:

          arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -O2 -std=c99 -c \(name).c && arm-none-eabi-size \(name).o

      CMake's Release is `-O3`, with more code still.
      """
  }

  /// Bytes of code, from the least to the most of 50 exports, which have other kinds of layer too: 15, 25 and 10.
  private static func codeBytes(_ model: Model) -> (which: String, small: String, fast: String) {
    let weighted = model.kinds.compactMap(\.weighted)
    if weighted.contains(.depthwiseConvolution) {
      return ("with depthwise convolutions", "2,900 to 14,000", "4,500 to 28,600")
    }
    if weighted.contains(.convolution) {
      return ("with convolutions, none depthwise", "3,300 to 8,100", "4,200 to 27,300")
    }
    return ("without convolutions", "2,000 to 4,100", "2,700 to 5,300")
  }

  /// The end of every README.
  func readme(_ title: String, _ use: String) -> String {
    """
    # \(name)

    \(title) It was written by `octet export`. The runtime computes with integers only, allocates nothing, and gives the
    same bits on every machine.

    \(use)

    ## What it takes

    \(facts)

    ## Calling it

    `\(name).h` says what there is. Its state is static, so it is for one thread, and one image at a time. The example
    runs the model on a made image and compares a checksum of its values with the one that Octet gave on the host.

    The compiler's own macros choose the kernels: vectors on Cortex-M55, DSP instructions on Cortex-M4 and M7, plain
    products elsewhere. Compile with optimization: without it GCC keeps a register that the kernels of Arm's chips need,
    and the slow loops are taken, which give the same answer.

    """
  }
}
