import OctetImages
import OctetInterchange
import OctetTraining
import TestSupport
import Testing
import Foundation

/// EXPERIMENT
@Suite struct FittingAccuracyTests {
  @Test func measure() throws {
    let environment = ProcessInfo.processInfo.environment
    guard let folder = environment["OCTET_MNIST"], let path = environment["OCTET_MODEL"] else { return }
    let count = Int(environment["OCTET_COUNT"] ?? "500") ?? 500
    let only = environment["OCTET_STYLE"]
    let model = try FloatModelFile.load(path: path)
    let workers = Workers(count: 1)
    let network = try model.makeNetwork(capacity: 100, workers: workers)
    let data = try MNISTFolder(folder).read()
    guard let test = data.test?.selecting(0..<count) else { return }
    func accuracy(_ images: LabeledImages) -> Double {
      let rows = network.outputs(images, activation: .softmax, workers: workers)
      var right = 0
      for (row, label) in zip(rows, images.labels) {
        if row.indices.max(by: { row[$0] < row[$1] }) == Int(label) { right += 1 }
      }
      return Double(right) / Double(images.count)
    }
    print("original \(accuracy(test))")
    guard let options = PictureFitting() else { return }
    var fitter = PictureFitter(options)
    for style in RenderedDigit.Style.allCases where only == nil || only == style.rawValue {
      var random = RandomStream(seed: 9, purpose: .testing)
      var pixels: [UInt8] = []
      var failures = 0
      var wrongPolarity = 0
      var thickened = 0
      var seconds = 0.0
      for index in 0..<count {
        let digit = Array(test.pixels[index * 784..<index * 784 + 784])
        let picture = RenderedDigit(digit: digit).picture(style, &random)
        let file = PNGWriter.encode(width: picture.width, height: picture.height, pixels: picture.pixels.span)
        let start = Date()
        do {
          let fitted = try file.withUnsafeBytes { try fitter.fit(bytes: $0, name: "x") }
          pixels += fitted.pixels
          if fitted.isInverted != (style != .large) { wrongPolarity += 1 }
          if fitted.isThickened { thickened += 1 }
        } catch {
          failures += 1
          pixels += [UInt8](repeating: 0, count: 784)
        }
        seconds += Date().timeIntervalSince(start)
        if index < 12, environment["OCTET_DUMP"] != nil {
          let start = pixels.count - 784
          try Data(PNGWriter.encode(width: 28, height: 28, pixels: Array(pixels[start...]).span)).write(
            to: URL(filePath: "/tmp/img-\(style.rawValue)-\(index).png"))
          if index < 3 { try Data(file).write(to: URL(filePath: "/tmp/src-\(style.rawValue)-\(index).png")) }
        }
      }
      let images = LabeledImages(
        shape: test.shape, pixels: pixels, labels: test.labels, classNames: test.classNames)
      let mass = pixels.reduce(0) { $0 + Int($1) } / count / 784
      print(
        "\(style.rawValue): \(accuracy(images)) failures \(failures) polarity \(wrongPolarity) thickened \(thickened) mass \(mass) ms \(seconds * 1000 / Double(count))"
      )
    }
  }

  @Test func exactPolarity() throws {
    let environment = ProcessInfo.processInfo.environment
    guard let folder = environment["OCTET_MNIST"], environment["OCTET_STYLE"] == "exact" else { return }
    let data = try MNISTFolder(folder).read()
    var fitter = PictureFitter(PictureFitting()!)
    for set in [data.train, data.test!] {
      var wrong = 0
      let start = Date()
      for index in 0..<set.count {
        let digit = Array(set.pixels[index * 784..<index * 784 + 784])
        let file = PNGWriter.encode(width: 28, height: 28, pixels: digit.span)
        let fitted = try file.withUnsafeBytes { try fitter.fit(bytes: $0, name: "x") }
        if fitted.pixels != digit { wrong += 1 }
      }
      print(
        "exact: wrong \(wrong) of \(set.count), us \(Date().timeIntervalSince(start) * 1e6 / Double(set.count))"
      )
    }
  }
}
