import OctetData
import OctetHost

/// Which items are anomalies, by their classes.
package struct Anomalies: Sendable {
  /// Of each item.
  package let isAnomaly: [Bool]
  /// The class of anomalies, or what they are called where there are several.
  package let name: String

  /// What the class of normal items is called.
  private static let normalNames: Set = ["normal", "good", "ok"]

  /// The named class; else all but the one that is called normal, good or ok; else the second of two. Nil where none of
  /// these is there.
  init?(_ items: LabeledItems, _ given: String?) throws(FileError) {
    let names = items.classNames
    if let given {
      guard names.contains(given) else {
        throw FileError(
          "--anomaly \(given)", "is not a class of the data",
          advice: "name one of \(names.prefix(12).joined(separator: ", "))")
      }
      self.init(items, [given], name: given)
      return
    }
    let normal = names.filter { Self.normalNames.contains($0.lowercased()) }
    let anomalies = normal.count == 1 ? names.filter { $0 != normal[0] } : names.count == 2 ? [names[1]] : []
    guard let first = anomalies.first else { return nil }
    self.init(items, Set(anomalies), name: anomalies.count == 1 ? first : "all but \(normal[0])")
  }

  private init(_ items: LabeledItems, _ anomalies: Set<String>, name: String) {
    let isOne = items.classNames.map(anomalies.contains)
    isAnomaly = items.labels.map { isOne[Int($0)] }
    self.name = name
  }
}
