"""Writes ONNX models that an importer by patterns computes as another function, with what onnxruntime says of them.

usage: python3 Tools/golden/onnx_faults_golden.py    (needs numpy, onnx and onnxruntime)

Each NAME.onnx in Tests/OctetInterchangeTests/ONNX/Faults comes with NAME.json: inputs and outputs in the model's own
axis order, item after item, or "refusal", the words that the error must hold where the model is to be refused.
"""
import json
import pathlib

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "OctetInterchangeTests" / "ONNX" / "Faults"
ITEMS = 4


class Graph:
    """A graph being put together; every method gives the name of the value it makes."""

    # Of the names of values and constants.
    prefix = ""

    def __init__(self, name, shape, version=17):
        self.name, self.shape, self.version = name, shape, version
        self.nodes, self.constants = [], []
        self.random = numpy.random.default_rng(sum(name.encode()))

    def node(self, kind, *inputs, **attributes):
        output = f"{self.prefix}value_{len(self.nodes)}"
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=name, **attributes))
        return output

    def constant(self, array):
        name = f"{self.prefix}constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.asarray(array), name))
        return name

    def integers(self, numbers):
        return self.constant(numpy.array(numbers, numpy.int64))

    def tensor(self, array):
        """For attributes."""
        return numpy_helper.from_array(array)

    def weights(self, *shape):
        return self.constant(self.random.normal(0, 0.6, shape).astype(numpy.float32))

    def conv(self, value, filters, channels, size=1):
        return self.node("Conv", value, self.weights(filters, channels, size, size))

    def gemm(self, value, inputs, units=3):
        return self.node("Gemm", value, self.weights(inputs, units), self.weights(units))

    def norm(self, value, size, **attributes):
        variance = self.constant((0.5 + self.random.random(size)).astype(numpy.float32))
        parts = [self.weights(size), self.weights(size), self.weights(size), variance]
        return self.node("BatchNormalization", value, *parts, **attributes)

    def save(self, output, refusal=None):
        graph = helper.make_graph(
            self.nodes, self.name, [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", *self.shape])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], self.constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", self.version)], producer_name="octet-golden")
        model.ir_version = 8
        path = FOLDER / f"{self.name}.onnx"
        onnx.save(model, path)
        if refusal:
            answers = {"refusal": refusal}
        else:
            inputs = self.random.normal(0, 1, (ITEMS, *self.shape)).astype(numpy.float32)
            session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
            outputs = session.run(None, {"input": inputs})[0]
            answers = {
                "inputs": [i.flatten().tolist() for i in inputs], "outputs": [o.flatten().tolist() for o in outputs]}
        (FOLDER / f"{self.name}.json").write_text(json.dumps(answers) + "\n")


def two_names():
    """A value under two names: what follows one of them must not be fused, as the other is read too."""
    renames = {
        "identity": lambda g, x: g.node("Identity", x),
        "dropout": lambda g, x: g.node("Dropout", x),
        "transposes": lambda g, x: g.node("Transpose", g.node("Transpose", x, perm=[0, 2, 3, 1]), perm=[0, 3, 1, 2]),
        "reshape": lambda g, x: g.node("Reshape", x, g.constant(numpy.array([0, 3, 4, 5], numpy.int64))),
    }
    for name, rename in renames.items():
        g = Graph(f"two-names-relu-{name}", [2, 4, 5])
        x = g.conv("input", 3, 2)
        other = rename(g, x)
        x = g.node("Add", g.node("Relu", x), other)
        g.save(g.gemm(g.node("Flatten", x), 60))
    for name, kind in [("identity", "Identity"), ("flatten", "Flatten")]:
        g = Graph(f"two-names-bias-{name}", [6])
        x = g.node("MatMul", "input", g.weights(6, 4))
        other = g.node(kind, x)
        g.save(g.node("Add", g.node("Add", x, g.weights(4)), other))
    # The output itself is the second reader.
    g = Graph("two-names-output", [6])
    x = g.node("MatMul", "input", g.weights(6, 4))
    g.node("Relu", x)
    g.save(g.node("Identity", x))


def nothing():
    """The output is the input, with its axes in another order."""
    g = Graph("transpose-alone", [2, 4, 5])
    g.save(g.node("Identity", g.node("Transpose", "input", perm=[0, 2, 3, 1])))


def flattened():
    """Sums and constants behind a flattening channels first."""
    g = Graph("sum-of-flattened", [3, 4, 5])
    left = g.node("Flatten", g.conv("input", 3, 3))
    right = g.node("Flatten", g.conv("input", 3, 3))
    g.save(g.gemm(g.node("Add", left, right), 60))
    g = Graph("sum-of-two-orders", [3, 4, 5])
    left = g.node("Flatten", g.conv("input", 3, 3))
    right = g.node("Flatten", g.node("Transpose", g.conv("input", 3, 3), perm=[0, 2, 3, 1]))
    g.save(g.gemm(g.node("Add", left, right), 60))
    for kind in ["Mul", "Div", "Add", "Sub"]:
        g = Graph(f"scalar-{kind.lower()}-after-flatten", [3, 4, 5])
        x = g.node(kind, g.node("Flatten", "input"), g.constant(numpy.float32(1.7)))
        g.save(g.gemm(x, 60))
    g = Graph("row-of-constants-after-flatten", [3, 4, 5])
    x = g.node("Mul", g.node("Flatten", "input"), g.weights(60))
    g.save(g.gemm(x, 60))


def constants_along_axes():
    """As many columns, or rows, as channels: a constant along them is none for each channel."""
    for name, shape in [("width", [4]), ("height", [4, 1]), ("channels", [4, 1, 1]), ("all", [4, 4, 4]), ("one", [1])]:
        g = Graph(f"constant-along-{name}", [4, 4, 4])
        x = g.node("Add", g.conv("input", 4, 4), g.weights(*shape))
        g.save(g.gemm(g.node("Flatten", x), 64))


def channels_last():
    """Operators that take channels first, on a value that has them last."""
    g = Graph("average-of-channels-last", [3, 4, 5])
    x = g.node("Transpose", g.conv("input", 3, 3), perm=[0, 2, 3, 1])
    g.save(g.gemm(g.node("Flatten", g.node("GlobalAveragePool", x)), 4))
    g = Graph("norm-of-channels-last", [3, 4, 4])
    x = g.node("Transpose", g.conv("input", 3, 3), perm=[0, 2, 3, 1])
    g.save(g.gemm(g.node("Flatten", g.norm(x, 4)), 48))


def softmax():
    """Softmax along another axis than the classes, and over all from an axis on in older sets."""
    g = Graph("softmax-axis-0", [5])
    g.save(g.node("Softmax", g.gemm("input", 5), axis=0), refusal="axis 0")
    g = Graph("softmax-over-rows", [3, 4, 1])
    g.save(g.node("Softmax", g.conv("input", 3, 3), axis=2))
    g = Graph("softmax-over-channels", [3, 4, 1])
    g.save(g.node("Softmax", g.conv("input", 3, 3), axis=1))
    g = Graph("softmax-before-13", [3, 2, 2], version=11)
    g.save(g.node("Softmax", g.conv("input", 3, 3), axis=1))
    g = Graph("logsoftmax", [5])
    g.save(g.node("LogSoftmax", g.gemm("input", 5), axis=1))


def choices():
    """The place of the largest: at the end of a network, along any axis."""
    g = Graph("place-of-the-largest-class", [5])
    g.save(g.node("Cast", g.node("ArgMax", g.gemm("input", 5, 7), axis=1, keepdims=0), to=1))
    g = Graph("place-of-the-largest-channel", [3, 4, 5])
    g.save(g.node("Cast", g.node("ArgMax", g.conv("input", 6, 3), axis=-3), to=1))
    g = Graph("place-of-the-largest-row", [3, 4, 5])
    g.save(g.node("Cast", g.node("ArgMax", g.conv("input", 6, 3), axis=2, keepdims=0), to=1))
    g = Graph("place-of-the-largest-inside", [5])
    x = g.node("Cast", g.node("ArgMax", g.gemm("input", 5, 7), axis=1), to=1)
    g.save(g.gemm(x, 1), refusal="supported as an output only")
    g = Graph("place-of-the-last-largest", [5])
    x = g.node("ArgMax", g.gemm("input", 5, 7), axis=1, select_last_index=1)
    g.save(g.node("Cast", x, to=1), refusal="the last of equal values")


def training():
    """Nodes that say that they are in training."""
    g = Graph("norm-in-training", [3, 4, 5])
    g.save(g.node("Flatten", g.norm(g.conv("input", 3, 3), 3, training_mode=1)), refusal="training_mode")
    g = Graph("dropout-in-training", [6])
    x = g.node("Dropout", "input", g.constant(numpy.float32(0.5)), g.constant(numpy.array(True)))
    g.save(g.gemm(x, 6), refusal="training_mode")


def other_meanings():
    """Attributes whose values change the function, and that are easily overlooked."""
    g = Graph("unknown-attribute", [2, 6, 6])
    g.save(g.node("MaxPool", g.conv("input", 2, 2), kernel_shape=[2, 2], dilations=[2, 2], pads=[1, 0, 0, 0]),
           refusal="dilations [2, 2] and a border")
    g = Graph("mean-of-cells-apart", [2, 6, 6], version=19)
    g.save(g.node("AveragePool", "input", kernel_shape=[2, 2], dilations=[1, 2]), refusal="only 1 is supported")
    g = Graph("border-as-large-as-the-window", [2, 6, 6])
    g.save(g.node("MaxPool", "input", kernel_shape=[2, 2], pads=[0, 2, 0, 0]), refusal="put a Pad before it")
    g = Graph("maximum-of-cells-apart", [2, 9, 8])
    x = g.node("MaxPool", g.conv("input", 2, 2), kernel_shape=[3, 2], dilations=[2, 3], strides=[1, 2])
    g.save(g.node("Flatten", x))
    g = Graph("maximum-of-steps-apart", [3, 11])
    g.save(g.node("MaxPool", "input", kernel_shape=[3], dilations=[4], strides=[2]))
    g = Graph("border-counted-and-rounded-up", [2, 8, 8])
    x = g.node("AveragePool", g.conv("input", 2, 2), kernel_shape=[3, 3], strides=[2, 3], pads=[1, 0, 1, 1],
               ceil_mode=1, count_include_pad=1)
    g.save(g.node("Flatten", x))
    g = Graph("last-window-on-the-border", [2, 5, 5])
    x = g.node("AveragePool", g.conv("input", 2, 2), kernel_shape=[2, 2], strides=[3, 3], pads=[1, 0, 1, 1],
               ceil_mode=1)
    g.save(g.node("Flatten", x), refusal="a last window that lies on the border alone")
    g = Graph("cells-left-out", [1, 1, 3])
    x = g.node("AveragePool", "input", kernel_shape=[1, 1], strides=[3, 3], auto_pad="SAME_UPPER")
    g.save(x, refusal="leaves out 2 cells")
    g = Graph("batch-mixed", [4, 6])
    x = g.node("Reshape", "input", g.constant(numpy.array([-1, 6], numpy.int64)))
    g.save(g.gemm(x, 6), refusal="batch")
    g = Graph("unknown-operator", [6])
    g.save(g.node("Hardmax", g.gemm("input", 6)), refusal='Hardmax node "Hardmax_1"')


def made_constants():
    """Weights and sizes that nodes make from constants."""
    g = Graph("weights-made-by-nodes", [2, 4, 5])
    # 3x2x3x3, from a matrix with rows too many, in another order, in two pieces, as doubles and integers.
    x = g.node("Slice", g.weights(7, 18), *map(g.integers, ([-1], [-100], [0], [-2])))
    x = g.node("Gather", x, g.integers([2, -4, 0]), axis=0)
    x = g.node("Reshape", x, g.integers([0, 3, -1, 2]))
    x = g.node("Transpose", x, perm=[0, 3, 1, 2])
    scale = g.node("Cast", g.constant(numpy.array([[[0.5]], [[2]]])), to=1)
    x = g.node("Mul", g.node("Div", x, scale), g.node("Cast", g.integers([3]), to=1))
    x = g.node("Sub", x, g.node("ConstantOfShape", g.integers([1, 3]), value=g.tensor(numpy.float32([0.2]))))
    x = g.node("Add", x, g.node("ConstantOfShape", g.node("Shape", scale)))
    bias = g.node("Concat", g.node("Cast", g.node("Cast", g.constant(numpy.float32([-1.7])), to=7), to=1),
                  g.node("Squeeze", g.node("Flatten", g.weights(1, 2), axis=-1), g.integers([0])), axis=0)
    x = g.node("Conv", "input", x, bias)
    g.save(g.gemm(g.node("Flatten", x), 18))
    g = Graph("sizes-worked-out", [3, 4, 5])
    shape = g.node("Shape", "input")
    sizes = [g.node("Gather", shape, g.integers([axis])) for axis in range(4)]
    product = g.node("Mul", g.node("Mul", sizes[1], sizes[2]), sizes[3])
    # 60 / 7 is 8, (8 - 9) is the -1 of the batch.
    rest = g.node("Sub", g.node("Div", product, g.integers([7])), g.node("Add", sizes[3], sizes[2]))
    x = g.node("Reshape", g.conv("input", 3, 3), g.node("Concat", rest, product, axis=0))
    g.save(g.gemm(x, 60))
    g = Graph("sum-of-32-bits", [4])
    x = g.node("Add", g.constant(numpy.int32([2 ** 31 - 1])), g.constant(numpy.int32([1])))
    x = g.node("Mul", g.node("Cast", x, to=1), g.constant(numpy.float32(1e-9)))
    g.save(g.node("Add", g.gemm("input", 4), x), refusal="overflows 32 bits")
    g = Graph("cast-to-32-bits", [4])
    x = g.node("Cast", g.node("Cast", g.integers([2 ** 31 + 5]), to=6), to=1)
    g.save(g.node("Add", g.gemm("input", 4), g.node("Mul", x, g.constant(numpy.float32(1e-9)))), refusal="of 32 bits")
    # What is left of a difference of doubles, floats do not have.
    g = Graph("difference-of-doubles", [4])
    x = g.node("Sub", g.constant(numpy.float64([1e9 + 0.5])), g.constant(numpy.float64([1e9])))
    g.save(g.node("Add", g.gemm("input", 4), g.node("Cast", x, to=1)))
    g = Graph("slice-from-before-the-start", [4])
    x = g.node("Slice", g.weights(4), *map(g.integers, ([-100], [-1000], [0], [-1])))
    g.save(g.node("Add", g.gemm("input", 4), x))
    g = Graph("constant-of-16-bits", [4])
    x = g.node("Cast", g.node("Cast", g.weights(3), to=10), to=1)
    g.save(g.node("Add", g.gemm("input", 4), x))
    g = Graph("constant-without-end", [4])
    x = g.node("Div", g.constant(numpy.float32([1])), g.constant(numpy.float32([0])))
    g.save(g.node("Mul", g.gemm("input", 4), x), refusal="infinite")


def open_batches():
    """The batch may have any size, so that no number may follow from it; a shape may have it in its place."""
    def size(g, name="input"):
        return g.node("Gather", g.node("Shape", name), g.integers([0]))

    g = Graph("divided-by-the-batch", [4])
    x = g.node("Cast", size(g), to=1)
    g.save(g.node("Div", g.gemm("input", 4, 4), x), refusal="depend on the size of the batch")
    g = Graph("double-of-the-batch", [4])
    g.save(g.node("Div", g.gemm("input", 4, 4), g.node("Cast", g.node("Cast", size(g), to=11), to=1)),
           refusal="depend on the size of the batch")
    g = Graph("squeeze-of-all-with-the-batch", [4, 1, 1])
    g.save(g.gemm(g.node("Squeeze", g.conv("input", 4, 4)), 4), refusal="give it axes")
    # Each of these gives one constant for all large batches, another for some small ones.
    whats = {
        "picked": lambda g: g.node("Gather", g.weights(9, 4), g.node("Sub", size(g), size(g))),
        "cut": lambda g: g.node("Slice", g.weights(1, 4), g.integers([0]), size(g)),
        "cut-axes": lambda g: g.node("Slice", g.weights(1, 4), g.integers([0]), g.integers([9]),
                                     g.node("Sub", size(g), size(g))),
        "cut-steps": lambda g: g.node("Slice", g.weights(1, 4), g.integers([0]), g.integers([9]), "",
                                      g.node("Div", size(g), size(g))),
        "filled": lambda g: g.node("ConstantOfShape", g.node("Div", size(g), size(g))),
        "in-shape": lambda g: g.node("Reshape", g.weights(1, 4), g.node(
            "Concat", g.node("Div", size(g), size(g)), g.integers([-1]), axis=0)),
        "axes-in": lambda g: g.node("Unsqueeze", g.weights(4), g.node("Sub", size(g), size(g))),
        "axes-out": lambda g: g.node("Squeeze", g.weights(1, 4), g.node("Sub", size(g), size(g))),
    }
    for name, what in whats.items():
        g = Graph(f"by-the-batch-{name}", [4])
        g.save(g.node("Add", g.gemm("input", 4, 4), what(g)), refusal="depend on the size of the batch")
    g = Graph("reshaped-by-a-quotient-of-the-batch", [4])
    half = g.node("Mul", g.node("Div", size(g), g.integers([2])), g.integers([2]))
    x = g.node("Reshape", g.gemm("input", 4, 4), g.node("Concat", half, g.integers([4]), axis=0))
    g.save(x, refusal="depend on the size of the batch")
    g = Graph("axes-by-the-batch", [3, 4, 5], version=18)
    g.save(g.node("ReduceMean", "input", g.node("Sub", size(g), size(g))), refusal="depend on the size of the batch")
    g = Graph("reshaped-to-a-large-batch", [4])
    g.save(g.node("Reshape", g.gemm("input", 4, 4), g.integers([2 ** 31 - 1, 4])), refusal="a size of 2147483647")
    # x.view(x.size(0), -1) and its relatives: PyTorch's, with Gather; Keras', with 32 bits and a slice; by Squeeze.
    g = Graph("view-of-the-batch", [3, 2, 5])
    x = g.conv("input", 3, 3)
    first = g.node("Unsqueeze", g.node("Gather", g.node("Shape", x), g.constant(numpy.int64(0))), g.integers([0]))
    x = g.node("Reshape", x, g.node("Concat", first, g.integers([-1]), axis=0))
    g.save(g.gemm(x, 30))
    g = Graph("view-of-the-batch-in-32-bits", [3, 2, 5])
    x = g.conv("input", 3, 3)
    shape = g.node("Cast", g.node("Shape", x), to=6)
    first = g.node("Slice", shape, *map(g.integers, ([0], [1], [0])))
    first = g.node("Unsqueeze", g.node("Squeeze", first, g.integers([0])), g.integers([0]))
    rest = [g.node("Slice", shape, *map(g.integers, ([axis], [axis + 1]))) for axis in (1, 2, 3)]
    product = g.node("Mul", g.node("Mul", rest[0], rest[1]), rest[2])
    x = g.node("Reshape", x, g.node("Cast", g.node("Concat", first, product, axis=0), to=7))
    g.save(g.gemm(x, 30))
    # Sums of all sizes, of which the first is not read.
    g = Graph("sizes-added-at-once", [3, 2, 5])
    x = g.conv("input", 3, 3)
    shape = g.node("Shape", x)
    twice = g.node("Sub", g.node("Add", shape, shape), shape)
    part = g.node("Slice", twice, *map(g.integers, ([1], [4])))
    x = g.node("Reshape", x, g.node("Concat", size(g, x), part, axis=0))
    g.save(g.gemm(g.node("Flatten", x), 30))


def doubles():
    """Numbers of 64 bits stay so until a node casts them."""
    g = Graph("product-of-doubles", [4])
    x = g.node("Mul", g.constant(numpy.float64([1e30])), g.constant(numpy.float64([1e30])))
    x = g.node("Div", x, g.constant(numpy.float64([2e60])))
    g.save(g.node("Add", g.gemm("input", 4, 4), g.node("Cast", x, to=1)))
    g = Graph("doubles-cut-off", [4])
    # As a float the first is 8.
    x = g.node("Cast", g.constant(numpy.float64([8 - 1e-9, -7.9, 2 ** 24 + 1, 0])), to=7)
    x = g.node("Sub", x, g.integers([0, 0, 2 ** 24, 0]))
    g.save(g.node("Add", g.gemm("input", 4, 4), g.node("Cast", x, to=1)))
    g = Graph("integers-as-doubles", [4])
    x = g.node("Sub", g.node("Cast", g.integers([2 ** 53 - 1]), to=11), g.constant(numpy.float64([2 ** 53 - 3])))
    g.save(g.node("Add", g.gemm("input", 4, 4), g.node("Cast", x, to=1)))
    g = Graph("doubles-in-their-field", [4])
    numbers = onnx.helper.make_tensor("numbers", TensorProto.DOUBLE, [4], [0.1, 1e9 + 0.5, -3, 7])
    g.constants.append(numbers)
    x = g.node("Sub", "numbers", g.constant(numpy.float64([0, 1e9, 0, 0])))
    x = g.node("Concat", x, g.node("Cast", g.weights(1), to=11), axis=0)
    g.save(g.node("Mul", g.gemm("input", 4, 5), g.node("Cast", x, to=1)))
    g = Graph("doubles-and-floats", [4])
    x = g.node("Add", g.constant(numpy.float64([1])), g.weights(1))
    g.save(g.node("Add", g.gemm("input", 4, 4), x), refusal="different element types")
    g = Graph("sum-with-doubles", [4])
    g.save(g.node("Add", g.gemm("input", 4, 4), g.constant(numpy.float64([1]))), refusal="of doubles")
    g = Graph("double-beyond-integers", [4])
    x = g.node("Cast", g.node("Cast", g.constant(numpy.float64([1e10])), to=6), to=1)
    g.save(g.node("Add", g.gemm("input", 4, 4), x), refusal="too large")


def integers():
    """Quotients are cut off toward 0; what has no result of 32 bits is refused."""
    g = Graph("quotients-of-integers", [4])
    x = g.node("Div", g.integers([-7, 7, -7, -1]), g.integers([2, -2, -2, 2]))
    g.save(g.node("Add", g.gemm("input", 4, 4), g.node("Cast", x, to=1)))
    for name, one, other in [("zero", [1], [0]), ("minus-one", [-2 ** 63], [-1])]:
        g = Graph(f"integers-divided-by-{name}", [4])
        x = g.node("Cast", g.node("Div", g.integers(one), g.integers(other)), to=1)
        g.save(g.node("Add", g.gemm("input", 4, 4), x), refusal="overflows 32 bits")
    g = Graph("slice-of-an-axis-twice", [4])
    x = g.node("Slice", g.weights(9), *map(g.integers, ([0, 0], [4, 4], [0, -1])))
    g.save(g.node("Add", g.gemm("input", 4, 4), x), refusal="twice")
    g = Graph("parts-of-a-shape", [3, 2, 5])
    x = g.conv("input", 3, 3)
    parts = [g.node("Shape", x, start=-3, end=-1), g.node("Shape", g.weights(2, 5), start=1, end=9)]
    x = g.node("Reshape", x, g.node("Concat", g.node("Shape", x, end=1), *parts, axis=0))
    g.save(g.gemm(g.node("Flatten", x), 30))


def maxima():
    """Zeros that leave the sizes as they are, and others."""
    g = Graph("maximum-of-two-and-zeros", [3, 2, 5])
    x, zeros = g.conv("input", 3, 3), g.constant(numpy.zeros((1, 3, 1, 1), numpy.float32))
    g.save(g.gemm(g.node("Flatten", g.node("Max", x, zeros, g.conv("input", 3, 3))), 30))
    g = Graph("maximum-that-stretches", [1])
    g.save(g.node("Max", g.gemm("input", 1, 1), g.constant(numpy.zeros(4, numpy.float32))), refusal="leave as they are")


def borders():
    """Zeros around an image in each form that Pad has had, and around what cannot take them in."""
    versions = {"before-11": 9, "of-all-axes": 13, "of-two-axes": 18}
    for name, version in versions.items():
        g = Graph(f"pad-{name}", [2, 4, 5], version)
        if version < 11:
            x = g.node("Pad", "input", pads=[0, 0, 1, 0, 0, 0, 0, 1], value=0.0)
        elif version < 18:
            zero = g.constant(numpy.float32(0))
            x = g.node("Pad", "input", g.integers([0, 0, 1, 0, 0, 0, 0, 1]), zero, mode="constant")
        else:
            x = g.node("Pad", "input", g.integers([0, 1, 1, 0]), "", g.integers([-1, 2]))
        g.save(g.node("Flatten", g.node("Relu", g.conv(x, 3, 2, size=2))))
    g = Graph("pad-of-channels-last", [4, 5, 2])
    x = g.node("Transpose", g.node("Pad", "input", g.integers([0, 1, 1, 0, 0, 0, 1, 0])), perm=[0, 3, 1, 2])
    g.save(g.node("Flatten", g.conv(x, 3, 2, size=2)))
    g = Graph("pad-before-pool", [2, 4, 5])
    x = g.node("Pad", g.conv("input", 3, 2), g.integers([0, 0, 1, 1, 0, 0, 1, 1]))
    g.save(g.node("MaxPool", x, kernel_shape=[2, 2]))
    g = Graph("pad-at-the-end", [2, 4, 5])
    x = g.node("Pad", g.conv("input", 3, 2), g.integers([0, 0, 1, 1, 0, 0, 1, 1]))
    g.save(g.node("Identity", x))
    g = Graph("pad-of-channels", [2, 4, 5])
    x = g.node("Pad", "input", g.integers([0, 1, 0, 1, 0, 0, 0, 0]))
    g.save(g.conv(x, 3, 3))
    for mode in ["reflect", "edge", "wrap"]:
        g = Graph(f"pad-by-{mode}", [2, 4, 5])
        x = g.node("Pad", "input", g.integers([0, 1, 0, 2, 0, 0, 3, 1]), mode=mode)
        g.save(g.conv(x, 3, 3))
    g = Graph("pad-with-a-number", [2, 4, 5])
    x = g.node("Pad", "input", g.integers([0, 0, 1, 0, 0, 1, 0, -2]), g.constant(numpy.float32(0.5)))
    g.save(g.conv(x, 3, 3))
    g = Graph("pad-of-the-batch", [2, 4, 5])
    g.save(g.conv(g.node("Pad", "input", g.integers([1, 0, 0, 0, 0, 0, 0, 0])), 3, 2), refusal="the batch too")


def normalizations():
    """By numbers of the item."""
    g = Graph("layer-normalization", [4, 5, 3])
    x = g.node("LayerNormalization", g.node("Mul", "input", g.constant(numpy.float32(3))), g.weights(3), g.weights(3),
               epsilon=0.01)
    g.save(g.node("Identity", x))
    g = Graph("layer-normalization-of-all", [3, 4, 5])
    g.save(g.node("LayerNormalization", g.conv("input", 3, 3), g.weights(3, 4, 5), axis=1))
    g = Graph("instance-normalization", [3, 4, 5])
    g.save(g.conv(g.node("InstanceNormalization", "input", g.weights(3), g.weights(3)), 2, 3))
    for version, size in ((18, 2), (21, 4)):
        g = Graph(f"group-normalization-{version}", [4, 3, 5], version=version)
        g.save(g.conv(g.node("GroupNormalization", "input", g.weights(size), g.weights(size), num_groups=2), 2, 4))
    g = Graph("length-normalization", [6])
    g.save(g.node("LpNormalization", g.gemm("input", 6), axis=1))


def neighboring_channels():
    """Sums over the channels beside each, by the operator and as torch writes it."""
    g = Graph("local-response", [5, 3, 2])
    g.save(g.conv(g.node("LRN", "input", size=3, alpha=0.3, beta=0.75, bias=1.5), 2, 5))
    g = Graph("local-response-of-five", [6, 2, 2])
    g.save(g.node("LRN", g.conv("input", 6, 6), size=5, alpha=2.0, beta=0.5))
    g = Graph("mean-of-channels", [5, 3, 2])
    x = g.node("Unsqueeze", g.node("Mul", g.conv("input", 5, 5), g.constant(numpy.float32(2))), g.integers([1]))
    x = g.node("Pad", x, g.integers([0, 0, 1, 0, 0, 0, 0, 1, 0, 0]))
    x = g.node("AveragePool", x, kernel_shape=[3, 1, 1])
    g.save(g.node("Squeeze", x, g.integers([1])))
    g = Graph("mean-of-channels-with-border", [5, 3, 2])
    x = g.node("Unsqueeze", g.conv("input", 5, 5), g.integers([1]))
    x = g.node("AveragePool", x, kernel_shape=[4, 1, 1], pads=[2, 0, 0, 1, 0, 0], count_include_pad=1)
    g.save(g.conv(g.node("Squeeze", x, g.integers([1])), 2, 5))
    g = Graph("mean-of-volumes", [5, 3, 2])
    x = g.node("Unsqueeze", g.conv("input", 5, 5), g.integers([1]))
    g.save(g.node("AveragePool", x, kernel_shape=[2, 2, 1]), refusal="slides over the channels")


def turned():
    """An image of one column that becomes one of one row, and is resized."""
    g = Graph("resize-of-a-turned-image", [1, 5, 1])
    x = g.node("Transpose", g.node("Div", g.constant(numpy.float32(1)), g.node("Exp", "input")), perm=[0, 3, 1, 2])
    scales = g.constant(numpy.array([1, 1, 2, 3], numpy.float32))
    g.save(g.node("Resize", x, "", scales, mode="nearest", coordinate_transformation_mode="asymmetric",
                  nearest_mode="floor"))
    g = Graph("floor-of-one", [6])
    x = g.node("Sigmoid", g.node("Add", g.node("Exp", "input"), g.constant(numpy.float32(20))))
    g.save(g.gemm(g.node("Floor", x), 6))


def functions():
    """Of one value, each of its own range, and sums of functions."""
    everywhere = ["Atan", "Sinh", "Cosh", "Asinh", "Sign", "Floor", "Ceil", "Round"]
    for number, kind in enumerate(everywhere + ["Tan", "Asin", "Acos", "Atanh", "Acosh"]):
        g = Graph(f"function-{kind.lower()}", [6])
        # Halves and whole numbers among others; within one of 0; from 1 on.
        x = g.node("Mul", "input", g.constant(numpy.float32(1.5)))
        if kind in ("Asin", "Acos", "Atanh"):
            x = g.node("Mul", g.node("Tanh", x), g.constant(numpy.float32(0.98)))
        elif kind == "Acosh":
            x = g.node("Add", g.node("Abs", x), g.constant(numpy.float32(1.01)))
        g.save(g.gemm(g.node(kind, x), 6))
    for name, settings in (("hard", {"lambd": 0.4}), ("soft", {"lambd": 0.4, "bias": 0.4})):
        g = Graph(f"{name}-shrink", [6])
        g.save(g.gemm(g.node("Shrink", "input", **settings), 6))
    for name, exponent in (("fifth", 5), ("three-quarters", 0.75), ("of-inverse", -1.5), ("of-square", -2)):
        g = Graph(f"power-{name}", [6])
        x = g.node("Add", g.node("Abs", "input"), g.constant(numpy.float32(0.3)))
        g.save(g.gemm(g.node("Pow", x, g.constant(numpy.float32(exponent))), 6))
    g = Graph("power-zero", [6])
    g.save(g.gemm(g.node("Pow", "input", g.constant(numpy.float32(0))), 6), refusal="exponent 0")
    g = Graph("logic", [6])
    numbers = [g.constant(numpy.float32(number)) for number in (-0.5, 0.6)]
    between = g.node("And", g.node("Greater", "input", numbers[0]), g.node("Less", "input", numbers[1]))
    g.save(g.gemm(g.node("Where", g.node("Not", between), "input", g.node("Exp", "input")), 6))
    g = Graph("equal", [6])
    number = g.constant(numpy.float32(0))
    either = g.node("Or", g.node("Equal", g.node("Relu", "input"), number), g.node("Greater", "input", g.weights(1)))
    g.save(g.gemm(g.node("Where", either, "input", g.node("Exp", "input")), 6))
    g = Graph("cast-to-truth", [6])
    g.save(g.gemm(g.node("Cast", g.node("Cast", g.node("Relu", "input"), to=9), to=1), 6))
    for kind in ("ReduceL1", "ReduceSumSquare", "ReduceLogSum"):
        g = Graph(f"sum-{kind.lower()}", [3, 4, 5])
        x = g.node("Exp", "input") if kind == "ReduceLogSum" else "input"
        g.save(g.gemm(g.node(kind, x, axes=[2, 3], keepdims=0), 3))
    g = Graph("mean-variance", [3, 4, 5])
    g.save(g.conv(g.node("MeanVarianceNormalization", "input", axes=[2, 3]), 2, 3))
    g = Graph("mean-variance-of-the-batch", [3, 4, 5])
    g.save(g.node("MeanVarianceNormalization", "input"), refusal="that of the batch")


def branches():
    """If nodes: of what follows from the file alone, and of the input."""
    def branch(name, g, make):
        """A graph within the node; its constants are its own, and its values may have the names of the other's."""
        inner = Graph(name, g.shape)
        inner.random, inner.prefix = g.random, f"{g.prefix}inner "
        output = make(inner)
        info = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
        return helper.make_graph(inner.nodes, name, [], [info], inner.constants)

    def choice(g, condition, yes, no):
        return g.node("If", condition, then_branch=branch("yes", g, yes), else_branch=branch("no", g, no))

    def size(g, value, axis):
        return g.node("Gather", g.node("Shape", value), g.constant(numpy.array(axis, numpy.int64)))

    for name, wanted in (("squeezes", 1), ("keeps", 2)):
        g = Graph(f"branch-{name}", [1, 6])
        x = g.node("Relu", "input")
        equal = g.node("Equal", size(g, x, 1), g.constant(numpy.array(wanted, numpy.int64)))
        x = choice(
            g, equal, lambda inner: inner.node("Squeeze", x, inner.integers([1])),
            lambda inner: inner.node("Reshape", x, inner.integers([-1, 6])))
        # Another node whose branches have the same names within.
        y = choice(
            g, g.constant(numpy.array(False)), lambda inner: inner.node("Neg", x),
            lambda inner: inner.node("Mul", inner.node("Tanh", x), inner.constant(numpy.float32(0.5))))
        g.save(g.gemm(y, 6))
    g = Graph("branch-within-a-branch", [6])
    x = choice(
        g, g.constant(numpy.array(True)), lambda inner: choice(
            inner, inner.constant(numpy.array(False)), lambda most: most.node("Neg", "input"),
            lambda most: most.node("Exp", "input")), lambda inner: inner.node("Identity", "input"))
    g.save(g.gemm(x, 6))
    g = Graph("branch-by-batch", [6])
    x = choice(
        g, g.node("Equal", size(g, "input", 0), g.constant(numpy.array(1, numpy.int64))),
        lambda inner: inner.node("Neg", "input"), lambda inner: inner.node("Exp", "input"))
    g.save(g.gemm(x, 6), refusal="chooses by what is no constant")
    g = Graph("branch-by-value", [1])
    x = choice(
        g, g.node("Greater", "input", g.constant(numpy.float32(0))), lambda inner: inner.node("Neg", "input"),
        lambda inner: inner.node("Exp", "input"))
    g.save(g.gemm(x, 1), refusal="chooses by what is no constant")
    g = Graph("branch-of-an-unknown-operator", [6])
    x = choice(
        g, g.constant(numpy.array(True)), lambda inner: inner.node("Hardmax", "input"),
        lambda inner: inner.node("Exp", "input"))
    g.save(g.gemm(x, 6), refusal="chooses the then_branch, where Hardmax node")


def casts():
    """Of values that depend on the input."""
    g = Graph("cast-to-float", [6])
    g.save(g.gemm(g.node("Cast", g.gemm("input", 6), to=1), 3))
    g = Graph("cast-to-double", [6])
    g.save(g.node("Cast", g.node("Cast", g.gemm("input", 6), to=11), to=1))
    g = Graph("cast-to-integers", [6])
    g.save(g.node("Cast", g.node("Cast", g.gemm("input", 6), to=7), to=1), refusal="none of floats")


def limits():
    """What real models have, and Octet does not take."""
    g = Graph("operator-of-another-domain", [6])
    g.save(g.node("FusedGemm", "input", g.weights(6, 3), domain="com.microsoft"), refusal='domain "com.microsoft"')
    g = Graph("window-of-300", [1, 1, 300])
    g.save(g.node("MaxPool", "input", kernel_shape=[1, 300]), refusal="beyond 1 to 256")
    g = Graph("maximum-of-300", [1, 1, 300])
    g.save(g.node("GlobalMaxPool", "input"), refusal="the limit is 256x256")
    g = Graph("mean-of-a-part", [1, 4, 5])
    x = g.node("Reshape", g.conv("input", 1, 1), g.integers([0, 1, 2, 2, 5]))
    g.save(g.node("ReduceMean", x, axes=[2]))
    g = Graph("norm-of-elements", [2, 2, 2], version=8)
    parts = [g.weights(2, 2, 2) for _ in range(3)] + [g.constant(numpy.ones((2, 2, 2), numpy.float32))]
    g.save(g.node("BatchNormalization", "input", *parts, spatial=0), refusal="spatial 0")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for write in [
            two_names, nothing, flattened, constants_along_axes, channels_last, softmax, choices, training,
            other_meanings, made_constants, open_batches, doubles, integers, maxima, borders, normalizations,
            neighboring_channels, turned, functions, branches, casts, limits]:
        write()
