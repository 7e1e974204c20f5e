import OctetCommandLine
import OctetHost
import OctetReports
import OctetText

/// The options `--report` and `--svg`, shared by every command that can show what it found as pictures.
enum ReportOption {
  /// Why data without classes is refused.
  static let purpose = "a page shows items by their class and needs"

  static let page = OptionDescription(
    "report", takes: .output("FILE.html"), help: "also write a self-contained page with pictures")
  static let pictures = OptionDescription(
    "svg", takes: .outputFolder(of: ".svg"), help: "also write the pictures as SVG files")
  static let all = [page, pictures]

  /// Where pictures shall go; nil if none are asked for. Checked before any work begins.
  static func target(_ arguments: ParsedArguments) throws -> ReportTarget? {
    try ReportTarget(page: arguments.value("report"), folder: arguments.value("svg"))
  }
}

/// Where a page and its single pictures go.
struct ReportTarget {
  let page: String?
  let folder: String?

  init?(page: String?, folder: String?) throws {
    if page == nil, folder == nil { return nil }
    if let page { try AtomicFile.requireWritable(path: page) }
    if let folder { try Folder.createForOutput(folder) }
    self.page = page
    self.folder = folder
  }

  /// Each file appears whole or not at all.
  func write(_ content: Page) throws {
    if let page { try AtomicFile.write(path: page, bytes: Array(content.html.utf8)) }
    guard let folder else { return }
    for (name, svg) in content.pictures {
      try AtomicFile.write(path: Folder.join(folder, name), bytes: Array(svg.utf8))
    }
  }

  /// A line for people.
  var announcement: String {
    let places = [page, folder.map { "pictures in \($0)" }].compactMap { $0?.shown }
    return "Wrote \(places.joined(separator: " and "))\n"
  }
}

extension Page {
  /// A page of this program.
  init(title: String, about: String, _ sections: [Section]) {
    self.init(title: title, about: about, sections: sections, version: Main.version)
  }
}
