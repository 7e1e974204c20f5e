import OctetNetwork
import OctetTraining

/// The place of the largest value along an axis, with which classifiers and maps of classes may end. Octet gives the
/// values themselves, of which a reader chooses; `octet predict` chooses for models of other formats.
enum LargestPlace: TranslatedKind {
  static let onnx = [ONNXOperator("ArgMax", becomes: becomes, if: conditions, readONNX)]
  static let lite = [LiteOperator("ARG_MAX", becomes: becomes, if: conditions, readLite)]

  private static let becomes = "nothing: the output has the values"
  private static let conditions = "at the end, the first of equal values"

  private static func readONNX(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let axis = try view.axis(attributes.integer("axis", otherwise: 0))
    let keepsAxis = try attributes.integer("keepdims", otherwise: 1) != 0
    guard try attributes.integer("select_last_index", otherwise: 0) == 0 else {
      throw GraphFailure("takes the last of equal values (select_last_index); the first is supported")
    }
    try model.give(node, view.choosing(ArrayChoice(axis: axis, keepsAxis: keepsAxis)))
  }

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try model.view(node)
    let axes = try model.integers(node, 1)
    guard axes.count == 1 else { throw GraphFailure("chooses along \(axes.count) axes; one is supported") }
    let axis = try ArrayShapes.places(axes, rank: view.axes.count + 1).first ?? 0
    guard axis > 0 else { throw GraphFailure("chooses among the items of a batch") }
    try model.giveChoice(node, view.choosing(ArrayChoice(axis: axis - 1, keepsAxis: false)))
  }
}

extension ArrayView {
  fileprivate func choosing(_ choice: ArrayChoice) -> ArrayView {
    var view = self
    view.choice = choice
    return view
  }

  /// Throws where a choice was made of the elements, which no operator can compute with.
  func requireValues() throws(GraphFailure) {
    guard choice == nil else {
      throw GraphFailure("reads places that ArgMax gives, which are supported as an output only")
    }
  }
}
