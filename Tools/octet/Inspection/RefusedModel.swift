import OctetCommandLine
import OctetInterchange
import OctetNetwork
import OctetText

/// A model that cannot become an .octet file, with what its file tells nevertheless.
struct RefusedModel: Error, CustomStringConvertible {
  enum Content {
    /// A float network that was read.
    case network(NetworkDescription)
    /// Operators that were not all understood.
    case operators(ModelOutline)
  }

  let path: String
  let format: String
  let content: Content
  let cause: any Error

  /// The reason, with the file's name in front.
  var description: String {
    let reason = "\(cause)"
    return reason.hasPrefix(path.shown(atMost: 1000)) ? reason : "\(path): \(reason)"
  }

  // MARK: for people

  func text() throws -> String {
    "\(path.shown): \(format), which cannot become an .octet file\n\n"
      + (try network.map { try NetworkSummary($0).text() } ?? operators.map(table) ?? "") + "\n"
  }

  private func table(_ outline: ModelOutline) -> String {
    var table = TextTable(.init("operator"), .init("kind"), .init("output"), .init("read"))
    for entry in outline.operators {
      table.addRow([
        entry.name.narrowed(to: 32), entry.kind.narrowed(to: 22),
        entry.output.map { $0.map { $0.map(String.init) ?? "?" }.joined(separator: "x") } ?? "",
        entry.isSupported ? "yes" : "no",
      ])
    }
    return table.rendered()
  }

  // MARK: for programs

  func json() throws -> JSONValue {
    .object(
      [
        ("file", .string(path)), ("format", .string(format)), ("error", .string(description)),
        ("file_bytes", .null), ("arena_bytes", .null),
      ] + (try network.map(Self.members) ?? operators.map(Self.members) ?? []))
  }

  private static func members(_ network: NetworkDescription) throws -> [(name: String, value: JSONValue)] {
    let rows = try NetworkSummary(network).rows()
    return [
      ("parameters", .integer(rows.reduce(0) { $0 + $1.parameters })),
      ("multiply_adds", .integer(rows.reduce(0) { $0 + $1.multiplyAdds })),
      (
        "layers",
        .array(
          rows.map { row in
            .object([
              ("name", .string(row.name)), ("kind", .string(row.kind)),
              (
                "shape",
                .array([row.output.height, row.output.width, row.output.channels].map { .integer($0) })
              ),
              ("parameters", .integer(row.parameters)), ("multiply_adds", .integer(row.multiplyAdds)),
            ])
          })
      ),
    ]
  }

  private static func members(_ outline: ModelOutline) -> [(name: String, value: JSONValue)] {
    let list = outline.operators.map { entry in
      JSONValue.object([
        ("name", .string(entry.name)), ("kind", .string(entry.kind)),
        ("shape", entry.output.map { .array($0.map { $0.map { .integer($0) } ?? .null }) } ?? .null),
        ("supported", .bool(entry.isSupported)),
      ])
    }
    return [("parameters", .null), ("multiply_adds", .null), ("layers", .array(list))]
  }

  private var network: NetworkDescription? {
    if case .network(let network) = content { return network }
    return nil
  }

  private var operators: ModelOutline? {
    if case .operators(let outline) = content { return outline }
    return nil
  }
}

extension String {
  /// Cut in the middle, where names that a program made differ least.
  func narrowed(to width: Int) -> String {
    let text = shown
    guard text.count > width else { return text }
    let start = (width - 1) / 2
    return "\(text.prefix(start))…\(text.suffix(width - 1 - start))"
  }
}
