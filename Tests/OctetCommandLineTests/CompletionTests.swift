import OctetCommandLine
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct CompletionTests {
  /// What a real bash offers for the last of `words`, as bash itself splits them: `=` is a word.
  private func offered(_ words: String..., among files: [String] = [], folders: [String] = []) throws
    -> [String]
  {
    let folder = try TemporaryFolder()
    try folder.write(sampleProgram.bashCompletions(), to: "kitchen.bash")
    let driver = """
      set -u
      cd "$1" || exit 3
      source ./kitchen.bash
      rm kitchen.bash
      shift
      while [ "$1" != -- ]; do touch -- "$1"; shift; done
      shift
      while [ "$1" != -- ]; do mkdir -- "$1"; shift; done
      shift
      COMP_WORDS=(kitchen "$@")
      COMP_CWORD=$#
      _kitchen
      [ "${#COMPREPLY[@]}" -eq 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
      """
    let result = try OctetProcess.run(
      ["--norc", "--noprofile", "-c", driver, "bash", folder.path] + files + ["--"] + folders + ["--"]
        + words,
      executable: shell("bash") ?? "/bin/bash")
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    return result.output.split(separator: "\n").map(String.init).sorted()
  }

  private func shell(_ name: String) -> String? {
    ["/bin/", "/usr/bin/", "/usr/local/bin/"].map { $0 + name }.first { access($0, X_OK) == 0 }
  }

  @Test func `commands are offered`() throws {
    #expect(try offered("") == ["bake", "help", "store"])
    #expect(try offered("st") == ["store"])
    #expect(try offered("x") == [])
    #expect(try offered("store", "") == ["fetch"])
    #expect(try offered("help", "b") == ["bake"])
    #expect(try offered("help", "bake", "s") == ["store"])
  }

  @Test func `options are offered`() throws {
    #expect(try offered("--") == ["--help", "--version"])
    #expect(try offered("bake", "--p") == ["--plate"])
    #expect(try offered("bake", "bread.txt", "-q", "--sp") == ["--spice"])
    #expect(
      try offered("bake", "-") == [
        "--an-unusually-long-option-name", "--degrees", "--help", "--oven", "--plate", "--quiet", "--spice",
        "-h",
        "-o", "-q",
      ])
  }

  @Test func `choices are offered in every spelling`() throws {
    #expect(try offered("bake", "--oven", "") == ["electric", "gas", "wood-fired"])
    #expect(try offered("bake", "-o", "w") == ["wood-fired"])
    #expect(try offered("bake", "--oven", "=") == ["electric", "gas", "wood-fired"])
    #expect(try offered("bake", "--oven", "=", "el") == ["electric"])
    #expect(try offered("store", "fetch", "f") == ["flour"])
  }

  @Test func `the value of an option is not a command or place`() throws {
    #expect(try offered("bake", "--degrees", "store", "--pl") == ["--plate"])
    #expect(try offered("bake", "--degrees", "=", "3", "--pl") == ["--plate"])
    #expect(try offered("bake", "--degrees", "", among: ["file"]) == [])
  }

  @Test func `files and folders are offered`() throws {
    let files = ["a b.txt", "a*.txt", "c.txt"]
    #expect(try offered("bake", "a", among: files) == ["a b.txt", "a*.txt"])
    #expect(try offered("bake", "c.txt", "a", among: files) == ["a b.txt", "a*.txt"])
    #expect(try offered("bake", "--plate", "", among: files, folders: ["deep dish"]) == ["deep dish"])
    #expect(try offered("store", "fetch", "salt", "", among: files, folders: ["top"]) == ["top"])
  }

  @Test func `zsh accepts its script`() throws {
    guard let zsh = shell("zsh") else {
      print("zsh is not installed: its completion script is not checked")
      return
    }
    let folder = try TemporaryFolder()
    try folder.write(sampleProgram.zshCompletions(), to: "_kitchen")
    let result = try OctetProcess.run("-n", folder.path("_kitchen"), executable: zsh)
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
  }
}
