extension CProjectParts {
  /// A PlatformIO project whose library has the model.
  var platformIO: [CProject.File] {
    library(in: "lib/\(name)/") + [
      .init(
        "lib/\(name)/library.json",
        """
        {
          "name": "\(name)",
          "version": "1.0.0",
          "description": "A quantized neural network that runs with integers only, written by octet export",
          "license": "MIT",
          "frameworks": "*",
          "platforms": "*",
          "headers": "\(name).h",
          "build": {
            "srcDir": "src",
            "includeDir": "include",
            "flags": "-O2"
          }
        }

        """),
      .init(
        "platformio.ini",
        """
        ; `pio run -e native -t exec` runs the example on this machine. For a board, add an environment of it:
        ;   [env:nucleo_f446re]
        ;   platform = ststm32
        ;   board = nucleo_f446re
        ;   framework = arduino
        [platformio]
        default_envs = native

        [env:native]
        platform = native

        """),
      .init(
        "src/main.cpp",
        example.named(
          """
          // \(CDeclarations.licence)
          //
          // Runs the model on a made image. The answer must be the one that Octet gave where the model was exported.
          #include "octet.h"

          #ifdef ARDUINO
          #include <Arduino.h>
          #else
          #include <cstdio>
          #endif

          \(example.body)
          #ifdef ARDUINO
          void setup() {
            Serial.begin(115200);
            Serial.println(example_is_right() ? "\(CExample.right)" : "\(CExample.wrong)");
          }

          void loop() {}
          #else
          int main() {
            const bool is_right = example_is_right();
            std::printf("class %d: %s\\n", octet_class(), is_right ? "\(CExample.right)" : "\(CExample.wrong)");
            return is_right ? 0 : 1;
          }
          #endif

          """)),
      .init(
        "README.md",
        readme(
          "A quantized model as a PlatformIO project.",
          """
          ## Building

              pio run -e native -t exec

          runs the example on this machine; `platformio.ini` says how a board is added. The model is the library
          `lib/\(name)`, which can be copied into other projects.
          """)),
    ]
  }
}
