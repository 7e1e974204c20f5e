import OctetCommandLine
import Testing

@Suite struct ParsingTests {
  private func parse(_ words: String...) throws(UsageError) -> ParsedArguments {
    try sampleProgram.parse(words)
  }

  @Test func `values are taken after a space or an equals sign`() throws {
    let parsed = try parse(
      "bake", "--degrees", "200", "--oven=gas", "-q", "bread.txt", "--spice", "a=b", "--spice=--x")
    #expect(parsed.path == ["kitchen", "bake"])
    #expect(parsed.value("degrees") == "200")
    #expect(parsed.value("oven") == "gas")
    #expect(parsed.values("spice") == ["a=b", "--x"])
    #expect(parsed.value("plate") == nil)
    #expect(parsed.flag("quiet"))
    #expect(parsed.positionals == ["bread.txt"])
  }

  @Test func `short names mean the same as long ones`() throws {
    let parsed = try parse("bake", "-o", "gas", "x")
    #expect(parsed.value("oven") == "gas")
    #expect(!parsed.flag("quiet"))
    #expect(try parse("bake", "-o=gas", "x").value("oven") == "gas")
  }

  @Test func `nothing after two dashes is an option`() throws {
    let parsed = try parse("bake", "-", "--", "--oven", "--", "-q", "--help")
    #expect(parsed.positionals == ["-", "--oven", "--", "-q", "--help"])
    #expect(!parsed.wantsHelp)
  }

  @Test func `negative numbers and lone dashes are values`() throws {
    #expect(try parse("bake", "--degrees", "-4.5e1", "x").value("degrees") == "-4.5e1")
    #expect(try parse("bake", "--spice", "-", "x").values("spice") == ["-"])
  }

  @Test func `subcommands are found at any depth`() throws {
    let parsed = try parse("store", "fetch", "flour", "shelf")
    #expect(parsed.path == ["kitchen", "store", "fetch"])
    #expect(parsed.positionals == ["flour", "shelf"])
  }

  @Test func `options of the program itself need no command`() throws {
    let parsed = try parse("--version")
    #expect(parsed.path == ["kitchen"])
    #expect(parsed.flag("version"))
  }

  @Test(arguments: [
    ["bake", "--help"], ["bake", "-h"], ["bake", "--nonsense", "--help"], ["bake", "--degrees", "--help"],
  ])
  func `help wins over mistakes`(words: [String]) throws {
    let parsed = try sampleProgram.parse(words)
    #expect(parsed.wantsHelp)
    #expect(parsed.command.name == "bake")
  }

  @Test(arguments: [
    (["bake", "--degreees", "3", "x"], "unknown option --degreees; did you mean --degrees?"),
    (["bake", "--nothing-like-it", "x"], "unknown option --nothing-like-it"),
    (["bake", "-x", "y"], "unknown option -x"),
    (["bake", "x", "--degrees"], "--degrees needs a value: --degrees N"),
    (
      ["bake", "--degrees", "--quiet", "x"],
      "--degrees needs a value, but '--quiet' follows; if that is the value, write --degrees=--quiet"
    ),
    (["bake", "--degrees=", "x"], "--degrees has an empty value"),
    (["bake", "--degrees", "", "x"], "--degrees has an empty value"),
    (["bake", "--degrees", "1", "--degrees=2", "x"], "--degrees is given more than once"),
    (["bake", "-o", "gas", "--oven", "gas", "x"], "--oven is given more than once"),
    (["bake", "-q", "-q", "x"], "-q is given more than once"),
    (["bake", "--quiet=yes", "x"], "--quiet takes no value, but got 'yes'"),
    (
      ["bake", "--oven", "electrik", "x"],
      "--oven cannot be 'electrik', only one of gas, electric, wood-fired; did you mean 'electric'?"
    ),
    (["bake", "-o", "nuclear", "x"], "-o cannot be 'nuclear', only one of gas, electric, wood-fired"),
    (["bake"], "RECIPE is missing: what to bake"),
    (["bake", "--"], "RECIPE is missing: what to bake"),
    (["bake", ""], "RECIPE is empty"),
    (["store", "fetch", "flor"], "GOODS cannot be 'flor', only one of flour, salt; did you mean 'flour'?"),
    (["store", "fetch", "salt", "a", "b"], "unexpected argument 'b'"),
    (["store", "fetsh"], "unknown command 'fetsh'; did you mean 'fetch'?"),
    (["store"], "'kitchen store' needs a command, one of fetch"),
    ([], "'kitchen' needs a command, one of bake, store, help"),
    (["Roast"], "unknown command 'Roast'; did you mean 'bake'?"),
    (["juggle"], "unknown command 'juggle'; the commands are bake, store, help"),
    ([""], "unknown command ''; the commands are bake, store, help"),
    (["--", "bake"], "unexpected argument 'bake'"),
    (["--version", "bake"], "unexpected argument 'bake'"),
  ])
  func `mistakes are named`(words: [String], message: String) {
    let error = #expect(throws: UsageError.self) { try sampleProgram.parse(words) }
    #expect(error?.message == message)
  }

  @Test func `an error points to the help of its command`() {
    let error = #expect(throws: UsageError.self) { try sampleProgram.parse(["store", "fetch"]) }
    #expect(error?.description == "GOODS is missing: what to buy (see 'kitchen store fetch --help')")
  }
}

@Suite struct EveryCommandLineTests {
  /// All command lines of up to four of these words: each is either understood or refused with one line.
  @Test func `nothing traps`() {
    let words = [
      "bake", "store", "fetch", "salt", "-o", "--oven=", "--spice", "gas", "--", "-", "", "--help", "-1", "=",
    ]
    var lines: [[String]] = [[]]
    var understood = 0
    for _ in 0..<4 {
      lines = lines.flatMap { line in words.map { line + [$0] } }
      for line in lines {
        do throws(UsageError) {
          let parsed = try sampleProgram.parse(line)
          #expect(parsed.positionals.count <= line.count)
          understood += 1
        } catch {
          #expect(!error.message.isEmpty && !error.message.contains("\n"))
        }
      }
    }
    #expect(understood > 1000)
  }
}

@Suite struct TypedValueTests {
  private func bake(degrees: String) throws(UsageError) -> ParsedArguments {
    try sampleProgram.parse(["bake", "--degrees=\(degrees)", "x"])
  }

  @Test func `absent values are nil`() throws {
    let parsed = try sampleProgram.parse(["bake", "x"])
    #expect(try parsed.integer("degrees", in: 1...) == nil)
    #expect(try parsed.number("degrees", in: 0...1) == nil)
  }

  @Test func `values within the range are read`() throws {
    #expect(try bake(degrees: "1").integer("degrees", in: 1...) == 1)
    #expect(try bake(degrees: "-7").integer("degrees", in: -7...0) == -7)
    #expect(try bake(degrees: "\(Int.max)").integer("degrees", in: 1...) == Int.max)
    #expect(try bake(degrees: "1e-3").number("degrees", in: 0.001...1) == 0.001)
    #expect(try bake(degrees: "1").number("degrees", in: 0.001...1) == 1)
  }

  @Test(arguments: [
    ("0", "--degrees must be at least 1, not 0"),
    ("1.5", "--degrees must be a whole number at least 1, not '1.5'"),
    ("99999999999999999999", "--degrees must be a whole number at least 1, not '99999999999999999999'"),
    ("many", "--degrees must be a whole number at least 1, not 'many'"),
  ])
  func `integers outside are refused`(text: String, message: String) {
    let error = #expect(throws: UsageError.self) { try bake(degrees: text).integer("degrees", in: 1...) }
    #expect(error?.message == message)
  }

  @Test func `integers above are refused`() {
    let error = #expect(throws: UsageError.self) { try bake(degrees: "8").integer("degrees", in: 1...7) }
    #expect(error?.message == "--degrees must be from 1 to 7, not 8")
  }

  @Test(arguments: [
    ("7", "--degrees must be from 0.5 to 1.0, not 7"),
    ("0", "--degrees must be from 0.5 to 1.0, not 0"),
    ("nan", "--degrees must be a number from 0.5 to 1.0, not 'nan'"),
    ("inf", "--degrees must be a number from 0.5 to 1.0, not 'inf'"),
    ("1e999", "--degrees must be a number from 0.5 to 1.0, not '1e999'"),
    ("0.1.2", "--degrees must be a number from 0.5 to 1.0, not '0.1.2'"),
  ])
  func `numbers outside are refused`(text: String, message: String) {
    let error = #expect(throws: UsageError.self) { try bake(degrees: text).number("degrees", in: 0.5...1) }
    #expect(error?.message == message)
  }
}
