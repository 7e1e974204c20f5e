import OctetData
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetTraining
import Testing

@Suite struct TerminalTextTests {
  private let plain = TerminalStyle(hasColor: false, width: 80)
  private let colored = TerminalStyle(hasColor: true, width: 80)

  @Test
  func `takes half blocks for ink where there is no colour`() {
    let tile = PictureTile(width: 4, height: 3, pixels: [255, 255, 0, 0, 255, 0, 255, 0, 0, 255, 0, 0])
    #expect(BlockPicture(tile, style: plain).lines == ["█▀▄ ", " ▀  "])
    #expect(
      BlockPicture(PictureTile(width: 2, height: 2, pixels: [0, 0, 255, 255]), style: colored).lines
        == ["\u{1B}[38;5;232;48;5;255m▀▀\u{1B}[0m"])
  }

  @Test
  func `draws bars to an eighth of a column`() {
    #expect(BarText.bar(0.5, width: 3) == "█▌")
    #expect(BarText.bar(1, width: 3) == "███")
    #expect(BarText.bar(7, width: 3) == "███")
    #expect(BarText.bar(.nan, width: 3) == "")
    #expect(BarText.sparkline([1, 2, 3, .infinity], width: 9) == "▁▅█")
    #expect(BarText.sparkline([0, 0, 8, 8], width: 2) == "▁█")
    #expect(BarText.sparkline([], width: 2) == "")
  }

  @Test
  func `steers the terminal only where colour is allowed, and never by a name`() {
    let images = LabeledItems(
      shape: ImageShape(height: 2, width: 2, channels: 1), pixels: [0, 255, 0, 255, 9, 9, 9, 9],
      labels: [0, 1],
      classNames: ["\u{1B}[31mred", "b"])
    let text = DataText(images, style: plain)
    let all =
      text.samples + text.balance + text.image(1)
      + AnswerText(
        seen: images.tile(0), classNames: images.classNames, probabilities: [60_000, 5_536], style: plain
      ).text
      + TrainingText(SamplePage.history, style: plain).text
      + ConfusionHeatText(SamplePage.answers(images).confusion(images), style: plain).text.replacing(
        "\u{1B}[31mred", with: "")
    #expect(!all.contains("\u{1B}"))
    let colours = DataText(images, style: colored).balance
    #expect(colours.contains("\u{1B}[38;5;74m") && !colours.contains("\u{1B}[31m"))
    #expect(text.samples.split(separator: "\n").allSatisfy { $0.last != " " })
  }

  @Test
  func `gives the cells of a confusion matrix a shade where there is colour, and the same text`() {
    var confusion = ConfusionMatrix(classNames: ["a", "bb"])
    for _ in 0..<99 { confusion.add(truth: 0, predicted: 0) }
    confusion.add(truth: 0, predicted: 1)
    for _ in 0..<1200 { confusion.add(truth: 1, predicted: 1) }
    let bare = ConfusionHeatText(confusion, style: plain).text
    #expect(bare == "       a     bb \na     99      1 \nbb     ·  1,200 \n")
    let shaded = ConfusionHeatText(confusion, style: colored).text
    #expect(shaded.replacing(/\u{1B}\[[0-9;]*m/, with: "") == bare)
    // Right answers are blue, a rare mistake the weakest orange, nothing is gray.
    #expect(shaded.contains("\u{1B}[38;5;231;48;5;32m    99 \u{1B}[0m"))
    #expect(shaded.contains("\u{1B}[38;5;231;48;5;58m     1 \u{1B}[0m"))
    #expect(shaded.contains("\u{1B}[38;5;245m     · \u{1B}[0m"))
  }

  @Test
  func `shows the probabilities of the likeliest classes in their order`() {
    let names = (0..<30).map { "c\($0)" }
    let probabilities = (0..<30).map { UInt32($0 == 4 ? 65_000 : 10 + $0) }
    let text = AnswerText(
      seen: PictureTile(width: 28, height: 28, pixels: [UInt8](repeating: 0, count: 784)), classNames: names,
      probabilities: probabilities, style: plain
    ).text
    let shown = text.split(whereSeparator: \.isWhitespace).map(String.init).filter { $0.hasPrefix("c") }
    #expect(shown == ["c4"] + (17..<30).map { "c\($0)" })
    #expect(text.contains("99.18 %"))
  }
}
