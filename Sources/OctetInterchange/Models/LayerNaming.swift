import Octet
import OctetText

/// What layers are called that have no name of their own: by the word for their kind in network files and their number
/// among those of the kind.
package enum LayerNaming {
  /// - Parameter words: of the layers, in their order.
  package static func usual(_ words: [String]) -> [String] {
    var counts: [String: Int] = [:]
    return words.map { word in
      counts[word, default: 0] += 1
      return "\(word)-\(counts[word, default: 0])"
    }
  }

  /// What layers are called: each by its own name, if it has one that no other layer before it has, else by the usual
  /// one. All names differ, also from the input's.
  package static func unique(_ own: [String], words: [String]) -> [String] {
    var taken: Set<String> = ["input"]
    return zip(own, usual(words)).map { own, usual in
      var name = own.isEmpty || taken.contains(own) ? usual : own
      var number = 2
      while taken.contains(name) {
        name = "\(usual)-\(number)"
        number += 1
      }
      taken.insert(name)
      return name
    }
  }

  /// The names that an .octet file has to hold: empty for a layer that is called so anyway, and none where all are. A
  /// name that the file has no room for, or that cannot be shown as it is, is left out.
  package static func own(_ layers: [(name: String, word: String)]) -> [String] {
    let words = layers.map(\.word)
    let names = unique(
      layers.map { $0.name.utf8.count > 255 || !$0.name.isLabel ? "" : $0.name }, words: words)
    let stored = zip(names, usual(words)).map { $0 == $1 ? "" : $0 }
    return stored.contains { !$0.isEmpty } ? stored : []
  }
}

extension LayerKind {
  /// The word for such a layer in network files.
  package var networkWord: String { export.keyword }
}
