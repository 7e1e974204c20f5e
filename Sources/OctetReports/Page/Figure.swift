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
