import Octet

/// What an exported model offers in C: the same text in its source and in the header beside it.
struct CDeclarations {
  private let model: Model

  init(_ model: Model) { self.model = model }

  /// Says where the code comes from; the weights are the user's.
  static let licence = "SPDX-License-Identifier: MIT (the runtime: Copyright (c) The Octet authors)"

  /// With names that begin with `octet_` and `OCTET_`.
  var text: String {
    """
    #ifdef __cplusplus
    extern "C" {
    #endif

    \(sizes)
    \(scales)
    \(calls)
    int octet_class(void);

    /** A value of the first output, before a closing softmax or sigmoid, as an integer. There are OCTET_LOGITS. */
    int32_t octet_logit(int32_t index);

    /** The probability of a class, or of a label, of the first output, in 1/65,536; 0 for numbers. */
    uint32_t octet_probability(int index);
    \(others)\(labels)
    #ifdef __cplusplus
    }
    #endif

    """
  }

  private var sizes: String {
    let input = model.input
    let tensor = model.tensor(model.output(0).tensor)
    var text = """
      /** Rows of an image, from the top. */
      #define OCTET_IMAGE_HEIGHT \(input.height)
      /** Bytes of a row: pixels from the left, the channels of a pixel side by side. */
      #define OCTET_ROW_BYTES \(Int(input.width) * Int(input.channels))
      /** Classes or labels of the first output; 0 for numbers. */
      #define OCTET_CLASSES \(model.classCount)
      /** Values of the first output. */
      #define OCTET_LOGITS \(Int(tensor.height) * tensor.rowValues)
      /** Outputs. */
      #define OCTET_OUTPUTS \(model.outputCount)

      """
    if model.holdsInput {
      text += """
        /** Bytes of an input, its border included. */
        #define OCTET_INPUT_BYTES \(model.heldInputBytes)

        """
    }
    return text
  }

  /// What makes real numbers of integers, and integers of them.
  private var scales: String {
    let input = model.input
    let meaning =
      if model.holdsInput {
        "A value of the input stands for OCTET_INPUT_SCALE * (value - OCTET_INPUT_ZERO_POINT)."
      } else if model.pixelMap == nil {
        "A byte of a row stands for OCTET_INPUT_SCALE * (byte - 128 - OCTET_INPUT_ZERO_POINT)."
      } else {
        "Pixels go in as they are; what octet_row makes of them has this scale and zero point."
      }
    var text = """
      /** \(meaning) */
      \(Self.scale("OCTET_INPUT", input))

      /** A value of the first output stands for OCTET_OUTPUT_SCALE * octet_logit(i). The zero point is taken off there:
          the output's integer, as a .tflite file has it, is octet_logit(i) + OCTET_OUTPUT_ZERO_POINT. */
      \(Self.scale("OCTET_OUTPUT", model.tensor(model.output(0).tensor)))

      """
    guard model.outputCount > 1 else { return text }
    text += "\n/** The same of the other outputs, by their numbers. */\n"
    for output in 1..<model.outputCount {
      text += Self.scale("OCTET_OUTPUT_\(output)", model.tensor(model.output(output).tensor)) + "\n"
    }
    return text
  }

  private static func scale(_ name: String, _ tensor: TensorRecord) -> String {
    // Swift prints the fewest digits that mean the number, in a form that C has too.
    """
    #define \(name)_SCALE \(Float(bitPattern: tensor.scaleBits))f
    #define \(name)_ZERO_POINT (\(tensor.zeroPoint))
    """
  }

  private var calls: String {
    guard model.holdsInput else {
      return """
        /** Begins an image. */
        void octet_start(void);

        /** Takes the next row, OCTET_ROW_BYTES values from 0 to 255. With the last row the answer is there. */
        void octet_row(const uint8_t *pixels);

        /** The class of the image, counted from 0; 0 for a model that tells no classes apart. */
        """
    }
    let input = model.input
    return """
      /** Runs an input of OCTET_INPUT_BYTES values, which are read where they are, at a multiple of 4.

          \(input.allRows) rows of \(input.rowBytes / input.pixelBytes) pixels of \(input.channels), with a border of \
      \(input.borderAbove) above, \(input.borderBelow) below, \(input.borderLeft) left and \(input.borderRight) right
          that holds \(input.zeroPoint). A value is \
      \(model.pixelMap == nil ? "the pixel less 128" : "the integer that goes in"). */
      void octet_run(const int8_t *input);

      /** Forgets an image; octet_run does so itself. */
      void octet_start(void);

      /** The class of the input, counted from 0; 0 for a model that tells no classes apart. */
      """
  }

  private var others: String {
    guard model.outputCount > 1 else { return "" }
    return """

      /** The same of any output, counted from 0. */
      int octet_class_of(int output);
      int32_t octet_logit_of(int output, int32_t index);
      uint32_t octet_probability_of(int output, int index);

      """
  }

  private var labels: String {
    guard model.classCount > 0 else { return "" }
    return """

      /** The names of the classes, or labels, of the first output. */
      extern const char *const octet_labels[OCTET_CLASSES];

      """
  }
}
