import Foundation
import OctetHost
import OctetNetwork
import OctetTraining
import Testing

@Suite struct NetworkDescriptionTests {
  private func error(_ text: String) -> String? {
    do throws(NetworkError) {
      _ = try NetworkDescription(text: text)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `counts the parameters of the reference networks`() throws {
    let expected = [
      "binary-dense": 108_801, "dense-dropout": 101_770, "cnn-deep": 1_199_882, "cnn-two-pool": 179_926,
    ]
    for (name, count) in expected {
      let recipe = try #require(try Recipe.named(name))
      #expect(try recipe.candidates[0].network.parameterCount() == count)
    }
    for name in ["vgg-small", "resnet-small"] {
      let recipe = try #require(try Recipe.named(name))
      #expect(try recipe.candidates[0].network.parameterCount() < 100_000)
    }
  }

  @Test(arguments: Recipe.builtInNames)
  func `written networks read back equal`(name: String) throws {
    let recipe = try #require(try Recipe.named(name))
    #expect(!recipe.about.isEmpty)
    for candidate in recipe.candidates {
      #expect(try NetworkDescription(text: candidate.network.text) == candidate.network)
    }
  }

  @Test(arguments: [
    ("relu6", "relu6"), ("min(max(x,0),6)", "relu6"), ("x*sigmoid(x)", "silu"), ("clip:0:6", "relu6"),
    ("leakyrelu:0.1", "(max(x,0.0)+min(x,0.0)*0.1)"), ("elu:2", "(max(x,0.0)+(exp(min(x,0.0))-1.0)*2.0)"),
    ("-x", "(-1.0)*x"), ("x-1e-3*x", "(x-0.001*x)"), ("x/(2+x)/(3+x)", "x/(2.0+x)/(3.0+x)"),
    ("x/((2+x)*(3+x))", "x/((2.0+x)*(3.0+x))"), ("gate(step(x),x*1)", "gate(step(x),x)"),
    ("x*0.5*(1+erf(x*0.7071067811865476))", "gelu"),
  ])
  func `functions are words, and written ones read back equal`(word: String, written: String) throws {
    let network = try NetworkDescription(text: "input 4\ndense 3 \(word)\n\(word)")
    #expect(network.layers.map(\.activation.word) == [written, written])
    #expect(network.text.contains("dense-1 = dense 3 \(written)\n"))
    #expect(try NetworkDescription(text: network.text) == network)
  }

  @Test(arguments: [
    "gelu:1", "leakyrelu", "leakyrelu:x", "leakyrelu:inf", "clip:1:1", "x", "3+4", "max(x)", "max(x,1", "x*",
    "x+nan",
    "x+1e999", "sigmoid(x", "sinh(x)", "x**2", "(x))", "x+", "gate(x)",
    String(repeating: "(", count: 100_000) + "x", String(repeating: "-", count: 1_900) + "x",
    String(repeating: "x+", count: 64) + "x", String(repeating: "tanh(", count: 500) + "x",
  ])
  func `words that are no functions are refused`(word: String) {
    #expect(error("input 4\ndense 3 \(word)")?.hasPrefix("line 2: unexpected \"\(word)\"") == true)
  }

  @Test func `every layer setting survives writing`() throws {
    let text = """
      input 9x8x2
      a = conv 3 3x2 stride 2x1 padding same no-bias relu   # a comment
      depthwise 2x2 multiplier 2 tanh
      maxpool 2x2 stride 1 padding same
      averagepool 2x1
      batchnorm momentum 0.5 epsilon 0.01 sigmoid
      dropout 0.125
      b = conv 6 1x1
      relu
      add b tanh
      side = conv 4 1x1 from a
      globalaveragepool
      dense 7 no-bias
      activation tanh
      dense 3 softmax
      """
    let network = try NetworkDescription(text: text)
    #expect(network.layers.count == 14)
    #expect(try NetworkDescription(text: network.text) == network)
    #expect(network.layers[7].activation == .relu && network.layers[8].inputs == [8, 7])
    #expect(network.layers[9].inputs == [1])
  }

  @Test func `shapes follow Keras rules`() throws {
    func shape(_ input: String, _ layer: String) throws -> String {
      try NetworkDescription(text: "input \(input)\n\(layer)\nflatten\ndense 2").shapes()[1].description
    }
    #expect(try shape("28x28x1", "conv 32 3x3") == "26x26x32")
    #expect(try shape("28x28x1", "conv 32 3x3 padding same stride 2") == "14x14x32")
    #expect(try shape("27x5x3", "conv 4 2x2 padding same stride 2") == "14x3x4")
    #expect(try shape("11x11x4", "maxpool 2x2") == "5x5x4")
    #expect(try shape("11x11x4", "maxpool 2x2 padding same") == "6x6x4")
    #expect(try shape("8x8x4", "maxpool 3x3 stride 2") == "3x3x4")
    #expect(try shape("8x8x4", "depthwise 3x3 multiplier 2") == "6x6x8")
  }

  @Test(arguments: [
    ("", "no line \"input"),
    ("input 28x28x1", "no layers"),
    ("dense 3", "line 1: the line \"input"),
    ("input 28x28", "28x28"),
    ("input 0", "found \"0\""),
    ("input 5000x1x1", "5000"),
    ("input 28x28x1 dense", "unexpected \"dense\""),
    ("input 3\ninput 4\ndense 2", "line 2: the input is described twice"),
    ("input 3\ndens 2", "line 2: \"dens\" is not a layer; there are: dense"),
    ("input 3\nx = dens 2", "\"dens\" is not a layer"),
    ("input 3\ndense", "number of units"),
    ("input 3\ndense 0", "from 1 to"),
    ("input 3\ndense 2 relu tanh", "unexpected \"tanh\""),
    ("input 28x28x1\ndense 2", "line 2: layer dense-1 does not fit its input 28x28x1: put a flatten"),
    ("input 28x28x1\nconv 2 3x3", "end with flatten"),
    (
      "input 4x4x1\nconv 2 5x5\nflatten\ndense 2",
      "conv-1 does not fit its input 4x4x1: the window 5x5 is larger"
    ),
    ("input 4x4x1\nconv 2 3\nconv 2 3x3\nflatten\ndense 2", "conv-2 does not fit its input 2x2x2"),
    ("input 4x4x1\nconv 2 3x\nflatten\ndense 2", "found \"3x\""),
    ("input 4x4x1\nconv 2 3x3 stride 0\nflatten\ndense 2", "stride"),
    ("input 4x4x1\nconv 2 3x3 padding full\nflatten\ndense 2", "valid, same or TOP,LEFT,BOTTOM,RIGHT"),
    (
      "input 4\na = dense 4\ndense 3\nadd a\ndense 2",
      "line 4: layer add-1 does not fit its input 3: the other value is 4"
    ),
    ("input 4\nadd a\ndense 2", "no layer above is named \"a\"; there are: input"),
    ("input 4\na = dense 4\na = dense 4", "the name \"a\" is taken"),
    ("input 4\n1a = dense 4", "is not a name"),
    ("input 4\ninput = dense 4", "line 2"),
    ("input 4\ndense 4 from b", "no layer above is named \"b\""),
    ("input 4\ndropout 1", "from 0.0 to 0.99"),
    ("input 4\nbatchnorm epsilon nan\ndense 2", "epsilon"),
    ("input 4096x4096x1\nconv 4096 1x1\nglobalaveragepool\ndense 2", "more than"),
  ])
  func `faults are named with their line`(text: String, expected: String) {
    let message = error(text)
    #expect(message?.contains(expected) == true, "\(message ?? "no error")")
  }

  @Test func `networks beyond the limit are refused before memory is asked`() throws {
    let network = try NetworkDescription(text: "input 4096\ndense 65536\ndense 2")
    #expect(throws: NetworkError.self) {
      _ = try Network(network, capacity: 1, seed: 1, workers: Workers(count: 1))
    }
  }

  @Test func `bits of a layer's weights`() throws {
    let text =
      "input 8x8x1\nfirst = conv 2 3x3 relu bits 4\nconv 2 3x3 from first bits ternary\nflatten\ndense 3 bits 8\n"
    let network = try NetworkDescription(text: text)
    #expect(network.layers.map(\.bits) == [.four, .ternary, nil, .eight])
    #expect(try NetworkDescription(text: network.text) == network)
    for (line, complaint) in [
      ("maxpool 2x2 bits 4", "bits are for dense, conv and depthwise"),
      ("conv 2 3x3 bits 3", "expected 8, 4 or ternary after bits, found \"3\""),
      ("conv 2 3x3 bits", "expected 8, 4 or ternary at the end"),
      ("conv 2 3x3 bits 4 relu", "unexpected \"relu\""),
    ] {
      #expect {
        _ = try NetworkDescription(text: "input 8x8x1\n\(line)\nflatten\ndense 3")
      } throws: { "\($0)".contains(complaint) }
    }
  }
}
