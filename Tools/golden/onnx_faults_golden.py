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

    def __init__(self, name, shape, version=17):
        self.name, self.shape, self.version = name, shape, version
        self.nodes, self.constants = [], []
        self.random = numpy.random.default_rng(sum(name.encode()))

    def node(self, kind, *inputs, **attributes):
        output = f"value_{len(self.nodes)}"
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=name, **attributes))
        return output

    def constant(self, array):
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.asarray(array), name))
        return name

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
    g.save(g.gemm(g.node("Add", left, right), 60), refusal="different orders")
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
    g.save(g.gemm(g.node("Flatten", g.node("GlobalAveragePool", x)), 4), refusal="channels")
    g = Graph("norm-of-channels-last", [3, 4, 4])
    x = g.node("Transpose", g.conv("input", 3, 3), perm=[0, 2, 3, 1])
    g.save(g.gemm(g.node("Flatten", g.norm(x, 4)), 48))


def softmax():
    """Softmax along another axis than the classes, and over all from an axis on in older sets."""
    g = Graph("softmax-axis-0", [5])
    g.save(g.node("Softmax", g.gemm("input", 5), axis=0), refusal="axis 0")
    g = Graph("softmax-over-rows", [3, 4, 1])
    g.save(g.node("Softmax", g.conv("input", 3, 3), axis=2), refusal="softmax over the channels or over all")
    g = Graph("softmax-over-channels", [3, 4, 1])
    g.save(g.node("Softmax", g.conv("input", 3, 3), axis=1))
    g = Graph("softmax-before-13", [3, 2, 2], version=11)
    g.save(g.node("Softmax", g.conv("input", 3, 3), axis=1))
    g = Graph("logsoftmax", [5])
    g.save(g.node("LogSoftmax", g.gemm("input", 5), axis=1))


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
    g.save(g.node("MaxPool", g.conv("input", 2, 2), kernel_shape=[2, 2], dilations=[2, 2]), refusal="dilations")
    g = Graph("cells-left-out", [1, 1, 3])
    x = g.node("AveragePool", "input", kernel_shape=[1, 1], strides=[3, 3], auto_pad="SAME_UPPER")
    g.save(x, refusal="leaves out 2 cells")
    g = Graph("batch-mixed", [4, 6])
    x = g.node("Reshape", "input", g.constant(numpy.array([-1, 6], numpy.int64)))
    g.save(g.gemm(x, 6), refusal="batch")
    g = Graph("unknown-operator", [6])
    g.save(g.node("Sin", g.gemm("input", 6)), refusal='Sin node "Sin_1"')


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for write in [
            two_names, nothing, flattened, constants_along_axes, channels_last, softmax, training, other_meanings]:
        write()
