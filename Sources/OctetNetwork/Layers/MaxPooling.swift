/// The largest value of each channel under a window.
package struct MaxPooling: PoolingSpecification {
  package static let keyword = "maxpool"
  package static let grammar = "maxpool \(Window.grammar)"
  package static let summary = "largest value in each window; the stride is the window size unless given"

  package let window: Window

  package init(window: Window) { self.window = window }
}
