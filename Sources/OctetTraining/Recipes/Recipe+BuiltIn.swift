import OctetNetwork

extension Recipe {
  /// The recipes that come with Octet, by name. Their text is the `.network` files beside this one.
  package static let builtIn: [String: String] = [
    "binary-dense": text(PackageResources.binary_dense_network),
    "binary-metrics": text(PackageResources.binary_metrics_network),
    "dense-dropout": text(PackageResources.dense_dropout_network),
    "cnn-deep": text(PackageResources.cnn_deep_network),
    "cnn-two-pool": text(PackageResources.cnn_two_pool_network),
    "vgg-small": text(PackageResources.vgg_small_network),
    "resnet-small": text(PackageResources.resnet_small_network),
  ]

  /// In the order in which they are listed.
  package static let builtInNames = [
    "binary-dense", "binary-metrics", "dense-dropout", "cnn-deep", "cnn-two-pool", "vgg-small",
    "resnet-small",
  ]

  /// The recipe of that name, or nil when there is none.
  package static func named(_ name: String) throws(NetworkError) -> Recipe? {
    guard let text = builtIn[name] else { return nil }
    return try Recipe(text: text, name: name)
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
