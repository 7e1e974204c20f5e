import OctetCommandLine
import OctetNetwork
import OctetTraining

/// The network itself: its layers, what the first one learned to look for, and what all of them make of one picture.
package struct NetworkSection {
  private let input: ImageShape
  private let layers: [LayerFacts]
  private let memoryMeaning: String
  private let filters: FirstFilters?
  private let maps: FeatureMaps?
  private let arena: (parts: [ArenaPart], bytes: Int)?

  /// - Parameters:
  ///   - memoryMeaning: what the bytes of a layer are, in a sentence.
  ///   - arena: where everything lies in an integer model's memory.
  package init(
    input: ImageShape, layers: [LayerFacts], memoryMeaning: String, filters: FirstFilters?,
    maps: FeatureMaps?,
    arena: (parts: [ArenaPart], bytes: Int)? = nil
  ) {
    self.input = input
    self.layers = layers
    self.memoryMeaning = memoryMeaning
    self.filters = filters
    self.maps = maps
    self.arena = arena
  }

  package var section: Section {
    var facts: [Section.Fact] = [
      .init("Layers", "\(layers.count)"),
      .init("Parameters", NumberText.grouped(layers.reduce(0) { $0 + $1.parameters })),
      .init("Multiply-adds", NumberText.grouped(layers.reduce(0) { $0 + $1.multiplyAdds })),
    ]
    if let arena { facts.append(.init("Memory to run", "\(NumberText.grouped(arena.bytes)) bytes")) }
    var blocks: [Section.Block] = [.facts(facts)]
    var figures = [drawing]
    if let arena { figures.append(Self.map(arena.parts, arena.bytes)) }
    if let filters { figures.append(filters.figure) }
    blocks.append(.figures(figures))
    if let maps {
      blocks.append(.gallery(maps.picture))
      blocks.append(.figures(maps.figures))
    }
    return Section("network", title: "The network", blocks)
  }

  private var drawing: Figure {
    Figure(
      name: "network", title: "Layers",
      caption:
        """
        Blocks are as high and wide as their values; each doubling of the channels adds a sheet, or length \
        to a row of values. \(memoryMeaning)
        """,
      drawing: NetworkDrawing(input: input, layers: layers).drawing())
  }

  private static func map(_ parts: [ArenaPart], _ bytes: Int) -> Figure {
    Figure(
      name: "arena", title: "The memory while it runs",
      caption:
        """
        All of it, \(NumberText.grouped(bytes)) bytes. A ring holds the few rows of a tensor that are needed at \
        a time. What overlaps is needed at different times.
        """,
      drawing: ArenaMap(parts: parts, bytes: bytes).drawing())
  }
}
