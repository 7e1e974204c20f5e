import Foundation
import OctetData
import OctetHost
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetTraining
import Testing

@Suite struct PageTests {
  @Test
  func `is well formed and runs nothing, whatever classes, files and layers are called`() throws {
    let html = SamplePage.page().html
    let page = PageInspection.of(html)
    #expect(!html.contains("<script"))
    #expect(!html.contains("\u{202E}"))
    #expect(page.text.contains("<script>alert('x')</script>\"&\\u{202e}\\u{a}"))
    #expect(html.contains("default-src 'none'") || html.contains("default-src &#39;none&#39;"))
    #expect((page.elements["svg"] ?? 0) > 50)
    #expect(page.elements["section"] == 6)
  }

  @Test
  func `has the same bytes each time`() {
    #expect(SamplePage.page().html == SamplePage.page().html)
  }

  @Test
  func `gives single pictures that are files of their own, under names that fit any folder`() throws {
    let pictures = SamplePage.page().pictures
    #expect(Set(pictures.map(\.name)).count == pictures.count)
    for (name, svg) in pictures {
      #expect(
        name.hasSuffix(".svg")
          && name.dropLast(4).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") },
        "\(name)")
      let inspection = PageInspection.of(svg)
      #expect(inspection.elements["title"] != nil && inspection.elements["desc"] == 1)
      #expect(svg.contains("xmlns=\"http://www.w3.org/2000/svg\""))
    }
    let names = pictures.map(\.name)
    for wanted in [
      "samples.svg", "balance.svg", "means.svg", "loss.svg", "accuracy.svg", "learning-rate.svg", "time.svg",
      "confusion.svg",
      "scores.svg", "calibration.svg", "mistakes.svg", "changed.svg", "network.svg", "arena.svg",
      "filters.svg", "answers.svg",
    ] { #expect(names.contains(wanted), "\(wanted)") }
  }

  @Test
  func `says the numbers it was given`() {
    let images = SamplePage.images()
    let answers = SamplePage.answers(images)
    let confusion = answers.confusion(images)
    let section = EvaluationSection(images: images, answers: answers).section
    let page = PageInspection.of(Page(title: "t", about: "a", sections: [section], version: "1").html)
    #expect(confusion.total - confusion.correct == 43)
    #expect(page.text.contains("85.67 %"))
    #expect(page.text.contains("Mistakes43"))
    for (truth, row) in confusion.counts.enumerated() {
      for (answer, count) in row.enumerated() where count > 0 {
        let share = String(format: "%.2f", 100 * Double(count) / Double(row.reduce(0, +)))
        let names = images.classNames.map { $0.replacing("\u{202E}\n", with: "\\u{202e}\\u{a}") }
        #expect(page.text.contains("\(names[truth]) taken for \(names[answer]): \(count) (\(share) %)"))
      }
    }
  }

  @Test
  func `does without images of a class, without mistakes, and with two classes`() {
    let shape = ImageShape(height: 5, width: 3, channels: 2)
    let images = LabeledItems(
      shape: shape, pixels: [UInt8](repeating: 7, count: 60), labels: [0, 0], classNames: ["a", "b"])
    let answers = ClassAnswers(classes: [0, 0], probabilities: [], classCount: 2)
    let html = Page(
      title: "", about: "",
      sections: [
        DataSection(parts: [("Images", images)]).section,
        EvaluationSection(images: images, answers: answers).section,
        ComparisonSection(images: images, float: answers, quantized: answers).section,
        TrainingSection(
          history: [
            EpochRecord(
              epoch: 1, learningRate: 0, loss: .infinity, accuracy: 0, seconds: 0, imagesPerSecond: 0)
          ], settings: [], keepsBest: true
        ).section,
        ClassificationSection(classNames: ["a", "b"]).section,
      ], version: "1"
    ).html
    _ = PageInspection.of(html)
    #expect(!html.contains("nan"))
  }

  @Test
  func `pictures lead to the sections that explain them, which the contents leave out`() {
    let images = LabeledItems(
      shape: ImageShape(height: 2, width: 2, channels: 1), pixels: [UInt8](repeating: 7, count: 8),
      labels: [0, 0],
      classNames: ["a", "b"])
    func answers(_ classes: [Int]) -> ClassAnswers {
      ClassAnswers(classes: classes, probabilities: [], classCount: 2)
    }
    let html = Page(
      title: "", about: "",
      sections: [
        ComparisonSection(
          images: images, float: answers([0, 0]), quantized: answers([1, 1]),
          explanations: [1: "explanation-1"]
        ).section,
        Section("explanation-1", title: "Why no. 1", isListed: false, []),
      ], version: "1"
    ).html
    #expect(html.components(separatedBy: "href=\"#explanation-1\"").count == 2)
    #expect(
      html.contains("<ul class=\"tiles roomy\"><li><svg")
        && html.contains("<li><a href=\"#explanation-1\"><svg"))
    #expect(html.contains("href=\"#comparison\""))
  }

  @Test
  func `shows large images and filters small`() {
    var random = RandomStream(seed: 1, purpose: .testing)
    let shape = ImageShape(height: 256, width: 200, channels: 3)
    let images = LabeledItems(
      shape: shape, pixels: (0..<4 * shape.count).map { _ in UInt8.random(in: 0...255, using: &random) },
      labels: [0, 0, 1, 1], classNames: ["a", "b"])
    let answers = ClassAnswers(classes: [1, 1, 0, 0], probabilities: [], classCount: 2)
    let filters = FirstFilters(
      name: "dense", shape: shape,
      filters: (0..<70).map { filter in (0..<shape.count).map { Float(($0 + filter) % 17) - 8 } })
    let map = FeatureMaps.Map(name: "map", shape: shape, values: (0..<shape.count).map { Float($0 % 31) })
    let html = Page(
      title: "", about: "",
      sections: [
        DataSection(parts: [("Images", images)]).section,
        EvaluationSection(images: images, answers: answers).section,
        NetworkSection(
          input: shape, layers: [], memoryMeaning: "", filters: filters,
          maps: FeatureMaps(image: images.picture(0), lines: [], maps: [map])
        ).section,
      ], version: "1"
    ).html
    _ = PageInspection.of(html)
    #expect(html.utf8.count < 500_000)
  }

  @Test
  func `draws a confusion matrix of many classes`() {
    let names = (0..<200).map { "class \($0)" }
    let shape = ImageShape(height: 2, width: 2, channels: 1)
    let images = LabeledItems(
      shape: shape, pixels: [UInt8](repeating: 0, count: 800), labels: (0..<200).map { UInt8($0) },
      classNames: names)
    let answers = ClassAnswers(classes: (0..<200).map { 199 - $0 }, probabilities: [], classCount: 200)
    let html = Page(
      title: "", about: "", sections: [EvaluationSection(images: images, answers: answers).section],
      version: "1"
    ).html
    _ = PageInspection.of(html)
    #expect(html.utf8.count < 1_000_000)
  }
}
