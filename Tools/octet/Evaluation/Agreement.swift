import OctetCommandLine
import OctetTraining

/// What a float model and the int8 model made from it say of items whose classes are not known: how often they agree.
struct Agreement {
  let items: Int
  /// Those that the two put in different classes.
  let changed: Int

  private var share: Double { items == 0 ? 1 : Double(items - changed) / Double(items) }

  /// For people.
  var text: String {
    """
    Test items: \(NumberText.grouped(items)), without classes, so the accuracy is not known
    float and int8 answer the same for \(NumberText.percent(share, decimals: 2)): \
    \(NumberText.grouped(changed)) of \(NumberText.grouped(items)) changed class

    """
  }

  /// For programs.
  var members: [(name: String, value: JSONValue)] {
    [("images", .integer(items)), ("changed", .integer(changed)), ("agreement", .number(share))]
  }
}
