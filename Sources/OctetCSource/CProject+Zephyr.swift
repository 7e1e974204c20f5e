extension CProjectParts {
  /// A Zephyr module with the model, and in the same folder an application that uses it.
  ///
  /// The module's build files are in `zephyr`, so that those at the top are the application's.
  var zephyr: [CProject.File] {
    library() + [
      .init(
        "zephyr/module.yml",
        """
        name: \(name)
        build:
          cmake: zephyr
          kconfig: zephyr/Kconfig

        """),
      .init(
        "zephyr/CMakeLists.txt",
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
        "zephyr/Kconfig",
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

        # The model's module is this folder.
        list(APPEND EXTRA_ZEPHYR_MODULES ${CMAKE_CURRENT_SOURCE_DIR})
        find_package(Zephyr REQUIRED HINTS $ENV{ZEPHYR_BASE})
        project(\(name)_example LANGUAGES C)

        target_sources(app PRIVATE app/main.c)

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
        "app/main.c",
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
          "A quantized model as a Zephyr module, with an application that checks it.",
          """
          ## Building

          With `ZEPHYR_BASE` set, and a board of yours in place of `qemu_cortex_m3`:

              west build -b qemu_cortex_m3 -t run

          ## In an application of your own

          This folder is the module `\(name)` (`zephyr/module.yml`). Name it, as an absolute path, when the
          application is built, and turn the model on:

              west build -b qemu_cortex_m3 my-app -- -DEXTRA_ZEPHYR_MODULES=/path/to/\(name) -DCONFIG_\(large)=y

          Or say both in the application: `list(APPEND EXTRA_ZEPHYR_MODULES /path/to/\(name))` in its `CMakeLists.txt`
          before `find_package(Zephyr)`, and `CONFIG_\(large)=y` in its `prj.conf`. Then `#include "\(name).h"`.

          Zephyr reads such modules where `west` is installed; older versions call the variable
          `ZEPHYR_EXTRA_MODULES`. As a project in the manifest of a west workspace the folder is found without it.
          """)),
    ]
  }
}
