import OctetData
import OctetTraining

/// What a model answers to images.
package struct ClassAnswers: Sendable {
  /// The class of each image.
  package let classes: [Int]
  /// Those of an image side by side, one for each class; empty for a model without probabilities.
  package let probabilities: [Float]
  package let classCount: Int
  /// Whether the true class is among the five with the largest values, for each image; empty where it is not known.
  package let topFive: [Bool]

  package init(classes: [Int], probabilities: [Float], classCount: Int, topFive: [Bool] = []) {
    precondition(
      probabilities.isEmpty || probabilities.count == classes.count * classCount,
      "a probability for each image and class")
    self.classes = classes
    self.probabilities = probabilities
    self.classCount = classCount
    self.topFive = topFive
  }

  package var hasProbabilities: Bool { !probabilities.isEmpty }

  /// The probability that the model gives its own answer.
  package func confidence(_ image: Int) -> Double { probability(image, of: classes[image]) }

  package func probability(_ image: Int, of index: Int) -> Double {
    hasProbabilities ? Double(probabilities[image * classCount + index]) : 0
  }

  package func confusion(_ images: LabeledItems) -> ConfusionMatrix {
    var confusion = ConfusionMatrix(classNames: images.classNames)
    for (label, found) in zip(images.labels, classes) { confusion.add(truth: Int(label), predicted: found) }
    return confusion
  }
}
