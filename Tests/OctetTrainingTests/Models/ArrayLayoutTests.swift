import OctetTraining
import OctetNetwork
import Testing

@Suite struct ArrayLayoutTests {
  /// Two channels of 2x3, channels first.
  private let channelsFirst = ArrayLayout(shape: [2, 2, 3], places: [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])

  @Test func `channels first becomes channels last and back`() {
    let item = [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]
    let value = channelsFirst.value(item[...])
    #expect(value == [0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15])
    #expect(channelsFirst.item(value) == item)
    // A slice of many items does not begin at 0.
    #expect(channelsFirst.value(([7, 7, 7] + item)[3...]) == value)
    #expect(channelsFirst.count == 12)
  }

  @Test func `Octet's own layout moves nothing`() throws {
    let image = ArrayLayout(ImageShape(height: 2, width: 3, channels: 2))
    #expect(image.shape == [2, 3, 2] && image.places == nil)
    #expect(ArrayLayout(ImageShape(flat: 5)).shape == [5])
    #expect(image.value([1, 2, 3][...]) == [1, 2, 3] && image.item([1, 2, 3]) == [1, 2, 3])
  }

  @Test func `a model has the layout of its network`() throws {
    let model = try SampleModels.model()
    #expect(model.inputLayout == ArrayLayout(shape: [6, 6, 1]))
    #expect(model.outputLayout == ArrayLayout(shape: [3]))
  }
}
