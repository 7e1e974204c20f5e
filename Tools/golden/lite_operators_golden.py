"""Writes .tflite files of single operators of integers, which no converter was asked for, with LiteRT's answers.

usage: python3 Tools/golden/lite_operators_golden.py    (needs numpy, flatbuffers and ai-edge-litert)

Each NAME-int8.tflite in Tests/OctetQuantizationTests/TensorFlowLite/Models has several outputs, each of one operator
that reads the input in other integers, so that every integer goes through it; NAME-int8.json has the pictures as bytes
and the integers of the outputs, one after the other, or for each output the CRC-32 of its bytes. The scales are drawn
at random, so that roundings matter.
"""
import json
import os
import pathlib
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import flatbuffers
import numpy
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "Tests" / "OctetQuantizationTests" / "TensorFlowLite" / "Models"
SHAPE = (1, 16, 16, 1)
TYPES = {schema.TensorType.INT8: numpy.int8, schema.TensorType.INT32: numpy.int32,
         schema.TensorType.FLOAT32: numpy.float32}
CODES = schema.BuiltinOperator


class Net:
    """A graph of which the input is bytes divided by 255."""

    def __init__(self, seed):
        self.random = numpy.random.default_rng(seed)
        self.graph, self.model = schema.SubGraphT(), schema.ModelT()
        self.graph.tensors, self.graph.operators, self.graph.outputs = [], [], []
        self.model.version, self.model.subgraphs = 3, [self.graph]
        self.model.operatorCodes, self.model.buffers = [], [schema.BufferT()]
        self.input = self.integers(1 / 255, -128)
        self.graph.inputs = [self.input]

    def tensor(self, shape, kind=schema.TensorType.INT8, encoding=None, values=None):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.name = list(shape), kind, f"t{len(self.graph.tensors)}"
        tensor.buffer = 0
        if encoding:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale, tensor.quantization.zeroPoint = [float(encoding[0])], [int(encoding[1])]
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = numpy.frombuffer(numpy.asarray(values, TYPES[kind]).tobytes(), numpy.uint8)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def integers(self, scale, zero, shape=SHAPE):
        return self.tensor(shape, encoding=(numpy.float32(scale), zero))

    def floats(self):
        return self.tensor(SHAPE, schema.TensorType.FLOAT32)

    def scale(self, low, high):
        return numpy.float32(10 ** self.random.uniform(low, high))

    def zero(self):
        return int(self.random.integers(-128, 128))

    def apply(self, name, inputs, output, options=None, version=1):
        code, operator = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode = getattr(CODES, name)
        code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), version
        self.model.operatorCodes.append(code)
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = list(inputs), [output]
        if options:
            operator.builtinOptions = getattr(schema, options + "T")()
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options)
        self.graph.operators.append(operator)
        return output

    def requantized(self, scale, zero):
        """The input in other integers, of which it takes all."""
        return self.apply("QUANTIZE", [self.input], self.integers(scale, zero))

    def give(self, tensor):
        self.graph.outputs.append(tensor)

    def file(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def slopes():
    """PReLU with a slope for each of sixteen channels, and for all."""
    net = Net(1)
    shape = (1, 4, 4, 16)
    encoding = (1 / 255, -40)
    source, image = net.requantized(*encoding), net.integers(*encoding, shape)
    sizes = net.tensor([4], schema.TensorType.INT32, values=shape)
    net.apply("RESHAPE", [source, sizes], image)
    for slope in [(1, 1, 16), (1, 1, 1)]:
        numbers = net.tensor(slope, encoding=(net.scale(-2.5, -1.5), net.zero()),
                             values=net.random.integers(-128, 128, slope))
        net.give(net.apply("PRELU", [image, numbers], net.integers(net.scale(-2.5, -2), net.zero(), shape)))
    return net, True


def roots():
    """Functions whose results LiteRT works out in ways of their own."""
    net = Net(2)
    source = net.requantized(net.scale(-2.6, -2.3), -128)
    for name in ["SQRT", "RSQRT", "LOG", "SQRT", "RSQRT"]:
        scale = {"SQRT": net.scale(-2.6, -2.3), "RSQRT": net.scale(-1.7, -1), "LOG": net.scale(-1.6, -1.3)}[name]
        net.give(net.apply(name, [source], net.integers(scale, net.zero()), version=2))
    return net, True


def floats():
    """Floats between DEQUANTIZE and QUANTIZE: functions of one value, one after the other and joined."""
    net = Net(3)
    source = net.requantized(net.scale(-2.4, -2.2), net.random.integers(-60, 0))
    real = net.apply("DEQUANTIZE", [source], net.floats(), version=2)

    def island(make):
        net.give(net.apply("QUANTIZE", [make(real)], net.integers(net.scale(-2.2, -1.8), net.zero())))

    def one(name, *inputs, options=None):
        return net.apply(name, inputs, net.floats(), options)

    def number(value):
        return net.tensor([1], schema.TensorType.FLOAT32, values=[value])

    # A network in which nothing but floats is computed would be one of floats.
    net.give(net.apply("RELU", [net.input], net.integers(net.scale(-2.4, -2.2), -128), version=2))
    for name in ["NEG", "ELU", "SQUARE", "SIN"]:
        island(lambda real: one(name, real))
    island(lambda real: one("MUL", real, one("LOGISTIC", one("MUL", real, number(1.7), options="MulOptions")),
                            options="MulOptions"))
    island(lambda real: one("DIV", one("ADD", real, number(0.3), options="AddOptions"), number(0.7),
                            options="DivOptions"))
    return net, False


def products():
    """Scales whose ratio is another in float than in double, so that a product is another integer."""
    net = Net(4)
    wide = numpy.arange(-128, 128)
    for second, zero, turn, scale in [(0.0698603988, 32, 18, 0.0381466448), (0.0160232112, -76, 101, 0.0124096889)]:
        other = net.tensor(SHAPE, encoding=(second, zero), values=numpy.roll(wide, turn))
        net.give(net.apply("MUL", [net.input, other], net.integers(scale, 0), "MulOptions", 2))
    return net, True


def means():
    """Means of values around 0 of which a step is many steps of the output."""
    net = Net(6)
    half = net.tensor((1,), encoding=(0.5, 0), values=[1])
    source = net.apply("SUB", [net.input, half], net.integers(1 / 255, 0), "SubOptions", 2)
    kinds = [([2], (1, 16, 1, 1), 18.435), ([1], (1, 1, 16, 1), 15.99), ([1, 2], (1, 1, 1, 1), 201.3)]
    for axes, shape, ratio in kinds:
        axis = net.tensor([len(axes)], schema.TensorType.INT32, values=axes)
        output = net.integers(1 / 255 / ratio, net.random.integers(-20, 20), shape)
        net.give(net.apply("MEAN", [source, axis], output, "ReducerOptions", 2))
        net.graph.operators[-1].builtinOptions.keepDims = True
    return net, True


def wider():
    """Constants beside a value that has fewer of an axis."""
    net = Net(7)
    for name in ["ADD", "SUB", "MUL", "MAXIMUM"]:
        scale, zero = (1 / 255, -128) if name == "MAXIMUM" else (net.scale(-2.6, -2), net.zero())
        constants = net.tensor((1, 1, 1, 3), encoding=(scale, zero), values=net.random.integers(-128, 128, 3))
        encoding = (1 / 255, -128) if name == "MAXIMUM" else (net.scale(-2.3, -2), net.zero())
        options = {"MAXIMUM": "MaximumMinimumOptions"}.get(name, name.title() + "Options")
        net.give(net.apply(name, [net.input, constants], net.integers(*encoding, (1, 16, 16, 3)), options, 2))
    return net, True


def squares():
    """Squares of differences of every pair of integers, by scales of several ratios."""
    net = Net(5)

    def reshaped(source, shape):
        sizes = net.tensor([3], schema.TensorType.INT32, values=shape)
        encoding = net.graph.tensors[source].quantization
        return net.apply("RESHAPE", [source, sizes], net.integers(encoding.scale[0], encoding.zeroPoint[0], shape))

    def constants(scale, zero):
        return net.tensor((1, 1, 256), encoding=(scale, zero), values=net.random.permutation(256) - 128)

    def give(first, second, scale, zero):
        output = net.integers(scale, zero, (1, 256, 256))
        net.give(net.apply("SQUARED_DIFFERENCE", [first, second], output, "SquaredDifferenceOptions", 2))

    column, row = reshaped(net.input, (1, 256, 1)), reshaped(net.requantized(0.0051234, -60), (1, 1, 256))
    give(column, row, 0.00617341, -128)
    # The square of a step is nearly 2^10 steps of the output.
    give(row, column, 2.6e-8, 11)
    give(column, constants(1 / 255, 101), 0.00877713, -100)
    give(column, constants(0.0137239, 17), 0.0211873, -128)
    # Twice the larger scale is more than 2^12 times the other.
    give(constants(1.19e-6, -33), column, 0.00311917, -128)
    return net, True


def moved():
    """Floats between DEQUANTIZE and QUANTIZE that are only moved, beside QUANTIZE of the integers themselves."""
    net = Net(8)
    source = net.requantized(net.scale(-2.4, -2.2), net.random.integers(-60, 0))
    # A network in which nothing is computed with integers would be one of floats.
    net.give(net.apply("RELU", [net.input], net.integers(net.scale(-2.4, -2.2), -128), version=2))
    real = net.apply("DEQUANTIZE", [source], net.floats(), version=2)
    sizes = net.tensor([2], schema.TensorType.INT32, values=(1, 256))
    flat = net.apply("RESHAPE", [real, sizes], net.tensor((1, 256), schema.TensorType.FLOAT32))
    for _ in range(4):
        encoding = net.scale(-2, -1.5), net.zero()
        net.give(net.apply("QUANTIZE", [real], net.integers(*encoding)))
        net.give(net.apply("QUANTIZE", [flat], net.integers(*encoding, (1, 256))))
        net.give(net.apply("QUANTIZE", [source], net.integers(*encoding), version=2))
    return net, True


def halves():
    """Weights of four bits, of which each layer has all sixteen values, -8 among them."""
    net = Net(9)

    def weights(shape, axis):
        values = net.random.integers(-8, 8, shape)
        values.flat[:16] = net.random.permutation(16) - 8
        halves = numpy.append(values.flatten(), [0] * (values.size % 2)) & 15
        scales = [net.scale(-1.8, -1.4) for _ in range(shape[axis])]
        made = net.tensor(shape, encoding=(scales[0], 0), values=(halves[::2] | halves[1::2] << 4).astype(numpy.int8))
        tensor = net.graph.tensors[made]
        tensor.type, quantization = schema.TensorType.INT4, tensor.quantization
        quantization.scale, quantization.zeroPoint = [float(scale) for scale in scales], [0] * len(scales)
        quantization.quantizedDimension = axis
        return made

    def bias(count):
        return net.tensor([count], schema.TensorType.INT32, values=net.random.integers(-400, 400, count))

    image = net.integers(net.scale(-2.6, -2.4), net.zero() // 4, (1, 7, 7, 5))
    net.apply("CONV_2D", [net.input, weights((5, 3, 3, 1), 0), bias(5)], image, "Conv2DOptions", 4)
    net.graph.operators[-1].builtinOptions.padding = schema.Padding.VALID
    net.graph.operators[-1].builtinOptions.strideH = net.graph.operators[-1].builtinOptions.strideW = 2
    small = net.integers(net.scale(-1.8, -1.6), net.zero() // 4, (1, 5, 5, 5))
    net.apply("DEPTHWISE_CONV_2D", [image, weights((1, 3, 3, 5), 3), bias(5)], small, "DepthwiseConv2DOptions", 6)
    options = net.graph.operators[-1].builtinOptions
    options.padding, options.strideH, options.strideW, options.depthMultiplier = schema.Padding.VALID, 1, 1, 1
    sizes = net.tensor([2], schema.TensorType.INT32, values=(1, 125))
    encoding = net.graph.tensors[small].quantization
    flat = net.apply("RESHAPE", [small, sizes], net.integers(encoding.scale[0], encoding.zeroPoint[0], (1, 125)))
    for tensor in image, small:
        net.give(tensor)
    net.give(net.apply("FULLY_CONNECTED", [flat, weights((7, 125), 0), bias(7)],
                       net.integers(net.scale(-2, -1.8), net.zero() // 4, (1, 7)), "FullyConnectedOptions", 9))
    return net, True


def answers(model, is_reference, sums=False):
    # LiteRT's set of reference kernels lacks ELU; of floats the others are the same.
    kernels = OpResolverType.BUILTIN_REF if is_reference else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    random = numpy.random.default_rng(7)
    pictures = [numpy.arange(256, dtype=numpy.uint8), *(random.permutation(256).astype(numpy.uint8) for _ in range(2))]
    found = {"pictures": [picture.tolist() for picture in pictures], "outputs": []}
    found["checksums" if sums else "logits"] = []
    for picture in pictures:
        values = (picture.astype(int) - 128).astype(numpy.int8).reshape(SHAPE)
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
        interpreter.invoke()
        outputs = [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]
        if sums:
            found["checksums"].append([zlib.crc32(output.tobytes()) for output in outputs])
        else:
            found["logits"].append([int(value) for output in outputs for value in output.flatten()])
    return found


def main():
    for make in (slopes, roots, floats, products, means, wider, squares, moved, halves):
        net, is_reference = make()
        model = net.file()
        path = FOLDER / f"{make.__name__}-int8"
        path.with_suffix(".tflite").write_bytes(model)
        path.with_suffix(".json").write_text(json.dumps(answers(model, is_reference, make in (wider, squares))) + "\n")


main()
