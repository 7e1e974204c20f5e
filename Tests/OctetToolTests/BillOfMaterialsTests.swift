import Foundation
import TestSupport
import Testing

/// `Tools/bill-of-materials`: what Tools/build writes beside the program.
@Suite struct BillOfMaterialsTests {
  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Tools/bill-of-materials").path

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: [String]) throws -> OctetProcess.Result {
    try OctetProcess.run(arguments, executable: Self.script)
  }

  /// Of the built program, with a map as the linker writes it: this machine's own archives, and one that no package
  /// owns.
  private func bill() throws -> (text: String, object: [String: Any]) {
    var map = "Archive member included because of file (symbol)\n\n"
    for library in ["png", "z", "stdc++"] {
      let found = try OctetProcess.run("gcc", "-print-file-name=lib\(library).a", executable: "/usr/bin/env")
      let path = found.output.trimmingCharacters(in: .whitespacesAndNewlines)
      map += "\(path)(part.o)\n          main.o (symbol)\n\nLOAD \(path)\n"
    }
    try folder.write("!<arch>\n", to: "libstray.a")
    map += "\(folder.path("libstray.a"))(part.o)\n/no/such/libmissing.a(part.o)\n"
    try folder.write(map, to: "octet.map")
    let result = try run([try BuiltProducts.path(of: "octet"), folder.path("octet.map")])
    #expect(result.status == 0, "\(result.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    return (result.output, try #require(object))
  }

  @Test func `has the fields that CycloneDX requires`() throws {
    let (text, bill) = try bill()
    #expect(bill["bomFormat"] as? String == "CycloneDX")
    #expect(bill["specVersion"] as? String == "1.6")
    #expect((bill["serialNumber"] as? String)?.hasPrefix("urn:uuid:") == true)
    #expect(bill["version"] as? Int == 1)
    let main = try #require((bill["metadata"] as? [String: Any])?["component"] as? [String: Any])
    let parts = try #require(bill["components"] as? [[String: Any]])
    let names = parts.compactMap { $0["name"] as? String }
    #expect(
      names.count == parts.count && Set(["libpng", "zlib", "libstray.a"]).isSubset(of: names), "\(names)")
    for part in [main] + parts {
      #expect(["application", "library"].contains(part["type"] as? String))
      #expect((part["version"] as? String)?.isEmpty == false)
      #expect((part["licenses"] as? [[String: Any]])?.count == 1)
      let hashes = try #require(part["hashes"] as? [[String: String]])
      #expect(hashes.count == 1 && hashes[0]["alg"] == "SHA-256" && hashes[0]["content"]?.count == 64)
    }
    let references = ([main] + parts).compactMap { $0["bom-ref"] as? String }
    #expect(Set(references).count == parts.count + 1)
    let dependencies = try #require(bill["dependencies"] as? [[String: Any]])
    #expect(dependencies.first?["dependsOn"] as? [String] == Array(references.dropFirst()))
    #expect(try self.bill().text == text, "the same program gives the same bytes")
  }

  @Test func `the version is that of the file at the top`() throws {
    let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let version = try String(contentsOf: top.appending(path: "VERSION"), encoding: .utf8)
    #expect(version.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(version)")
    #expect(try OctetProcess.run("--version").output.hasPrefix("octet \(version.dropLast()) ("))
    let main = try #require((try bill().object["metadata"] as? [String: Any])?["component"] as? [String: Any])
    #expect(main["version"] as? String == String(version.dropLast()))
    let changes = try String(contentsOf: top.appending(path: "CHANGELOG.md"), encoding: .utf8)
    let newest = changes.split(separator: "\n").first { $0.hasPrefix("## ") }
    #expect(newest?.hasPrefix("## \(version.dropLast())") == true, "\(newest ?? "")")
  }

  /// A new version need not be entered into the script.
  @Test func `versions are the machine's`() throws {
    let program = try OctetProcess.run("--version")
    let main = try #require((try bill().object["metadata"] as? [String: Any])?["component"] as? [String: Any])
    #expect(program.output.hasPrefix("octet \(try #require(main["version"] as? String)) ("))
    let asked = try OctetProcess.run(
      "dpkg-query", "--show", "--showformat=${source:Version}", "libpng-dev", executable: "/usr/bin/env")
    // Elsewhere than on Debian the file's own sum stands for its version.
    guard asked.status == 0 else { return }
    let parts = try #require(try bill().object["components"] as? [[String: Any]])
    let png = try #require(parts.first { $0["name"] as? String == "libpng" })
    #expect(png["version"] as? String == asked.output)
    #expect((png["licenses"] as? [[String: String]])?.first?["expression"] == "libpng-2.0")
    #expect((png["purl"] as? String)?.hasPrefix("pkg:deb/debian/libpng") == true)
  }

  @Test func `what is missing is named`() throws {
    try folder.write("", to: "empty.map")
    let octet = try BuiltProducts.path(of: "octet")
    for (arguments, status, part) in [
      ([octet], Int32(2), "a program and its map are needed"),
      ([octet, folder.path("none.map")], 1, "there is no such file"),
      ([octet, folder.path("empty.map")], 1, "names no archives"),
    ] {
      let result = try run(arguments)
      #expect(result.status == status)
      #expect(result.errors.contains(part) && result.output.isEmpty)
    }
  }
}
