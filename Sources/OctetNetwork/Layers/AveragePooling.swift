/// The mean of each channel under a window, over the cells that lie on the input.
package struct AveragePooling: PoolingSpecification {
  package static let keyword = "averagepool"
  package static let grammar = "averagepool \(Window.grammar)"
  package static let summary = "mean of the window's cells that lie on the input; the stride likewise"

  package let window: Window

  package init(window: Window) { self.window = window }
}
