extension CProjectParts {
  /// An Arduino library with a sketch.
  var arduino: [CProject.File] {
    [
      .init("src/\(name).c", source), .init("src/\(name).h", header),
      .init("LICENSE", SourceText.named("LICENSE")),
      .init(
        "library.properties",
        """
        name=\(name)
        version=1.0.0
        author=The Octet authors
        maintainer=The Octet authors
        sentence=A quantized neural network that runs with integers only.
        paragraph=Written by octet export: one C file, static memory, the same bits on every board.
        category=Data Processing
        url=https://example.com/\(name)
        architectures=*
        includes=\(name).h

        """),
      .init(
        "keywords.txt",
        (["start", "row", "run", "class", "logit", "probability"].map { "\(name)_\($0)\tKEYWORD2\n" }
          + ["labels"].map { "\(name)_\($0)\tLITERAL1\n" }).joined()),
      .init("examples/\(name)_check/\(name)_check.ino", sketch),
      .init(
        "README.md",
        readme(
          "A quantized model as an Arduino library.",
          """
          ## Using it

          Pack this folder as a zip file and choose *Sketch, Include Library, Add .ZIP Library*, or put it into the
          folder `libraries` of your sketchbook. Then open *File, Examples, \(name), \(name)_check*.

          The board needs a chip of 32 bits; on others, such as AVR, the source stops the compiler with that message.

          The IDE compiles with `-Os`, which gives the same bits with less code and more instructions than `-O2`: on a
          Cortex-M4 1.05 times as many for a small convolutional network and 1.8 for one of depthwise convolutions, on
          a Cortex-M55 1.1 and 2.4. For speed:

              arduino-cli compile --build-property compiler.c.extra_flags=-O2

          Put your name and page into `library.properties` before you publish it.
          """)),
    ]
  }

  private var sketch: String {
    example.named(
      """
      // \(CDeclarations.licence)
      //
      // Runs the model on a made image. The answer must be the one that Octet gave where the model was exported.
      #include "octet.h"

      \(example.body)
      void setup() {
        Serial.begin(115200);
        while (!Serial) {
        }
        const uint32_t start = micros();
        const int is_right = example_is_right();
        const uint32_t end = micros();
        Serial.print("class ");
        Serial.print(octet_class());
        Serial.print(", ");
        Serial.print(end - start);
        Serial.print(" microseconds: ");
        Serial.println(is_right ? "\(CExample.right)" : "\(CExample.wrong)");
      }

      void loop() {}

      """)
  }
}
