extension ConfusionMatrix {
  /// The accuracy that answers as frequent as these would have if they had nothing to do with the images.
  package var chanceAccuracy: Double {
    guard total > 0 else { return 0 }
    let whole = Double(total)
    return counts.indices.reduce(0) { sum, index in
      let truths = counts[index].reduce(0, +)
      let answers = counts.reduce(0) { $0 + $1[index] }
      return sum + Double(truths) / whole * Double(answers) / whole
    }
  }

  /// Images below which an accuracy near chance can be chance itself.
  private static let fewestImages = 20
  /// Cohen's kappa below which answers are as good as blind: 0 is chance, 1 is all right. Always answering the most
  /// frequent class gives 0 too, however frequent it is.
  private static let leastKappa = 0.1

  /// Whether the answers say next to nothing about the images. False where too few images, or images of one class only,
  /// cannot show it.
  package var isNearChance: Bool {
    let truths = counts.filter { row in row.contains { $0 > 0 } }.count
    let chance = chanceAccuracy
    guard total >= Self.fewestImages, truths > 1, chance < 1 else { return false }
    return (accuracy - chance) / (1 - chance) < Self.leastKappa
  }
}
