extension CProjectParts {
  /// A library with a target to link, an example as a test, and a toolchain file for Arm's chips.
  var cmake: [CProject.File] {
    library() + [
      .init(
        "CMakeLists.txt",
        """
        cmake_minimum_required(VERSION 3.16)
        project(\(name) VERSION 1.0.0 DESCRIPTION "A quantized model" LANGUAGES C)

        # The kernels are slow without optimization.
        if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
          set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or MinSizeRel" FORCE)
        endif()

        add_library(\(name) STATIC src/\(name).c)
        add_library(\(name)::\(name) ALIAS \(name))
        target_include_directories(\(name) PUBLIC
          $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
          $<INSTALL_INTERFACE:include>)
        target_compile_features(\(name) PUBLIC c_std_99)

        # The example, unless this folder is part of another project.
        if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
          add_executable(\(name)_example example/main.c)
          target_link_libraries(\(name)_example PRIVATE \(name)::\(name))
          enable_testing()
          add_test(NAME \(name)_example COMMAND \(name)_example)
        endif()

        install(TARGETS \(name) EXPORT \(name) ARCHIVE DESTINATION lib)
        install(FILES include/\(name).h DESTINATION include)
        install(EXPORT \(name) NAMESPACE \(name):: FILE \(name)-config.cmake DESTINATION lib/cmake/\(name))
        # So that `find_package(\(name) 1.0)` finds it.
        include(CMakePackageConfigHelpers)
        write_basic_package_version_file(\(name)-config-version.cmake COMPATIBILITY SameMajorVersion)
        install(FILES ${CMAKE_CURRENT_BINARY_DIR}/\(name)-config-version.cmake DESTINATION lib/cmake/\(name))

        """),
      .init("example/main.c", example.program),
      .init(
        "cmake/arm-none-eabi.cmake",
        """
        # cmake -B build -D CMAKE_TOOLCHAIN_FILE=cmake/arm-none-eabi.cmake -D CPU=cortex-m4
        set(CMAKE_SYSTEM_NAME Generic)
        set(CMAKE_SYSTEM_PROCESSOR arm)
        set(CPU cortex-m4 CACHE STRING "The processor, as GCC calls it")
        # CMake reads this file again for what it tries out.
        list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CPU)

        set(CMAKE_C_COMPILER arm-none-eabi-gcc)
        set(flags "-mcpu=${CPU} -mthumb")
        if(CPU MATCHES "cortex-m(55|85)")
          # Their vectors are there with these registers only.
          set(flags "${flags} -mfloat-abi=hard")
        endif()
        set(CMAKE_C_FLAGS_INIT "${flags} -ffunction-sections -fdata-sections")
        # A program needs a start and a memory map; semihosting prints through the debugger, or QEMU.
        set(CMAKE_EXE_LINKER_FLAGS_INIT "--specs=rdimon.specs -Wl,--gc-sections")
        set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

        """),
      .init(
        "README.md",
        readme(
          "A quantized model as a CMake library.",
          """
          ## Building

              cmake -B build
              cmake --build build
              build/\(name)_example

          For a chip, the library alone:

              cmake -B build-m4 -D CMAKE_TOOLCHAIN_FILE=cmake/arm-none-eabi.cmake -D CPU=cortex-m4
              cmake --build build-m4 --target \(name)

          In another project, `add_subdirectory` this folder and link `\(name)::\(name)`, or install it with
          `cmake --install build` and say `find_package(\(name) 1.0 CONFIG REQUIRED)`.
          """)),
    ]
  }
}
