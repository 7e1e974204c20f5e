import Foundation
import OctetCommandLine
import TestSupport
import Testing

/// Pages of the manual as `man` shows them, and completions as fish offers them.
@Suite struct ManualTests {
  private func isThere(_ program: String) throws -> Bool {
    let found = try OctetProcess.run("-c", "command -v \(program)", executable: "/bin/sh").status == 0
    if !found { print("\(program) is not installed: what is for it is not checked") }
    return found
  }

  @Test func `there is a page for each command, which man shows without a warning`() throws {
    let pages = sampleProgram.manualPages(version: "1.2.3")
    #expect(
      pages.map(\.fileName) == [
        "kitchen.1", "kitchen-bake.1", "kitchen-store.1", "kitchen-store-fetch.1", "kitchen-help.1",
      ])
    guard try isThere("man") else { return }
    let folder = try TemporaryFolder()
    for page in pages {
      try folder.write(page.text, to: page.fileName)
      let shown = try OctetProcess.run(
        ["-c", "LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l \"$0\"", folder.path(page.fileName)],
        executable: "/bin/sh")
      #expect(shown.status == 0 && shown.errors.isEmpty, "\(page.fileName): \(shown.errors)")
      for heading in ["NAME", "SYNOPSIS", "OPTIONS", "EXAMPLES", "EXIT STATUS"] {
        #expect(shown.output.contains(heading), "\(heading) of \(page.fileName)")
      }
    }
    let bake = try OctetProcess.run(
      ["-c", "LC_ALL=C.UTF-8 MANWIDTH=80 man -E ascii -l \"$0\" | col -b", folder.path("kitchen-bake.1")],
      executable: "/bin/sh")
    for part in [
      "kitchen-bake - bake what recipes say", "-o, --oven KIND",
      "(one of gas, electric, wood-fired; default: gas)",
      "kitchen bake --spice salt --spice thyme bread.txt", "how hot: it's [roughly] centigrade",
    ] { #expect(bake.output.contains(part), "\(part) is not in \(bake.output)") }
  }

  @Test func `text that looks like requests stays text`() throws {
    let program = CommandDescription(
      name: "p", summary: ".so /etc/passwd", discussion: "'nr x\n.sp\\n\\fBno\n\n\\", examples: [".ig"])
    let text = program.manualPages(version: "1")[0].text
    for line in text.split(separator: "\n") where line.hasPrefix(".") {
      #expect([".TH", ".SH", ".B", ".TP", ".nf", ".fi", ".PP"].contains { line.hasPrefix($0) }, "\(line)")
    }
    guard try isThere("man") else { return }
    let folder = try TemporaryFolder()
    try folder.write(text, to: "p.1")
    let shown = try OctetProcess.run(
      ["-c", "LC_ALL=C.UTF-8 man -E ascii -l \"$0\" | col -b", folder.path("p.1")], executable: "/bin/sh")
    for part in ["p - .so /etc/passwd", "'nr x .sp\\n\\fBno", ".ig"] {
      #expect(shown.output.contains(part), "\(part) is not in \(shown.output)")
    }
  }

  @Test(arguments: [
    ("kitchen ", ["bake", "help", "store"]), ("kitchen st", ["store"]), ("kitchen store ", ["fetch"]),
    ("kitchen bake --p", ["--plate"]), ("kitchen bake --degrees store --p", ["--plate"]),
    ("kitchen bake --oven ", ["electric", "gas", "wood-fired"]), ("kitchen bake -o w", ["wood-fired"]),
    ("kitchen store fetch f", ["flour"]), ("kitchen help b", ["bake"]), ("kitchen x", []),
  ])
  func `fish offers what may follow`(line: String, offered: [String]) throws {
    guard try isThere("fish") else { return }
    let folder = try TemporaryFolder()
    try folder.write(sampleProgram.fishCompletions(), to: "kitchen.fish")
    let result = try OctetProcess.run(
      [
        "-c",
        """
        cd "$0" && HOME="$0" fish --no-config -c 'source kitchen.fish; rm kitchen.fish; complete -C $argv[1]' "$1"
        """,
        folder.path, line,
      ], executable: "/bin/sh")
    #expect(result.errors.isEmpty)
    let words = result.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    #expect(words.filter { !$0.hasPrefix(".") }.sorted() == offered, "\(result.output)")
  }
}
