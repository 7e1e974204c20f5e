/// A table of a page; the first column names the row.
package struct PageTable: Sendable {
  let title: String
  let columns: [String]
  private(set) var rows: [[String]] = []
  /// Columns of words, which are aligned to the left and broken where they are long.
  let wordColumns: Set<Int>
  /// Opened by a click: for those who cannot see the picture that it repeats.
  let isFolded: Bool

  package init(
    _ title: String, columns: [String], words wordColumns: Set<Int> = [], isFolded: Bool = false
  ) {
    self.title = title
    self.columns = columns
    self.wordColumns = wordColumns
    self.isFolded = isFolded
  }

  package mutating func add(_ row: [String]) {
    precondition(row.count == columns.count, "one cell for each column")
    rows.append(row)
  }

  func write(to page: inout Markup) {
    if rows.isEmpty { return }
    if isFolded {
      page.element("details", ["class": "table"]) { page in
        page.element("summary", text: title)
        writeTable(&page)
      }
    } else {
      page.element("div", ["class": "table"]) { page in
        if !title.isEmpty { page.element("h3", text: title) }
        writeTable(&page)
      }
    }
  }

  private func writeTable(_ page: inout Markup) {
    page.element("div", ["class": "scroll"]) { page in
      page.element("table") { page in
        page.element("thead") { page in
          page.element("tr") { page in
            for (index, column) in columns.enumerated() {
              page.element(
                "th", isWords(index) ? ["scope": "col", "class": "l"] : ["scope": "col"], text: column)
            }
          }
        }
        page.element("tbody") { page in
          for row in rows {
            page.element("tr") { page in
              for (index, cell) in row.enumerated() {
                if index == 0 {
                  page.element("th", ["scope": "row", "class": "l"], text: cell)
                } else {
                  page.element("td", isWords(index) ? ["class": "l w"] : [:], text: cell)
                }
              }
            }
          }
        }
      }
    }
  }

  private func isWords(_ index: Int) -> Bool { index == 0 || wordColumns.contains(index) }
}
