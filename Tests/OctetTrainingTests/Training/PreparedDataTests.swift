import OctetData
import OctetHost
import OctetNetwork
import OctetTraining
import Testing

@Suite struct PreparedDataTests {
  private func images(_ count: Int, from start: Int = 0) -> LabeledItems {
    LabeledItems(
      shape: ImageShape(flat: 1), pixels: (start..<start + count).map { UInt8($0 % 256) },
      labels: (0..<count).map { UInt8($0 % 4) }, classNames: ["a", "b", "c", "d"])
  }

  @Test func `keeps the test images that there are`() throws {
    let data = DataSet(train: images(100), test: images(20, from: 200), origin: "here")
    let prepared = try PreparedData(data, settings: TrainingSettings())
    #expect(prepared.training.pixels == data.train.pixels && prepared.test.pixels == data.test?.pixels)
    #expect(prepared.origin == "here")
  }

  @Test func `holds out images that training never sees`() throws {
    var settings = TrainingSettings()
    settings.testSplit = 0.25
    let data = DataSet(train: images(100), test: images(20, from: 200), origin: "here")
    let prepared = try PreparedData(data, settings: settings)
    #expect(prepared.test.count == 25 && prepared.training.count == 75)
    #expect((prepared.test.pixels + prepared.training.pixels).sorted() == data.train.pixels)
    // Drawn at random, not from the end.
    #expect(prepared.test.pixels.contains { $0 < 50 } && prepared.test.pixels.contains { $0 >= 50 })
    settings.seed = 2
    #expect(try PreparedData(data, settings: settings).test.pixels != prepared.test.pixels)
  }

  @Test func `data without test images loses a fifth`() throws {
    let prepared = try PreparedData(
      DataSet(train: images(100), test: nil, origin: "table"), settings: TrainingSettings())
    #expect(prepared.test.count == 20)
    #expect(prepared.origin.contains("20 of them held out"))
  }

  @Test func `limits and filters before splitting`() throws {
    var settings = TrainingSettings()
    settings.digits = ["d", "b"]
    settings.images = 30
    settings.testSplit = 0.2
    let prepared = try PreparedData(DataSet(train: images(100), test: nil, origin: "x"), settings: settings)
    #expect(prepared.training.count == 24 && prepared.test.count == 6)
    #expect(prepared.training.classNames == ["d", "b"])
    settings.images = 2
    #expect(throws: FileError.self) {
      try PreparedData(DataSet(train: self.images(100), test: nil, origin: "x"), settings: settings)
    }
  }
}
