import Foundation
import OctetText
import TestSupport
import Testing

/// Names that are no UTF-8, from wherever they come to the file that is opened.
@Suite struct FileNameTests {
  /// "caf\xe9.png" as a shell writes it.
  private static let odd = "$(printf 'caf\\351.png')"

  /// Runs a script of the shell in a folder with such a picture, and as much in a folder of such a name. `$octet` and
  /// `$model` are there.
  private func run(_ script: String) throws -> OctetProcess.Result {
    let sample = try ClassifySample(digits: 1)
    try sample.folder.write(sample.png(0), to: "plain.png")
    return try OctetProcess.run(
      "-ec",
      """
      cd \(sample.folder.path)
      export HOME=$PWD octet='\(try BuiltProducts.path(of: "octet"))' model='\(ClassifySample.model)'
      device='\(try BuiltProducts.path(of: "octet-classify"))'
      odd=\(Self.odd) folder=$(printf 'd\\377')
      cp plain.png "$odd"
      mkdir "$folder" && cp plain.png "$folder/$odd"
      \(script)
      """, executable: "/bin/sh")
  }

  private static let bytes = #"{"file":"caf\ufffd.png","file_bytes":"636166e92e706e67","class":"#

  @Test(arguments: [
    #""$octet" classify "$model" --json "$odd""#,
    #"printf '%s\n' "$odd" | "$octet" classify "$model" --json -"#,
    #"printf '%s\0' "$odd" | "$octet" classify "$model" --json -0 -"#, #""$device" "$model" --json "$odd""#,
    #"printf '%s\n' "$odd" | "$device" "$model" --json -"#,
  ])
  func `pictures are found`(script: String) throws {
    let result = try run(script)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix(Self.bytes), "\(result.output)")
    #expect(try result.objects().count == 1)
  }

  @Test func `folders are walked`() throws {
    let result = try run(#""$octet" classify "$model" --json . "$folder""#)
    #expect(result.status == 0, "\(result.errors)")
    let names = try result.objects().compactMap { $0["file_bytes"] as? String }
    // "./caf\xe9.png", "./d\xff/caf\xe9.png", and the folder by itself.
    #expect(names == ["2e2f636166e92e706e67", "2e2f64ff2f636166e92e706e67", "64ff2f636166e92e706e67"])
  }

  @Test(arguments: ["\"$octet\" classify", "\"$device\""])
  func `names are shown escaped`(program: String) throws {
    let good = try run("\(program) \"$model\" \"$odd\"")
    #expect(good.status == 0)
    #expect(good.output.hasSuffix("    caf\\xe9.png\n"), "\(good.output)")
    let missing = try run("\(program) \"$model\" \"no$odd\"")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("nocaf\\xe9.png: cannot be opened (No such file or directory)"))
    let json = try run("\(program) \"$model\" --json \"no$odd\"")
    #expect(try json.objects().first?["file_bytes"] as? String == "6e6f636166e92e706e67")
    #expect(json.output.contains(#"{"file":"nocaf\ufffd.png","#))
  }

  @Test func `tables, pages and saved inputs`() throws {
    let result = try run(
      #"""
      "$octet" classify "$model" --csv "$odd" --report "$folder/page.html" --save-input "$folder/in" -q
      grep -c 'caf\\xe9.png' "$folder/page.html"
      ls "$folder/in" | od -An -c
      """#)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("\ncaf\\xe9.png,"), "\(result.output)")
    #expect(result.output.contains("c   a   f 351   .   p   n   g"), "\(result.output)")
  }

  /// Models and tables, read and written.
  @Test func `everything else`() throws {
    let result = try run(
      #"""
      m=$(printf 'm\351') && cp "$model" "$m.octet" && cp "${model%.octet}.safetensors" "$m.safetensors"
      "$octet" inspect "$m.octet" | head -n 1
      "$octet" export "$m.octet" --c-source "$folder/$m.c" && test -s "$folder/$m.c"
      "$octet" export "$m.safetensors" --onnx "$m.onnx" && test -s "$m.onnx"
      printf '0,1,2,3,4\n1,4,3,2,1\n' >"$folder/t.csv"
      "$octet" data show --data "$folder/t.csv" | head -n 1
      mkdir -p "$folder/classes/a" "$folder/classes/b"
      cp plain.png "$folder/classes/a/$odd" && cp plain.png "$folder/classes/b/1.png"
      "$octet" data show --data "$folder/classes" | head -n 1
      "$octet" data export-png --data "$folder/classes" --out "$folder/made" && test -f "$folder/made/00000-label-a.png"
      "$octet" data export-png --data "$folder/classes" --out "$folder/made" 2>&1 || true
      """#)
    #expect(result.status == 0, "\(result.errors)")
    for part in [
      "m\\xe9.octet: ", "Wrote d\\xff/m\\xe9.c: ", "Wrote m\\xe9.onnx: ", "from d\\xff/t.csv",
      "from d\\xff/classes",
      "PNG files to d\\xff/made", "d\\xff/made: is there already",
    ] {
      #expect(result.output.contains(part), "\(part) in \(result.output)")
    }
  }

  @Test func `no class is called so`() throws {
    let result = try run(
      #"""
      mkdir -p "classes/a" "classes/$folder" && cp plain.png classes/a && cp plain.png "classes/$folder"
      "$octet" data show --data classes
      """#)
    #expect(result.status == 1)
    #expect(
      result.errors
        == """
        octet: classes/d\\xff: has a name that cannot be a label: it has control characters or is not \
        UTF-8; rename the folder\n
        """)
  }
}
