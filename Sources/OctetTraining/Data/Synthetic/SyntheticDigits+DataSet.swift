extension SyntheticDigits {
  /// The seed of the training images; the test images have the next one, so no image is in both.
  package static let usualSeed: UInt64 = 1

  /// Test images per training image, as in MNIST.
  private static let testShare = 6

  /// Data for when there is no other: always the same images, whatever seed the training has.
  package static func dataSet(count: Int = recommendedCount) -> DataSet {
    let train = generate(count: count, seed: usualSeed)
    let test = generate(count: max(count / testShare, 10), seed: usualSeed + 1)
    return DataSet(
      train: train, test: test,
      origin: "synthetic digits, \(DataSet.counts(train, test)), because no other data was found "
        + "(octet data fetch mnist downloads MNIST)")
  }
}
