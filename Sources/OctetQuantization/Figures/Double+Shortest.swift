extension Double {
  /// The number with the fewest digits that is read back as this float: 0.001 and not 0.0010000000474974513, which is
  /// the float's value in full.
  package init(shortest float: Float) { self = Double("\(float)") ?? Double(float) }
}
