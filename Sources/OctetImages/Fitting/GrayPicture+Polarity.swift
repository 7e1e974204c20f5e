extension GrayPicture {
  /// Whether the picture has light ink on dark paper, by the rule for pictures of the model's size.
  package var hasLightInk: Bool {
    var canvas = InkCanvas()
    canvas.begin(width: width, height: height)
    for row in 0..<height {
      canvas.take(
        pixels.span.extracting(row * width..<(row + 1) * width), row: row, firstColumn: 0, columnStep: 1)
    }
    canvas.finish()
    return Polarity.hasLightInk(canvas, PictureFrame(canvas))
  }
}
