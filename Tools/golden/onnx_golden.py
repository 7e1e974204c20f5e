"""Writes small ONNX models of many forms, with what onnxruntime says of them, for Octet's tests.

usage: python3 Tools/golden/onnx_golden.py    (needs numpy, onnx and onnxruntime)

Each NAME.onnx in Tests/OctetInterchangeTests/ONNX/Models comes with NAME.json: pictures as bytes, and the outputs for
them divided by 255. The weights are random; what counts is the form.
"""
import json
import pathlib

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "OctetInterchangeTests" / "ONNX" / "Models"


class Graph:
    """A graph being put together; every method gives the name of the value it makes."""

    def __init__(self, name, shape):
        self.name, self.nodes, self.constants = name, [], []
        self.random = numpy.random.default_rng(sum(name.encode()))
        self.shape = shape

    def node(self, kind, *inputs, **attributes):
        output = f"{kind.lower()}_value_{len(self.nodes)}"
        name = f"/{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=name, **attributes))
        return output

    def constant(self, array):
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def weights(self, *shape, scale=0.4):
        return self.constant(self.random.normal(0, scale, shape).astype(numpy.float32))

    def integers(self, *values):
        return self.constant(numpy.array(values, dtype=numpy.int64))

    def conv(self, value, filters, channels, size, group=1, bias=True, **attributes):
        inputs = [value, self.weights(filters, channels // group, size, size)]
        if bias:
            inputs.append(self.weights(filters))
        return self.node("Conv", *inputs, kernel_shape=[size, size], group=group, **attributes)

    def norm(self, value, channels):
        parts = [self.weights(channels, scale=1), self.weights(channels), self.weights(channels)]
        variance = self.constant((0.5 + self.random.random(channels)).astype(numpy.float32))
        return self.node("BatchNormalization", value, *parts, variance, epsilon=1e-5)

    def save(self, output, outputs):
        graph = helper.make_graph(
            self.nodes, self.name, [helper.make_tensor_value_info("input", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", outputs])], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="octet-golden")
        model.ir_version = 8
        onnx.checker.check_model(model)
        path = FOLDER / f"{self.name}.onnx"
        onnx.save(model, path)
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        shape = [1] + self.shape[1:]
        pictures = self.random.integers(0, 256, (3, int(numpy.prod(shape))), dtype=numpy.uint8)
        results = [
            session.run(None, {"input": (p.astype(numpy.float32) / 255).reshape(shape)})[0].flatten() for p in pictures]
        # Octet's pictures have channels last.
        if len(shape) == 4 and shape[1] < shape[3]:
            pictures = pictures.reshape(3, *shape[1:]).transpose(0, 2, 3, 1).reshape(3, -1)
        text = json.dumps({"pictures": pictures.tolist(), "outputs": [[float(v) for v in r] for r in results]})
        (FOLDER / f"{self.name}.json").write_text(text + "\n")


def torch_residual():
    """Strided convolutions with PyTorch's border, batch normalization, a residual sum, pooling to one."""
    g = Graph("torch-residual", ["batch", 1, 9, 9])
    x = g.node("Relu", g.norm(g.conv("input", 4, 1, 3, bias=False, pads=[1] * 4, strides=[2, 2]), 4))
    y = g.node("Relu", g.norm(g.conv(x, 4, 4, 3, bias=False, pads=[1] * 4), 4))
    y = g.norm(g.conv(y, 4, 4, 3, bias=False, pads=[1] * 4), 4)
    x = g.node("Relu", g.node("Add", y, x))
    x = g.node("Flatten", g.node("GlobalAveragePool", x), axis=1)
    g.save(g.node("Gemm", x, g.weights(5, 4), g.weights(5), transB=1), 5)


def channels_flattened():
    """Two channels in, channels first, flattened in that order, through activations."""
    g = Graph("channels-flattened", [1, 2, 6, 7])
    x = g.node("Tanh", g.conv("input", 3, 2, 3))
    x = g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = g.node("Sigmoid", g.node("Flatten", x, axis=1))
    x = g.node("Add", g.node("MatMul", x, g.weights(12, 6)), g.weights(6))
    x = g.node("Gemm", g.node("Relu", x), g.weights(6, 4), g.weights(4))
    g.save(g.node("Softmax", x, axis=1), 4)


def groups():
    """Depthwise with two filters a channel, two groups, an average pool over a border, reshape by computed shapes."""
    g = Graph("groups", ["batch", 2, 8, 8])
    x = g.node("Relu", g.conv("input", 4, 2, 3, group=2, pads=[1] * 4))
    x = g.conv(x, 6, 4, 3, group=2, pads=[0, 1, 1, 0], strides=[1, 2])
    x = g.node("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4, count_include_pad=0)
    batch = g.node("Gather", g.node("Shape", x), g.integers(0), axis=0)
    count = g.node("Constant", value=numpy_helper.from_array(numpy.array([-1], dtype=numpy.int64), "minus"))
    x = g.node("Reshape", x, g.node("Concat", batch, count, axis=0))
    x = g.node("Dropout", g.node("Identity", x))
    g.save(g.node("Gemm", x, g.weights(3, 48), g.weights(3), transB=1), 3)


def channels_last():
    """As exporters of TensorFlow write it: transposed to channels first and back, SAME_UPPER, ReduceMean."""
    g = Graph("channels-last", [1, 7, 5, 2])
    x = g.node("Transpose", "input", perm=[0, 3, 1, 2])
    x = g.node("Relu", g.conv(x, 4, 2, 3, auto_pad="SAME_UPPER", strides=[2, 2]))
    x = g.node("Transpose", x, perm=[0, 2, 3, 1])
    x = g.node("Transpose", x, perm=[0, 3, 1, 2])
    x = g.node("ReduceMean", x, axes=[2, 3], keepdims=0)
    x = g.node("MatMul", x, g.weights(4, 1))
    g.save(g.node("Sigmoid", g.node("Add", x, g.weights(1))), 1)


def scaled():
    """Scales its own input as models do that take bytes, and values after it for each channel."""
    g = Graph("scaled", ["batch", 2, 6, 5])
    x = g.node("Div", "input", g.constant(numpy.float32(0.25)))
    x = g.node("Sub", x, g.constant(numpy.full((1, 1, 1), 0.5, numpy.float32)))
    x = g.conv(x, 4, 2, 3, pads=[1] * 4)
    x = g.node("Mul", g.weights(4, 1, 1), g.node("Relu", x))
    x = g.node("Add", x, g.weights(1, 4, 1, 1))
    x = g.node("Flatten", g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), axis=1)
    x = g.node("Mul", g.node("Gemm", x, g.weights(24, 5), g.weights(5)), g.weights(5))
    g.save(x, 5)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for make in [torch_residual, channels_flattened, groups, channels_last, scaled]:
        make()


main()
