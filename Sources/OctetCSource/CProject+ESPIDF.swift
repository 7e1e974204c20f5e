extension CProjectParts {
  /// An ESP-IDF component with the model, and an application that uses it.
  var espIDF: [CProject.File] {
    library(in: "components/\(name)/") + [
      .init(
        "components/\(name)/CMakeLists.txt",
        """
        idf_component_register(SRCS "src/\(name).c" INCLUDE_DIRS "include")
        # The kernels are slow without optimization.
        target_compile_options(${COMPONENT_LIB} PRIVATE -O2)

        """),
      .init(
        "components/\(name)/idf_component.yml",
        """
        version: "1.0.0"
        description: A quantized neural network that runs with integers only, written by octet export
        license: MIT
        dependencies:
          idf: ">=5.0"

        """),
      .init(
        "CMakeLists.txt",
        """
        cmake_minimum_required(VERSION 3.16)
        include($ENV{IDF_PATH}/tools/cmake/project.cmake)
        project(\(name)_example)

        """),
      .init("main/CMakeLists.txt", "idf_component_register(SRCS \"main.c\" REQUIRES \(name))\n"),
      .init(
        "main/main.c",
        example.named(
          """
          /* \(CDeclarations.licence)

             Runs the model on a made image. The answer must be the one that Octet gave where the model was exported. */
          #include <stdio.h>

          #include "octet.h"

          \(example.body)
          void app_main(void) {
            const char *said = example_is_right() ? "\(CExample.right)" : "\(CExample.wrong)";
            printf("class %d: %s\\n", octet_class(), said);
          }

          """)),
      .init(
        "README.md",
        readme(
          "A quantized model as an ESP-IDF component, with an application.",
          """
          ## Building

              idf.py set-target esp32c3
              idf.py build flash monitor

          The model is the component `components/\(name)`, which can be copied into other projects.
          """)),
    ]
  }
}
