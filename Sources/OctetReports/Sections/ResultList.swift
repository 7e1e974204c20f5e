/// Classified pictures of a page, each beside what the network saw and its answer.
package struct ResultList: Sendable {
  func write(to page: inout Markup) {}
}
