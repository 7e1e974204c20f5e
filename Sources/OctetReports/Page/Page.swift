/// One file that holds all it shows: no script, no request to anywhere, readable in any browser and on paper.
package struct Page: Sendable {
  package let title: String
  /// What the page is about, in a sentence.
  package let about: String
  package let sections: [Section]
  package let version: String

  package init(title: String, about: String, sections: [Section], version: String) {
    self.title = title
    self.about = about
    self.sections = sections
    self.version = version
  }

  /// The bytes of the file follow from the values alone: no date, no random name.
  package var html: String {
    var page = Markup()
    page.add(literal: "<!DOCTYPE html>\n")
    page.element("html", ["lang": "en"]) { page in
      page.element("head") { page in
        page.leaf("meta", ["charset": "utf-8"])
        // Should untrusted text ever get in as markup, the browser still runs and loads nothing.
        page.leaf(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
          ])
        page.leaf("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        page.leaf("meta", ["name": "generator", "content": "octet \(version)"])
        page.leaf("link", ["rel": "icon", "href": "data:,"])
        page.element("title", text: title)
        page.element("style") { page in
          page.add(literal: StyleSheet.colors)
          page.add(literal: StyleSheet.drawings)
          page.add(literal: StyleSheet.page)
        }
      }
      page.element("body") { page in
        page.element("header") { page in
          page.element("h1", text: title)
          page.element("p", ["class": "muted"], text: about)
          if sections.count > 1 { contents(&page) }
        }
        page.element("main") { page in
          for section in sections { section.write(to: &page) }
        }
        page.element("footer", text: "Made by octet \(version).")
      }
    }
    page.add(literal: "\n")
    return page.text
  }

  private func contents(_ page: inout Markup) {
    page.element("nav", ["aria-label": "Contents"]) { page in
      page.element("ul") { page in
        for section in sections where section.isListed {
          page.element("li") { page in
            page.element("a", ["href": "#\(section.identifier)"], text: section.title)
          }
        }
      }
    }
  }

  /// The pictures as single files: a name that is safe in any folder, and the text of the file.
  package var pictures: [(name: String, svg: String)] {
    var names: Set<String> = []
    return sections.flatMap(\.pictures).map { figure in
      var name = Self.fileName(figure.name)
      var number = 2
      while !names.insert(name).inserted {
        name = "\(Self.fileName(figure.name))-\(number)"
        number += 1
      }
      return ("\(name).svg", figure.drawing.file(title: figure.title))
    }
  }

  /// Names of layers are untrusted.
  private static func fileName(_ name: String) -> String {
    String(
      name.unicodeScalars.prefix(80).map { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
          ? Character(scalar) : "-"
      })
  }
}
