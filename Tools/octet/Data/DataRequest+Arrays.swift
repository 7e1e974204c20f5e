import OctetData
import OctetHost
import OctetNetwork
import OctetTraining

extension DataRequest {
  /// Brings the items of an array into the order and shape of the model's input.
  ///
  /// An array has the axes of the model's own format, such as channels, rows, columns for an ONNX file that says so.
  /// Axes of one place may be there or not. Items that do not fit so may have rows, columns, channels, and a row of
  /// numbers may stand for all of them in the model's own order. Without a model nothing is done.
  func arranged(_ data: DataSet, axes: [Int], path: String) throws(FileError) -> DataSet {
    guard let input else { return data }
    let layout = layout ?? ArrayLayout(input)
    func sides(_ shape: [Int]) -> [Int] { shape.filter { $0 != 1 } }
    let found = sides(axes)
    if found == sides(layout.shape) || (found.count <= 1 && data.train.shape.count == input.count) {
      return data.mapping { items in
        LabeledItems(
          shape: input, values: layout.places.map(items.values.reordered) ?? items.values,
          targets: items.targets)
      }
    }
    if found == sides([input.height, input.width, input.channels]) {
      return data.mapping { LabeledItems(shape: input, values: $0.values, targets: $0.targets) }
    }
    // A flat input takes the values of a picture in their order.
    if input.takes(data.train.shape) { return data }
    throw FileError(
      path, "its items have the shape \(axes), \(model ?? "the network") takes \(layout.shape)",
      advice: "give an array of the shape \([data.train.count] + layout.shape)")
  }
}
