/// Gives the names in an exported file another beginning than `octet`.
struct CNames {
  private let prefix: String

  /// - Parameter prefix: letters, digits and underscores, not beginning with a digit.
  init(_ prefix: String) { self.prefix = prefix }

  func replaced(in text: String) -> String {
    if prefix == "octet" { return text }
    let large = prefix.uppercased() + "_"
    // The chip is the same for all models of a program.
    return text.replacing("octet_", with: prefix + "_").replacing("OCTET_", with: large)
      .replacing("\(large)CHIP", with: "OCTET_CHIP")
  }
}
