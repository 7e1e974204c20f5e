/// Finds the word that was probably meant.
package enum Spelling {
  /// The candidate nearest to `word`, when one is near enough to be worth showing: at most a third of its letters
  /// wrong, or the only one that starts with `word`.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    let typed = Array(word.lowercased())
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let letters = Array(candidate.lowercased())
      let distance = distance(typed, letters)
      let limit = max(1, max(typed.count, letters.count) / 3)
      guard distance <= limit, distance < letters.count, distance < best?.distance ?? .max else { continue }
      best = (candidate, distance)
    }
    if let best { return best.candidate }
    let completed = candidates.filter { typed.count >= 2 && $0.lowercased().hasPrefix(word.lowercased()) }
    return completed.count == 1 ? completed[0] : nil
  }

  /// The least number of letters inserted, removed, replaced or swapped with their neighbour that turns one word into
  /// the other, no letter being edited twice (the restricted Damerau-Levenshtein distance).
  package static func distance(_ first: [Character], _ second: [Character]) -> Int {
    // Three rows of the table: the one before last is needed for swaps.
    var beforeLast = [Int](repeating: 0, count: second.count + 1)
    var last = Array(0...second.count)
    for row in first.indices {
      var current = [row + 1]
      for column in second.indices {
        let replaced = last[column] + (first[row] == second[column] ? 0 : 1)
        var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[second.count]
  }
}
