import Foundation
import OctetHostKernels
import OctetImages
import OctetQuantization

// Images to choose scales with: here digits that Octet draws. Your own are bytes in an ImageSet.
let images = ImageSet.syntheticDigits(count: 200)
let folder = CommandLine.arguments[2]

// A float model of Keras, PyTorch, TensorFlow Lite or Octet.
let float = try FloatModel(importing: CommandLine.arguments[1])
let quantized = try float.quantized(with: images)
try quantized.write(to: folder + "/digits.octet")

// What quantization changed.
let comparison = try quantized.compared(with: float, on: images)
print("\(comparison.images) images, \(comparison.changed) answers changed")

// The file alone is what a program needs later.
let file = try Data(contentsOf: URL(filePath: folder + "/digits.octet"))
let classifier = try Classifier([UInt8](file))

// A picture on disk.
let drawn = try Picture(width: images.width, height: images.height, pixels: images[3])
try Data(drawn.png).write(to: URL(filePath: folder + "/digit.png"))

// From a picture to its class.
let picture = try Picture(path: folder + "/digit.png")
let found = try classifier.classify(picture.fitted(for: classifier.model).pixels)
print("a \(classifier.labels[found.classIndex]), drawn as \(images.labels[3])")
