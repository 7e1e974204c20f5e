import Octet

/// Counts where a session runs, which has one thread.
package final class MultiplyAddCounter {
  package var multiplyAdds: UInt64 = 0

  package init() {}
}

/// The plain kernels, with their products counted: an oracle of what the loader says a layer takes. Tools/fuzzing/fuzz
/// compiles this file too.
package struct CountingKernels: RowKernels {
  private let counter: MultiplyAddCounter
  private let plain = PlainKernels()

  package init(counter: MultiplyAddCounter) { self.counter = counter }

  private func count(_ row: ConvolutionRow, channels: Int) {
    let places = row.outputWidth * row.poolHeight * row.poolWidth * row.outputChannels
    counter.multiplyAdds += UInt64(places * row.windowHeight * row.windowWidth * channels)
  }

  private func count(_ row: DenseRow) { counter.multiplyAdds += UInt64(row.count * row.outputs) }

  package func convolve(_ row: ConvolutionRow) {
    count(row, channels: row.inputChannels)
    plain.convolve(row)
  }

  package func convolveDepthwise(_ row: ConvolutionRow) {
    count(row, channels: 1)
    plain.convolveDepthwise(row)
  }

  package func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
    count(row)
    plain.fold(row, into: accumulators)
  }

  package func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    count(row)
    plain.multiply(row, output, to: target)
  }

  package func convolve(packed row: ConvolutionRow) {
    count(row, channels: row.inputChannels)
    plain.convolve(packed: row)
  }

  package func convolveDepthwise(packed row: ConvolutionRow) {
    count(row, channels: 1)
    plain.convolveDepthwise(packed: row)
  }

  package func fold(packed row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
    count(row)
    plain.fold(packed: row, into: accumulators)
  }

  package func multiply(packed row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    count(row)
    plain.multiply(packed: row, output, to: target)
  }
}
