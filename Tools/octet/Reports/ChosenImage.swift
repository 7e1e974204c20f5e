import OctetCommandLine
import OctetData
import OctetNetwork
import OctetReports

/// The picture whose way through the network is drawn.
struct ChosenImage {
  let images: LabeledImages
  let index: Int
  let answers: ClassAnswers

  var pixels: [UInt8] { Array(images.pixels[index * images.shape.count..<(index + 1) * images.shape.count]) }

  var picture: PalettePicture { images.picture(index) }

  /// What it truly is, the answer, which one it is.
  var lines: [String] {
    let names = images.classNames
    let sure = answers.hasProbabilities ? " (\(NumberText.percent(answers.confidence(index))))" : ""
    return [
      names[Int(images.labels[index])], "taken for \(names[answers.classes[index]])\(sure)", "no. \(index)",
    ]
  }
}
