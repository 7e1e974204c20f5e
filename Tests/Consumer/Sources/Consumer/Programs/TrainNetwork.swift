import OctetTraining

/// A network that is trained on images, written as a float model.
func train(on images: ImageSet, to path: String) throws -> FloatModel {
  var recipe = try Recipe(
    network: """
      input 28x28x1
      conv 8 5x5 stride 2 relu
      maxpool 2x2
      flatten
      dense 10 softmax
      """, name: "small")
  try recipe.set("epochs", to: "4")
  let model = try recipe.train(on: images) { network, epoch in print(network, epoch.epoch, epoch.loss) }
  try model.write(to: path)
  return model
}
