import OctetHostKernels
import OctetImages

/// The class of what a PNG file shows.
func classify(picture path: String, with classifier: Classifier) throws -> String {
  let picture = try Picture(path: path)
  let image = try picture.fitted(for: classifier.model)
  let found = try classifier.classify(image.pixels)
  return classifier.labels[found.classIndex]
}
