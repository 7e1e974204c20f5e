import Octet
import OctetHost
import OctetHostKernels
import Synchronization

/// Measures a model on this machine.
struct ModelBenchmark {
  let model: Model
  let kernels: HostKernels
  /// Images one after the other.
  let pixels: [UInt8]
  /// Repetitions of each measurement.
  let rounds: Int

  private var imageCount: Int { pixels.count / model.imageBytes }

  /// Images of a measurement of throughput.
  static let batch = 256
  /// Images that a thread takes at a time, so few that threads end together.
  private static let share = 16

  /// Seconds for one image at a time, each after the one before has its answer.
  func latency() -> Timings {
    let once = batchSeconds(images: 32)
    // Some 20 ms for each measurement.
    let images = min(max(Int(0.02 / max(once / 32, 1e-7)), 16), 200_000)
    return Timings((0..<rounds).map { _ in batchSeconds(images: images) / Double(images) })
  }

  /// Images per second on each of these numbers of threads, each thread with a session of its own over the shared
  /// weights: by the clock on the wall, from when the first begins to when the last is done.
  ///
  /// Each thread is bound to a processor, another one from turn to turn, and takes some images after others, so that
  /// one that the machine slows down for a while does less. The numbers of threads take turns, so that all of them meet
  /// with that.
  func throughputs(threads counts: [Int]) -> [Throughput] {
    // Some 50 ms for each measurement.
    let batches = max(1, Int(0.05 / max(batchSeconds(images: Self.batch), 1e-6)))
    let workers = counts.map { Workers(count: $0) }
    var rates = [[Double]](repeating: [], count: counts.count)
    for turn in 0..<rounds {
      for (place, threads) in counts.enumerated() {
        let taken = Atomic<Int>(0)
        let start = ProcessorClock.wall
        workers[place].forEach(threads) { thread, _ in
          ProcessorPlace.run(on: turn + thread) {
            withBatch { session in
              while true {
                let first = taken.add(Self.share, ordering: .relaxed).oldValue
                if first >= threads * Self.batch * batches { break }
                runPortion(from: first, &session)
              }
            }
          }
        }
        let seconds = Double(ProcessorClock.wall - start) / 1e9
        rates[place].append(Double(threads * Self.batch * batches) / seconds)
      }
    }
    return counts.indices.map { place in
      Throughput(
        threads: counts[place], imagesPerSecond: Timings(rates[place]),
        timesTheFirst: Timings(zip(rates[place], rates[0]).map(/)))
    }
  }

  struct Throughput {
    let threads: Int
    let imagesPerSecond: Timings
    /// As many times as the first number of threads, turn by turn.
    let timesTheFirst: Timings
  }

  /// Makes everything that the first answer needs.
  func answerOnce() { _ = batchSeconds(images: 1) }

  /// Seconds for so many images in one session, each with its class and probability.
  private func batchSeconds(images: Int) -> Double {
    withSession { session in
      let pixels = pixels.span
      let bytes = model.imageBytes
      var image = 0
      var classes = 0
      let start = ProcessorClock.now
      for _ in 0..<images {
        run(&session, pixels.extracting(image * bytes..<(image + 1) * bytes))
        classes &+= session.answer?.classIndex ?? 0
        image = image + 1 == imageCount ? 0 : image + 1
      }
      let end = ProcessorClock.now
      // Never true; so that the answers have to be worked out.
      if classes < 0 { preconditionFailure("a class is at least 0") }
      return Double(end - start) / 1e9
    }
  }

  /// A share of the images from one of them on, over and over, as they fit together.
  private func runPortion(from first: Int, _ session: inout BatchSession) {
    let pixels = pixels.span
    let bytes = model.imageBytes
    var classes = 0
    var start = first % imageCount
    var left = Self.share
    while left > 0 {
      let end = min(start + left, imageCount)
      do throws(SessionError) {
        try session.run(images: pixels.extracting(start * bytes..<end * bytes)) { _, outcome in
          classes &+= outcome.answer?.classIndex ?? 0
        }
      } catch {
        preconditionFailure("the images have the model's size: \(error)")
      }
      left -= end - start
      start = 0
    }
    // Never true; so that the answers have to be worked out.
    if classes < 0 { preconditionFailure("a class is at least 0") }
  }

  /// Seconds that each layer takes for an image: the median of many images, of which few are interrupted.
  func layerSeconds() -> [Double] {
    let clockCost = LayerTimes.clockCost()
    var seconds = [[Double]](repeating: [], count: model.layerCount)
    withSession { session in
      let pixels = pixels.span
      let bytes = model.imageBytes
      for image in 0..<rounds * 200 {
        let place = image % imageCount
        var times = LayerTimes()
        do throws(SessionError) {
          try session.run(image: pixels.extracting(place * bytes..<(place + 1) * bytes), observer: &times)
        } catch {
          preconditionFailure("the image has the model's size: \(error)")
        }
        for layer in seconds.indices {
          seconds[layer].append(times.seconds(layer, clockCost: clockCost))
        }
      }
    }
    return seconds.map { Timings($0).median }
  }

  private func run(_ session: inout Session<HostKernels>, _ image: Span<UInt8>) {
    do throws(SessionError) {
      try session.run(image: image)
    } catch {
      preconditionFailure("the image has the model's size: \(error)")
    }
  }

  private func withSession<Result>(_ body: (inout Session<HostKernels>) -> Result) -> Result {
    var words = [UInt32](repeating: 0, count: (kernels.arenaBytes(of: model) + 3) / 4)
    var span = words.mutableSpan
    var arena = span.mutableBytes
    do throws(SessionError) {
      var session = try Session(model, arena: &arena, kernels: kernels)
      return body(&session)
    } catch {
      preconditionFailure("the arena has the model's size: \(error)")
    }
  }

  private func withBatch(_ body: (inout BatchSession) -> Void) {
    var words = [UInt32](repeating: 0, count: BatchSession.arenaBytes(model, kernels) / 4)
    var span = words.mutableSpan
    var arenas = span.mutableBytes
    do throws(SessionError) {
      var session = try BatchSession(model, arenas: &arenas, kernels: kernels)
      body(&session)
    } catch {
      preconditionFailure("the arenas have the model's size: \(error)")
    }
  }

  /// How fast this machine is at what the kernels do; nil for the plain kernels.
  func rates() -> KernelRates? {
    KernelRates(
      kernels.instructionSet, rounds: rounds * 3, firstCacheBytes: ProcessorCache.firstBytes,
      clock: { ProcessorClock.now })
  }
}
