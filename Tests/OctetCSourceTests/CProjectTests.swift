import Foundation
import Octet
import OctetCSource
import TestSupport
import Testing

/// Exported folders, headers and examples, compiled as their users compile them.
struct CProjectTests {
  private static func run(
    _ arguments: [String], in folder: TemporaryFolder
  ) throws -> (status: Int32, text: String) {
    let result = try OctetProcess.run(
      ["-c", "cd \"$0\" && exec \"$@\"", folder.path] + arguments, executable: "/bin/sh")
    return (result.status, result.output + result.errors)
  }

  private static func write(_ project: CProject, to folder: TemporaryFolder) throws {
    for file in project.files { try folder.write(file.text, to: file.path) }
  }

  private static let warnings = ["-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]

  /// Models with one output and several, with inputs that are fed and held.
  private static func models() throws -> [Model] {
    try (0..<4 as Range<UInt64>).map { seed in
      try Model(copying: RandomModel(seed: 7000 + seed, layerCount: seed % 3 == 0 ? 15 : nil).bytes)
    }
  }

  @Test
  func `a source compiled alone checks itself, as C and as C++`() throws {
    for model in try Self.models() {
      let folder = try TemporaryFolder()
      try folder.write(CSource(model, prefix: "net").source, to: "net.c")
      for compiler in [["gcc", "-std=c99"], ["g++", "-std=c++11", "-x", "c++"]] {
        let compiled = try Self.run(
          compiler + Self.warnings + ["-DNET_EXAMPLE", "net.c", "-o", "net"], in: folder)
        try #require(compiled.status == 0, "\(compiled.text.prefix(2000))")
        let ran = try Self.run(["./net"], in: folder)
        #expect(ran.status == 0 && ran.text.contains("the bits that Octet gives"), "\(ran.text)")
      }
    }
  }

  @Test
  func `the example finds a wrong answer`() throws {
    let folder = try TemporaryFolder()
    let source = CSource(try Self.models()[0], prefix: "net").source
    // Larger biases in all layers.
    let changed = source.replacing(/(net_bias_\d+\[\d+\] = \{\n  )/) { "\($0.output.1)9999 +" }
    try #require(changed != source)
    try folder.write(changed, to: "net.c")
    let compiled = try Self.run(["gcc", "-O1", "-DNET_EXAMPLE", "net.c", "-o", "net"], in: folder)
    try #require(compiled.status == 0, "\(compiled.text)")
    let ran = try Self.run(["./net"], in: folder)
    #expect(ran.status == 1 && ran.text.contains("WRONG"), "\(ran.text)")
  }

  @Test
  func `header and source say the same, in C and in C++`() throws {
    for model in try Self.models() {
      let folder = try TemporaryFolder()
      try folder.write(CSource(model, prefix: "net").source, to: "net.c")
      try folder.write(CHeader(model, prefix: "net").source, to: "net.h")
      // Twice, and then the definitions: a declaration that differs is an error.
      try folder.write("#include \"net.h\"\n#include \"net.h\"\n#include \"net.c\"\n", to: "all.c")
      for compiler in [["gcc", "-std=c99"], ["g++", "-std=c++11", "-x", "c++"]] {
        let compiled = try Self.run(compiler + Self.warnings + ["-c", "all.c"], in: folder)
        #expect(compiled.status == 0, "\(compiled.text.prefix(2000))")
      }
    }
  }

  @Test
  func `the header has scale and zero point of the input and of every output`() throws {
    for model in try Self.models() {
      let folder = try TemporaryFolder()
      try folder.write(CHeader(model, prefix: "net").source, to: "net.h")
      let names =
        ["INPUT", "OUTPUT"] + (1..<max(model.outputCount, 1)).map { "OUTPUT_\($0)" }
      let prints = names.map { "printf(\"%.9g %d\\n\", (double)NET_\($0)_SCALE, NET_\($0)_ZERO_POINT);" }
      try folder.write(
        "#include <stdio.h>\n#include \"net.h\"\nint main(void) { \(prints.joined(separator: " ")) return 0; }\n",
        to: "print.c")
      let compiled = try Self.run(
        ["gcc", "-std=c99"] + Self.warnings + ["print.c", "-o", "print"], in: folder)
      try #require(compiled.status == 0, "\(compiled.text.prefix(2000))")
      let found = try Self.run(["./print"], in: folder).text.split(separator: "\n").map { line in
        line.split(separator: " ").compactMap { Float($0) }
      }
      let tensors = [model.input] + (0..<model.outputCount).map { model.tensor(model.output($0).tensor) }
      #expect(found == tensors.map { [Float(bitPattern: $0.scaleBits), Float($0.zeroPoint)] })
    }
  }

  @Test
  func `the CMake project builds, runs its example, and can be installed and found`() throws {
    let folder = try TemporaryFolder()
    guard try Self.run(["sh", "-c", "command -v cmake"], in: folder).status == 0 else {
      print("skipped: no cmake")
      return
    }
    try Self.write(CProject(try Self.models()[1], kind: .cmake, name: "net"), to: folder)
    for arguments in [
      ["cmake", "-B", "build", "-D", "CMAKE_INSTALL_PREFIX=installed"], ["cmake", "--build", "build"],
      ["build/net_example"], ["cmake", "--install", "build"],
    ] {
      let ran = try Self.run(arguments, in: folder)
      try #require(ran.status == 0, "\(arguments): \(ran.text)")
    }
    try folder.write(
      """
      cmake_minimum_required(VERSION 3.16)
      project(user LANGUAGES C)
      find_package(net 1.0 CONFIG REQUIRED)
      add_executable(user ../example/main.c)
      target_link_libraries(user PRIVATE net::net)

      """, to: "user.txt")
    let used = try Self.run(
      [
        "sh", "-c",
        """
        mkdir user && mv user.txt user/CMakeLists.txt && cd user && cmake -B build \
        -D CMAKE_PREFIX_PATH="$PWD/../installed" && cmake --build build && build/user
        """,
      ], in: folder)
    #expect(used.status == 0 && used.text.contains("the bits that Octet gives"), "\(used.text)")
  }

  /// What stands for a board's core library: enough for the sketch to run on this machine.
  private static let arduino = """
    #pragma once
    #include <cstdint>
    #include <cstdio>
    struct Port {
      void begin(long) {}
      explicit operator bool() const { return true; }
      bool operator!() const { return false; }
      void print(const char *text) { std::fputs(text, stdout); }
      void print(long value) { std::printf("%ld", value); }
      void print(int value) { std::printf("%d", value); }
      void print(std::uint32_t value) { std::printf("%u", value); }
      void println(const char *text) { std::puts(text); }
    };
    extern Port Serial;
    inline std::uint32_t micros() { return 0; }

    """

  @Test
  func `the sketches of Arduino and PlatformIO run with a stand-in for the board`() throws {
    for model in try Self.models().prefix(2) {
      let folder = try TemporaryFolder()
      try Self.write(CProject(model, kind: .arduino, name: "net"), to: folder)
      try folder.write(Self.arduino, to: "Arduino.h")
      try folder.write(
        """
        #include <Arduino.h>
        #include "examples/net_check/net_check.ino"
        Port Serial;
        int main() { setup(); loop(); }

        """, to: "board.cpp")
      let sketch = try Self.run(
        ["g++", "-std=c++11", "-I", ".", "-I", "src"] + Self.warnings
          + ["board.cpp", "-x", "c++", "src/net.c", "-o", "board"], in: folder)
      try #require(sketch.status == 0, "\(sketch.text.prefix(2000))")
      let ran = try Self.run(["./board"], in: folder)
      #expect(ran.text.contains("the bits that Octet gives"), "\(ran.text)")

      let other = try TemporaryFolder()
      try Self.write(CProject(model, kind: .platformio, name: "net"), to: other)
      let native = try Self.run(
        ["g++", "-std=c++11", "-I", "lib/net/include"] + Self.warnings
          + ["src/main.cpp", "-x", "c++", "lib/net/src/net.c", "-o", "native"], in: other)
      try #require(native.status == 0, "\(native.text.prefix(2000))")
      #expect(try Self.run(["./native"], in: other).status == 0)
    }
  }

  @Test
  func `the Zephyr folder is a module, and its application runs with a stand-in for the kernel`() throws {
    for model in try Self.models().prefix(2) {
      let folder = try TemporaryFolder()
      let project = CProject(model, kind: .zephyr, name: "net")
      try Self.write(project, to: folder)
      // Zephyr takes a folder whose description names build files that are there.
      let module = try #require(project.files.first { $0.path == "zephyr/module.yml" })
      let paths = Set(project.files.map(\.path))
      for (key, file) in [("cmake: ", "/CMakeLists.txt"), ("kconfig: ", "")] {
        let line = try #require(module.text.split(separator: "\n").first { $0.contains(key) })
        #expect(paths.contains((line.split(separator: " ").last ?? "") + file))
      }
      try folder.write("", to: "kernel/zephyr/kernel.h")
      try folder.write("#include <stdio.h>\n#define printk printf\n", to: "kernel/zephyr/sys/printk.h")
      let compiled = try Self.run(
        ["gcc", "-std=c99", "-I", "include", "-I", "kernel"] + Self.warnings
          + ["app/main.c", "src/net.c", "-o", "app/main"], in: folder)
      try #require(compiled.status == 0, "\(compiled.text.prefix(2000))")
      #expect(try Self.run(["app/main"], in: folder).text.contains("the bits that Octet gives"))
    }
  }

  @Test
  func `every kind has a readme, a licence, and no name but its own`() throws {
    let model = try Self.models()[1]
    for kind in CProjectKind.allCases {
      let files = CProject(model, kind: kind, name: "net").files
      #expect(Set(files.map(\.path)).count == files.count)
      #expect(files.contains { $0.path == "README.md" })
      #expect(files.contains { $0.path.hasSuffix("LICENSE") && $0.text.hasPrefix("MIT License") })
      for file in files {
        #expect(!file.text.contains("octet_") && !file.text.contains("octet.h"), "\(kind) \(file.path)")
      }
    }
    #expect(CProject.name(for: "cnn-two-pool") == "cnn_two_pool")
    #expect(CProject.name(for: "8bit") == "model_8bit")
    #expect(CProject.name(for: "") == "model_")
  }
}
