import COctetHost
import OctetHost
import OctetQuantization
import OctetText
import OctetTraining

/// The members of a JSON object of options. What nobody asks for is an error, so that no misspelt option passes.
struct Options {
  private var members: [String: UntrustedValue] = [:]
  private var asked: Set<String> = []

  init(_ text: UnsafePointer<CChar>?) throws(Failure) {
    guard let text else { return }
    do {
      guard case .object(let members) = try UntrustedJSON.value(of: String(cString: text)) else {
        throw Failure(Int(OCTET_BAD_OPTIONS), "options: give a JSON object, such as {\"seed\": 1}")
      }
      self.members = members
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(Int(OCTET_BAD_OPTIONS), "options: they are no JSON: \(UntrustedJSON.reason(error))")
    }
  }

  private mutating func value(_ name: String) -> UntrustedValue? {
    asked.insert(name)
    if case .null = members[name] { return nil }
    return members[name]
  }

  private func wrong(_ name: String, _ wanted: String) -> Failure {
    Failure(Int(OCTET_BAD_OPTIONS), "options: \(name) takes \(wanted)")
  }

  mutating func text(_ name: String) throws(Failure) -> String? {
    guard let value = value(name) else { return nil }
    guard case .text(let text) = value else { throw wrong(name, "a text") }
    return text
  }

  mutating func flag(_ name: String) throws(Failure) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .bool(let flag) = value else { throw wrong(name, "true or false") }
    return flag
  }

  mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
    guard let value = value(name) else { return nil }
    guard case .number(let number) = value, let whole = Int(exactly: number), range.contains(whole) else {
      throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return whole
  }

  mutating func texts(_ name: String) throws(Failure) -> [String]? {
    guard let value = value(name) else { return nil }
    guard case .list(let values) = value else { throw wrong(name, "a list of texts") }
    var texts: [String] = []
    for value in values {
      guard case .text(let text) = value else { throw wrong(name, "a list of texts") }
      texts.append(text)
    }
    return texts
  }

  /// One of several words.
  mutating func word(_ name: String, of words: [String]) throws(Failure) -> String? {
    guard let text = try text(name) else { return nil }
    guard words.contains(text) else { throw wrong(name, words.joined(separator: ", ")) }
    return text
  }

  /// Called when all has been asked for.
  func finish() throws(Failure) {
    guard let unknown = members.keys.sorted().first(where: { !asked.contains($0) }) else { return }
    throw Failure(
      Int(OCTET_BAD_OPTIONS),
      "options: there is no \(unknown); there are: \(asked.sorted().joined(separator: ", "))")
  }
}

extension Options {
  mutating func workers() throws(Failure) -> Workers {
    Workers(threads: try integer("threads", in: 1...1024))
  }

  mutating func classNames() throws(Failure) -> [String]? {
    guard let names = try texts("classes") else { return nil }
    guard (2...65_535).contains(names.count), Set(names).count == names.count,
      names.allSatisfy({ (1...255).contains($0.utf8.count) && $0.isLabel })
    else {
      throw Failure(
        Int(OCTET_BAD_OPTIONS),
        "options: classes takes 2 to 65,535 different names of 1 to 255 bytes without control characters")
    }
    return names
  }

  mutating func pixels() throws(Failure) -> PixelRange? {
    guard let text = try text("pixels") else { return nil }
    guard let range = PixelRange(text: text) else {
      throw wrong("pixels", "a range such as \"-1:1\", \"mean=M,…:std=S,…\", \"tf\", \"torch\" or \"caffe\"")
    }
    return range
  }

  mutating func memory() throws(Failure) -> (goal: MemoryGoal, holdsInput: Bool) {
    let (arena, regions) = (try text("arena"), try text("regions"))
    let isHeld = try word("input", of: ["rows", "held"]) == "held"
    guard arena == nil || regions == nil else {
      throw Failure(Int(OCTET_BAD_OPTIONS), "options: give arena or regions, not both")
    }
    if let arena {
      guard let goal = MemoryGoal(arena: arena) else {
        throw wrong("arena", "bytes as a text, as in \"4000\" or \"16K\", or \"smallest\"")
      }
      return (goal, isHeld)
    }
    if let regions {
      guard let goal = MemoryGoal(regions: regions) else {
        throw wrong("regions", "two sizes, as in \"fast=8K,slow=64K\"")
      }
      return (goal, isHeld)
    }
    return (.usual, isHeld)
  }

  mutating func settings() throws(Failure) -> QuantizationSettings {
    var settings = QuantizationSettings()
    if let count = try integer("calibration_images", in: 1...10_000_000) {
      settings.calibrationImages = count
    }
    if let name = try word("method", of: CalibrationMethod.allCases.map(\.rawValue)),
      let method = CalibrationMethod(rawValue: name)
    {
      settings.method = method
    }
    if let seed = try integer("seed", in: 0...(1 << 53)) { settings.seed = UInt64(seed) }
    let scales = try word("weight_scales", of: ["search", "largest", "layer"])
    settings.searchesWeightScales = scales != "largest"
    settings.sharesWeightScales = scales == "layer"
    settings.correctsBias = try flag("bias_correction") ?? true
    (settings.memory, settings.holdsInput) = try memory()
    return settings
  }
}
