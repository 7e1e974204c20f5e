import Octet

/// A program that runs an exported model on a made image, and compares the answer with the one that Octet gives.
package struct CExample {
  private let model: Model
  private let prefix: String
  private let image: [UInt8]
  /// What Octet's own runtime gives.
  private let classIndex: Int
  private let checksum: UInt32

  package init(_ model: Model, prefix: String) {
    self.model = model
    self.prefix = prefix
    image = (0..<model.imageBytes).map(Self.pixel)
    (classIndex, checksum) = Self.answer(model, image)
  }

  private static func answer(_ model: Model, _ image: [UInt8]) -> (classIndex: Int, checksum: UInt32) {
    var words = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
    var span = words.mutableSpan
    var arena = span.mutableBytes
    do throws(SessionError) {
      var session = try Session(model, arena: &arena)
      try session.run(image: image.span)
      var checksum: UInt32 = 0
      session.forEachLogit { checksum = checksum &* 31 &+ UInt32(bitPattern: $0) }
      return (session.classIndex ?? 0, checksum)
    } catch { preconditionFailure("the arena and the image have the model's sizes: \(error)") }
  }

  /// The same function in Swift and C.
  private static func pixel(_ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: (UInt32(truncatingIfNeeded: index) &* 2_654_435_761) >> 24)
  }

  /// A file with a `main` that prints the answer and ends with 0 if it is Octet's.
  package var program: String {
    named(
      """
      /* \(CDeclarations.licence)

         Runs the model on a made image. The answer must be the one that Octet gave where the model was exported. */
      #include <stdio.h>

      #include "octet.h"

      \(body)
      \(main)
      """)
  }

  /// The same at the end of a source, where it is compiled only if that is asked for.
  var inline: String {
    """

    /* A program that checks the model: compile this file alone with -DOCTET_EXAMPLE. */
    #ifdef OCTET_EXAMPLE
    #include <stdio.h>

    \(body)
    \(main)#endif

    """
  }

  private var main: String {
    // Numbers have no class to print, but a size in the real world.
    let answer =
      model.classCount > 0
      ? "class %d: %s\\n\", octet_class()"
      : "value 0 is %g: %s\\n\", (double)OCTET_OUTPUT_SCALE * octet_logit(0)"
    return """
      int main(void) {
        const int is_right = example_is_right();
        printf("\(answer), is_right ? "\(Self.right)" : "\(Self.wrong)");
        return is_right ? 0 : 1;
      }

      """
  }

  /// What an example says.
  static let right = "the bits that Octet gives"
  static let wrong = "WRONG"

  /// `example_is_right`, which runs the model and tells whether its class and the checksum of its values are Octet's.
  var body: String {
    """
    \(model.holdsInput ? heldInput : fedInput)
      for (i = 0; i < OCTET_LOGITS; i++) sum = sum * 31 + (uint32_t)octet_logit(i);
      return sum == UINT32_C(0x\(String(checksum, radix: 16))) && octet_class() == \(classIndex);
    }

    """
  }

  func named(_ text: String) -> String {
    CNames(prefix).replaced(in: text.replacing("\"octet.h\"", with: "\"\(prefix).h\""))
  }

  private var fedInput: String {
    """
    static uint8_t example_row[OCTET_ROW_BYTES];

    static int example_is_right(void) {
      uint32_t sum = 0, x, y;
      int32_t i;
      octet_start();
      for (y = 0; y < OCTET_IMAGE_HEIGHT; y++) {
        /* Here a camera, a sensor or a file would give the next row. */
        for (x = 0; x < OCTET_ROW_BYTES; x++) {
          example_row[x] = (uint8_t)((y * OCTET_ROW_BYTES + x) * UINT32_C(2654435761) >> 24);
        }
        octet_row(example_row);
      }
    """
  }

  private var heldInput: String {
    var held = [Int8](repeating: 0, count: model.heldInputBytes)
    var span = held.mutableSpan
    do {
      try model.hold(image.span, in: &span)
    } catch { preconditionFailure("the model holds an input of this size: \(error)") }
    var lines = ""
    var line = " "
    for value in held {
      if line.count > 112 {
        lines += line + "\n"
        line = " "
      }
      line += " \(value),"
    }
    return """
      #if defined(__GNUC__)
      __attribute__((aligned(4)))
      #endif
      static const int8_t example_input[OCTET_INPUT_BYTES] = {
      \(lines)\(line)
      };

      static int example_is_right(void) {
        uint32_t sum = 0;
        int32_t i;
        octet_run(example_input);
      """
  }
}
