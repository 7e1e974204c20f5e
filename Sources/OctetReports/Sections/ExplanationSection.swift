import OctetCommandLine

/// What decided about one picture: answers, noise in each layer, the pixels that matter, what is near it in training.
package struct Explanation: Sendable {
  /// What a model says.
  package struct Answer: Sendable {
    package let model: String
    package let label: String
    /// Nil without probabilities.
    package let share: Double?

    package init(model: String, label: String, share: Double?) {
      self.model = model
      self.label = label
      self.share = share
    }
  }

  /// A layer's values on this picture in both models.
  package struct Layer: Sendable {
    package let name: String
    package let kind: String
    /// The power of the float values over that of what int8 differs from them; infinite without a difference.
    package let decibels: Double
    package let meanFloat: Double
    package let meanInteger: Double
    package let largestDifference: Double

    package init(
      name: String, kind: String, decibels: Double, meanFloat: Double, meanInteger: Double,
      largestDifference: Double
    ) {
      self.name = name
      self.kind = kind
      self.decibels = decibels
      self.meanFloat = meanFloat
      self.meanInteger = meanInteger
      self.largestDifference = largestDifference
    }
  }

  /// A training picture that is like this one.
  package struct Neighbor: Sendable {
    package let label: String
    package let number: Int
    package let distance: Double
    package let picture: PalettePicture

    package init(label: String, number: Int, distance: Double, picture: PalettePicture) {
      self.label = label
      self.number = number
      self.distance = distance
      self.picture = picture
    }
  }

  package let picture: PictureTile
  /// Nil where it is not known.
  package let truth: String?
  package let answers: [Answer]
  package let layers: [Layer]
  /// For each pixel how much the lead of the answer over the other class falls where it is covered, in steps of the
  /// logits; below zero where it rises.
  package let effects: [Int]
  /// Whose lead, and over which class.
  package let classes: (answer: String, other: String)
  /// The lead without anything covered.
  package let lead: Int
  package let neighbors: [Neighbor]
  /// Why there are none.
  package let note: String?

  package init(
    picture: PictureTile, truth: String?, answers: [Answer], layers: [Layer], effects: [Int],
    classes: (answer: String, other: String), lead: Int, neighbors: [Neighbor], note: String?
  ) {
    self.picture = picture
    self.truth = truth
    self.answers = answers
    self.layers = layers
    self.effects = effects
    self.classes = classes
    self.lead = lead
    self.neighbors = neighbors
    self.note = note
  }
}

extension Explanation {
  /// - Parameters:
  ///   - identifier: names the section in links.
  ///   - isListed: whether the contents of the page name it.
  package func section(_ identifier: String, title: String, isListed: Bool = true) -> Section {
    var facts = answers.map { answer in
      Section.Fact(
        answer.model,
        answer.label + (answer.share.map { " (\(NumberText.percent($0, decimals: 2)))" } ?? ""))
    }
    if let truth { facts.insert(.init("True class", truth), at: 0) }
    facts.append(
      .init("Lead of \(classes.answer) over \(classes.other)", "\(NumberText.grouped(lead)) steps"))
    var blocks: [Section.Block] = [.facts(facts), .gallery(pictures)]
    if !layers.isEmpty { blocks += [.figures([noise]), .table(table)] }
    for label in labels {
      blocks.append(.gallery(gallery(label)))
    }
    if let note { blocks.append(.paragraph(note)) }
    return Section(identifier, title: title, isListed: isListed, blocks)
  }

  private var pictures: Gallery {
    let limit = Float(effects.map(abs).max() ?? 0)
    let heat = PalettePicture(
      diverging: effects.map(Float.init), limit: limit, width: picture.width, height: picture.height)
    return Gallery(
      name: "pixels", title: "The pixels that matter",
      caption: """
        Blue pixels speak for \(classes.answer), orange ones for \(classes.other): the lead falls, or rises, where a \
        patch over them is covered. The strongest changes it by \(NumberText.grouped(Int(limit))) steps.
        """,
      tiles: [
        Gallery.Tile(picture.picture(), lines: ["input"], alternative: "what the network sees"),
        Gallery.Tile(
          heat, lines: ["effect"],
          alternative: "how much each pixel speaks for \(classes.answer) rather than \(classes.other)"),
      ], isRoomy: true)
  }

  private var noise: Figure {
    let chart = BarChart(
      rows: layers.map { layer in
        let text = layer.decibels == .infinity ? "exact" : NumberText.fixed(layer.decibels, decimals: 1)
        return BarChart.Row(
          label: layer.name,
          bars: [.init(value: layer.decibels.isFinite ? layer.decibels : nil, text: text, style: .first)])
      },
      alternative: "Signal to noise of each layer: "
        + layers.map { "\($0.name) \(NumberText.fixed($0.decibels, decimals: 1)) dB" }.joined(separator: ", ")
    )
    return Figure(
      name: "noise", title: "Signal to noise on this picture, in dB",
      caption: "Float values over what int8 differs from them. Below 10 dB little of the signal is left.",
      drawing: chart.drawing())
  }

  private var table: PageTable {
    var table = PageTable(
      "Float beside int8", columns: ["layer", "kind", "dB", "mean float", "mean int8", "largest difference"],
      words: [1])
    for layer in layers { table.add(cells(layer)) }
    return table
  }

  /// Of a table, on a page or a terminal.
  package func cells(_ layer: Layer) -> [String] {
    [
      layer.name, layer.kind,
      layer.decibels == .infinity ? "exact" : NumberText.fixed(layer.decibels, decimals: 1),
      NumberText.fixed(layer.meanFloat, decimals: 4), NumberText.fixed(layer.meanInteger, decimals: 4),
      NumberText.fixed(layer.largestDifference, decimals: 4),
    ]
  }

  /// The classes that neighbors were looked for in, in order.
  package var labels: [String] {
    neighbors.reduce(into: []) { if !$0.contains($1.label) { $0.append($1.label) } }
  }

  private func gallery(_ label: String) -> Gallery {
    Gallery(
      name: "neighbors-\(label)", title: "The nearest training pictures of \(label)",
      caption: "By the root of the mean square difference of pixels.",
      tiles: neighbors.filter { $0.label == label }.map { neighbor in
        Gallery.Tile(
          neighbor.picture,
          lines: [NumberText.fixed(neighbor.distance, decimals: 1), "no. \(neighbor.number)"],
          alternative: "training picture \(neighbor.number) of \(label), \(neighbor.distance) away")
      })
  }
}
