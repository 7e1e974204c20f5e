import OctetReports

extension Page {
  /// A page of this program.
  init(title: String, about: String, _ sections: [Section]) {
    self.init(title: title, about: about, sections: sections, version: Main.version)
  }
}
