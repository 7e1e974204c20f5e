import OctetTraining

/// One training setting by name, as a file keeps it.
package struct SettingText: Hashable, Sendable {
  package let name: String
  package let value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

extension SettingText {
  static func list(_ settings: TrainingSettings) -> [SettingText] {
    list(Dictionary(settings.named.map { ($0.setting.name, $0.value) }) { first, _ in first })
  }

  /// A JSON object, its members in the list's order.
  static func json(_ list: [SettingText]) -> String {
    JSONValue.object(list.map { ($0.name, .string($0.value)) }).text
  }

  /// Members of a JSON object in the order of `TrainingSetting`, in which they can be applied; unknown ones last.
  static func list(_ members: [String: String]) -> [SettingText] {
    let known = TrainingSetting.allCases.map(\.name).filter { members[$0] != nil }
    let others = members.keys.filter { TrainingSetting(rawValue: $0) == nil }.sorted()
    return (known + others).map { SettingText(name: $0, value: members[$0] ?? "") }
  }
}
