import FoundationEssentials
import Octet
import OctetData
import OctetHost
import OctetNetwork

extension Recipe {
  /// A recipe that comes with Octet.
  ///
  /// - Parameter name: one of ``builtInNames``.
  /// - Throws: ``TrainingFailure`` of kind `recipe` if there is none of that name.
  public init(named name: String) throws(TrainingFailure) {
    guard let text = Self.builtIn[name] else {
      throw TrainingFailure(
        .recipe, "there is no recipe \"\(name)\"; there are: \(Self.builtInNames.joined(separator: ", "))")
    }
    try self.init(network: text, name: name)
  }

  /// A network of your own, and the settings to train it with: the text of a `.network` file.
  ///
  /// ```swift
  /// let recipe = try Recipe(network: """
  ///   input 28x28x1
  ///   conv 8 5x5 relu
  ///   maxpool 2x2
  ///   flatten
  ///   dense 10 softmax
  ///   epochs 3
  ///   """)
  /// ```
  ///
  /// - Parameters:
  ///   - text: lines as docs/NETWORKS.md describes them: the input, a layer per line, and settings.
  ///   - name: used unless the text has a `name` line.
  /// - Throws: ``TrainingFailure`` of kind `network` that names the line and what is wrong with it.
  public init(network text: String, name: String = "network") throws(TrainingFailure) {
    do throws(NetworkError) {
      try self.init(text: text, name: name)
    } catch {
      throw TrainingFailure(.network, error.description)
    }
  }

  /// Changes a setting, such as `epochs`, `learning-rate`, `batch`, `seed`, `augment` or `early-stopping`.
  ///
  /// - Parameters:
  ///   - setting: a name that docs/NETWORKS.md lists. `test-split` does nothing here: a program keeps the images that
  ///     it tests with apart itself.
  ///   - value: as it stands in a `.network` file, such as "0.001" or "full".
  /// - Throws: ``TrainingFailure`` of kind `setting` that says what was expected.
  public mutating func set(_ setting: String, to value: String) throws(TrainingFailure) {
    guard let known = TrainingSetting(rawValue: setting) else {
      let names = TrainingSetting.allCases.map(\.name).joined(separator: ", ")
      throw TrainingFailure(.setting, "there is no setting \"\(setting)\"; there are: \(names)")
    }
    do throws(SettingError) {
      try known.apply(value, to: &settings)
    } catch {
      throw TrainingFailure(.setting, error.description)
    }
  }

  /// Trains the recipe's network, or each of its networks, of which the one with the smallest validation loss is kept.
  ///
  /// The same images, settings and seed give the same weights on the same machine, with any number of threads. It takes
  /// seconds to hours and keeps the calling thread until then, so call it apart from whatever has to go on meanwhile.
  ///
  /// - Parameters:
  ///   - images: with labels, of the network's input shape or as many bytes as a flat input. A recipe with the setting
  ///     `digits` takes those classes only, and `validation-split` sets the last images apart.
  ///   - threads: 1 or more; nil for as many as the machine has cores.
  ///   - progress: called after each epoch, with the network's name and what the epoch showed.
  /// - Returns: the trained network. Where `early-stopping` is set it has the weights of its best epoch.
  /// - Throws: ``TrainingFailure`` if the images do not fit the network, or the loss is no longer a finite number.
  public func train(
    on images: ImageSet, threads: Int? = nil, progress: (_ network: String, EpochRecord) -> Void = { _, _ in }
  ) throws(TrainingFailure) -> FloatModel {
    let data = try chosen(images)
    let workers = Workers(threads: threads)
    let start = ContinuousClock.now
    var best: (trainer: Trainer, loss: Double)?
    for candidate in candidates {
      do throws(TrainingError) {
        let trainer = try Trainer(
          candidate.network, settings: settings, images: data, workers: workers,
          clock: { (ContinuousClock.now - start) / .seconds(1) })
        while !trainer.isFinished { progress(candidate.name, try trainer.runEpoch()) }
        trainer.finish()
        if best.map({ trainer.watchedLoss < $0.loss }) ?? true { best = (trainer, trainer.watchedLoss) }
      } catch {
        throw TrainingFailure(error)
      }
    }
    guard let trainer = best?.trainer else { preconditionFailure("every recipe has a network") }
    var model = FloatModel(
      network: trainer.network, classNames: trainer.meaning.isOfClasses ? data.classNames : [],
      pictureForm: PictureForm.of(recipe: name, for: data.shape, classNames: data.classNames),
      recipeName: name, settings: settings, history: trainer.history)
    if !trainer.meaning.isOfClasses { model.outputs[0].meaning = .numbers }
    return model
  }

  /// The images of the classes that the settings name, as many as they say.
  private func chosen(_ images: ImageSet) throws(TrainingFailure) -> LabeledItems {
    try images.requireLabels()
    var chosen = images
    if let digits = settings.digits { chosen = try images.keeping(classes: digits) }
    return PreparedData.limited(chosen.labeled, settings)
  }
}

extension Workers {
  /// - Parameter threads: nil for as many as there are cores.
  package convenience init(threads: Int?) {
    self.init(count: threads ?? ProcessInfo.processInfo.activeProcessorCount)
  }
}
