extension CProjectParts {
  /// A Zephyr module with the model, and an application that uses it.
  var zephyr: [CProject.File] {
    library(in: "modules/\(name)/") + [
      .init(
        "modules/\(name)/zephyr/module.yml",
        """
        name: \(name)
        build:
          cmake: zephyr
          kconfig: zephyr/Kconfig

        """),
      .init(
        "modules/\(name)/zephyr/CMakeLists.txt",
        """
        if(CONFIG_\(large))
          zephyr_library_named(\(name))
          zephyr_library_sources(../src/\(name).c)
          # The kernels are slow without optimization.
          zephyr_library_compile_options(-O2)
          zephyr_include_directories(../include)
        endif()

        """),
      .init(
        "modules/\(name)/zephyr/Kconfig",
        """
        config \(large)
        \tbool "The quantized model \(name)"
        \thelp
        \t  A neural network that runs with integers only, in static memory.

        """),
      .init(
        "CMakeLists.txt",
        """
        cmake_minimum_required(VERSION 3.20.0)

        list(APPEND ZEPHYR_EXTRA_MODULES ${CMAKE_CURRENT_SOURCE_DIR}/modules/\(name))
        find_package(Zephyr REQUIRED HINTS $ENV{ZEPHYR_BASE})
        project(\(name)_example LANGUAGES C)

        target_sources(app PRIVATE src/main.c)

        """),
      .init("prj.conf", "CONFIG_\(large)=y\nCONFIG_PRINTK=y\nCONFIG_MAIN_STACK_SIZE=2048\n"),
      .init(
        "sample.yaml",
        """
        sample:
          name: \(name)
          description: A quantized model against its own answer
        tests:
          sample.\(name):
            tags: octet
            harness: console
            harness_config:
              type: one_line
              regex:
                - "\(CExample.right)"
            integration_platforms:
              - qemu_cortex_m3

        """),
      .init(
        "src/main.c",
        example.named(
          """
          /* \(CDeclarations.licence)

             Runs the model on a made image. The answer must be the one that Octet gave where the model was exported. */
          #include <zephyr/kernel.h>
          #include <zephyr/sys/printk.h>

          #include "octet.h"

          \(example.body)
          int main(void) {
            const char *said = example_is_right() ? "\(CExample.right)" : "\(CExample.wrong)";
            printk("class %d: %s\\n", octet_class(), said);
            return 0;
          }

          """)),
      .init(
        "README.md",
        readme(
          "A quantized model as a Zephyr module, with an application.",
          """
          ## Building

          With `ZEPHYR_BASE` set, and a board of yours in place of `qemu_cortex_m3`:

              west build -b qemu_cortex_m3 -t run

          The model is the module `modules/\(name)`, which `CONFIG_\(large)` turns on.
          """)),
    ]
  }
}
