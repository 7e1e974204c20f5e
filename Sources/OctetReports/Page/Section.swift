/// A part of a page under one heading.
package struct Section: Sendable {
  /// What a section is made of.
  package enum Block: Sendable {
    case paragraph(String)
    /// Short sentences that point something out.
    case notes([String])
    /// The figures to see first.
    case facts([Fact])
    case figures([Figure])
    case gallery(Gallery)
    case table(PageTable)
    case results(ResultList)
  }

  /// One number and what it is.
  package struct Fact: Sendable {
    let name: String
    let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Names the section in links.
  package let identifier: String
  package let title: String
  /// Whether the contents of the page name the section; others are reached from pictures.
  package let isListed: Bool
  package var blocks: [Block]

  package init(_ identifier: String, title: String, isListed: Bool = true, _ blocks: [Block]) {
    self.identifier = identifier
    self.title = title
    self.isListed = isListed
    self.blocks = blocks
  }

  /// The pictures that can stand alone, in their order.
  package var pictures: [Figure] {
    blocks.flatMap { block -> [Figure] in
      switch block {
      case .figures(let figures): figures
      case .gallery(let gallery): gallery.tiles.isEmpty ? [] : [gallery.figure]
      default: []
      }
    }
  }

  func write(to page: inout Markup) {
    page.element("section", ["id": identifier]) { page in
      page.element("h2", text: title)
      for block in blocks { block.write(to: &page) }
    }
  }
}

extension Section.Block {
  fileprivate func write(to page: inout Markup) {
    switch self {
    case .paragraph(let text): page.element("p", text: text)
    case .notes(let notes):
      if notes.isEmpty { return }
      page.element("ul", ["class": "notes"]) { page in
        for note in notes { page.element("li", text: note) }
      }
    case .facts(let facts):
      page.element("dl", ["class": "facts"]) { page in
        for fact in facts {
          page.element("div") { page in
            page.element("dt", text: fact.name)
            page.element("dd", text: fact.value)
          }
        }
      }
    case .figures(let figures):
      if figures.isEmpty { return }
      page.element("div", ["class": "figures"]) { page in
        for figure in figures { figure.write(to: &page) }
      }
    case .gallery(let gallery): gallery.write(to: &page)
    case .table(let table): table.write(to: &page)
    case .results(let list): list.write(to: &page)
    }
  }
}

/// A drawing with its title and what there is to say about it.
package struct Figure: Sendable {
  /// The file name of the single picture, without `.svg`.
  package let name: String
  package let title: String
  package let caption: String
  /// Takes the whole width where others stand side by side.
  package let isWide: Bool
  package let drawing: Drawing

  package init(name: String, title: String, caption: String = "", isWide: Bool = false, drawing: Drawing) {
    self.name = name
    self.title = title
    self.caption = caption
    self.isWide = isWide
    self.drawing = drawing
  }

  func write(to page: inout Markup) {
    page.element("figure", isWide ? ["class": "wide"] : [:]) { page in
      page.element("h3", text: title)
      drawing.write(to: &page)
      if !caption.isEmpty { page.element("figcaption", text: caption) }
    }
  }
}
