import OctetData
import OctetHost
import OctetReports
import Testing

@Suite struct ResultListTests {
  private func page(_ section: ClassificationSection) -> String {
    Page(title: "t", about: "a", sections: [section.section], version: "1").html
  }

  @Test
  func `stays below 5 MB with all its digits`() {
    let digits = SyntheticDigits.generate(count: 1000, seed: 9)
    var section = ClassificationSection(classNames: digits.classNames)
    for index in 0..<10_000 {
      section.add(SamplePage.result(digits, index % 1000, name: "some-folder/of-digits/\(index)-label-7.png"))
    }
    let html = page(section)
    #expect(html.utf8.count < 5_000_000)
    #expect(!html.contains("left out"))
    #expect(PageInspection.of(html).elements["li"] == 10_000)
  }

  @Test
  func `stays below 5 MB whatever is in the pictures and in their names, and says what is missing`() {
    var random = RandomStream(seed: 4, purpose: .testing)
    let noise = PictureTile(
      width: 28, height: 28, pixels: (0..<784).map { _ in UInt8.random(in: 0...255, using: &random) })
    let other = PictureTile(width: 28, height: 28, pixels: noise.pixels.reversed())
    var section = ClassificationSection(classNames: ["\"\"\"\"", "b"])
    let name = String(repeating: "\"", count: 4000)
    for index in 0..<12_000 {
      let shift = index % 784
      let pixels = Array(noise.pixels[shift...] + noise.pixels[..<shift])
      section.add(
        PictureResult(
          name: name, original: PictureTile(width: 28, height: 28, pixels: pixels), seen: other, answer: 0,
          probabilities: [65_536, 0], truth: nil))
      section.add(failure: name, name: name)
    }
    let html = page(section)
    #expect(html.utf8.count < 5_000_000)
    #expect(section.side == nil)
    #expect(html.contains("Of 12,000 results the first 10,000 are shown."))
    #expect(html.contains("more results are left out: the page would be larger than 5 MB."))
    #expect(html.contains("The first 100 of 12,000 failures are listed."))
  }

  @Test
  func `shows every file beside what the network saw`() {
    let digits = SyntheticDigits.generate(count: 3, seed: 2)
    var section = ClassificationSection(classNames: digits.classNames)
    for index in 0..<3 { section.add(SamplePage.result(digits, index, name: "\(index).png")) }
    let page = PageInspection.of(page(section))
    #expect(page.elements["use"] == 3 && page.elements["ol"] == 1)
    #expect(page.labels.count { $0.hasPrefix("file, input; then ") && $0.hasSuffix(" 0.09 %") } == 3)
    for index in 0..<3 { #expect(page.text.contains("99.18 %") && page.text.contains("\(index).png")) }
  }
}
