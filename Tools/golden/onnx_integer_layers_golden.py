"""Writes small ONNX files of integers with one kind of layer each, and what onnxruntime computes of them node by node.

usage: python3 Tools/golden/onnx_integer_layers_golden.py [NAME...]    (needs numpy, onnx and onnxruntime)

Each NAME.onnx in Tests/OctetQuantizationTests/ONNX/Models/Layers comes with NAME.json: inputs and outputs, item after
item, the step of the outputs, and the share of them that may be a step apart because a quotient is half a step; or
"refusal", the words that the error must hold. What ends in logarithms is in Logarithms, as only octet predict has them.
"""
import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

TESTS = pathlib.Path(__file__).resolve().parents[2] / "Tests"
FOLDER = TESTS / "OctetQuantizationTests" / "ONNX" / "Models" / "Layers"
ITEMS = 6


def numbers(array):
    return [float(f"{number:.7g}") for number in array.flatten()]


class Graph:
    def __init__(self, name, shape, version=17):
        self.name, self.shape, self.version = name, shape, version
        self.nodes, self.constants = [], []
        self.random = numpy.random.default_rng(sum(name.encode()))

    def constant(self, array, kind=numpy.float32):
        self.constants.append(numpy_helper.from_array(numpy.array(array, kind), f"c{len(self.constants)}"))
        return self.constants[-1].name

    def floats(self, *shape, low=-1.0, high=1.0):
        return self.constant(self.random.uniform(low, high, shape))

    def node(self, kind, *inputs, domain="", **attributes):
        self.nodes.append(helper.make_node(
            kind, inputs, [f"v{len(self.nodes)}"], name=f"{kind} {len(self.nodes)}", domain=domain, **attributes))
        return self.nodes[-1].output[0]

    def quantize(self, value, scale, zero, kind=numpy.uint8):
        return self.node("QuantizeLinear", value, self.constant(scale), self.constant(zero, kind))

    def integers(self, value, scale, zero, kind=numpy.uint8):
        """QuantizeLinear and DequantizeLinear."""
        q = self.quantize(value, scale, zero, kind)
        return self.node("DequantizeLinear", q, self.constant(scale), self.constant(zero, kind))

    def weights(self, shape, axis=None):
        """Integers with one scale, or one for each index of an axis."""
        whole = self.constant(self.random.integers(-127, 128, shape), numpy.int8)
        if axis is None:
            return self.node("DequantizeLinear", whole, self.constant(0.01), self.constant(0, numpy.int8))
        scales = self.random.uniform(0.004, 0.02, shape[axis])
        return self.node(
            "DequantizeLinear", whole, self.constant(scales), self.constant(numpy.zeros(shape[axis]), numpy.int8),
            axis=axis)

    def save(self, output, step=None, folder=FOLDER, apart=0.0, refusal=None, low=-2.0, high=2.0, inputs=None):
        graph = helper.make_graph(
            self.nodes, "integers",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", *self.shape])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], self.constants)
        model = helper.make_model(
            graph, producer_name="octet-golden",
            opset_imports=[helper.make_opsetid("", self.version), helper.make_opsetid("com.microsoft", 1)])
        model.ir_version = 8
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.onnx").write_bytes(model.SerializeToString())
        answers = {"refusal": refusal}
        if refusal is None:
            options = onnxruntime.SessionOptions()
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
            session = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"])
            if inputs is None:
                inputs = self.random.uniform(low, high, (ITEMS, *self.shape))
            inputs = inputs.astype(numpy.float32).round(3)
            outputs = [session.run(None, {"input": item[None]})[0] for item in inputs]
            answers = {
                "inputs": [numbers(i) for i in inputs], "outputs": [numbers(o) for o in outputs], "step": step,
                "apart": apart}
        (folder / f"{self.name}.json").write_text(json.dumps(answers) + "\n")


def normalization():
    """A factor and a summand for each channel, with every integer as input: none may be a step apart."""
    g = Graph("normalization", [7, 16, 16])
    x = g.integers("input", 4 / 255, 130)
    x = g.node(
        "BatchNormalization", x, g.floats(7, low=-2, high=2), g.floats(7, low=-2, high=2), g.floats(7),
        g.floats(7, low=0.2, high=3))
    every = numpy.tile(((numpy.arange(256) - 130) * (4 / 255)).reshape(1, 1, 16, 16), (1, 7, 1, 1))
    g.save(g.integers(g.node("Relu", x), 0.0213, 3), step=0.0213, inputs=every)
    g = Graph("normalization-of-values", [8, 4, 5])
    x = g.node("Reshape", g.integers("input", 4 / 255, 120), g.constant([0, 16, 2, 5], numpy.int64))
    x = g.node(
        "BatchNormalization", x, g.floats(16, low=-2, high=2), g.floats(16, low=-2, high=2), g.floats(16),
        g.floats(16, low=0.2, high=3))
    x = g.node("Reshape", x, g.constant([0, 8, 4, 5], numpy.int64))
    g.save(g.integers(x, 0.0413, 127), step=0.0413)


def closing():
    """What a closing sigmoid gives is rounded, and cut off at the largest integer."""
    g = Graph("closing-sigmoid", [6])
    x = g.node("MatMul", g.integers("input", 4 / 255, 127), g.weights([6, 5]))
    g.save(g.integers(g.node("Sigmoid", g.integers(x, 0.021, 128)), 0.003, 0), step=0.003)


def within():
    """A softmax that other layers read."""
    g = Graph("softmax-within", [6])
    x = g.integers(g.node("MatMul", g.integers("input", 4 / 255, 127), g.weights([6, 5])), 0.021, 128)
    x = g.integers(g.node("Softmax", x), 1 / 256, 0)
    g.save(g.integers(g.node("MatMul", x, g.weights([5, 3])), 0.01, 128), refusal="which no integers are sure to equal")


def logarithms():
    """Far below those of a probability of 16 bits."""
    g = Graph("closing-logarithms", [6])
    x = g.integers(g.node("MatMul", g.integers("input", 0.1, 127), g.weights([6, 5])), 0.37, 128)
    g.save(g.node("LogSoftmax", x, axis=1), folder=FOLDER.parent / "Logarithms", low=-10, high=10)


def halves():
    """Weights of four bits, all sixteen of them, -8 among them."""
    g = Graph("weights-of-four-bits", [5, 4, 4], version=21)
    values = numpy.concatenate([numpy.arange(-8, 8), g.random.integers(-8, 8, 3 * 5 * 9 - 16)])
    g.constants.append(helper.make_tensor("halves", TensorProto.INT4, [3, 5, 3, 3], values))
    x = g.node("DequantizeLinear", "halves", g.floats(3, low=0.02, high=0.1), axis=0)
    x = g.node("Conv", g.integers("input", 4 / 255, 127), x, g.floats(3))
    g.save(g.integers(x, 0.061, 120), step=0.061, apart=0.01)


def transposed():
    for name, shape, attributes, kind in (
            ("transposed-channels", [4, 3, 3, 3], {"strides": [2, 2], "pads": [1, 1, 1, 1]}, 1),
            ("transposed-groups", [4, 2, 2, 3], {"strides": [3, 2], "group": 2, "output_padding": [1, 0]}, 1),
            ("transposed-one-scale", [4, 5, 4, 4], {"strides": [2, 2], "pads": [1, 1, 1, 1]}, None)):
        g = Graph(name, [4, 4, 5])
        filters = shape[1] * attributes.get("group", 1)
        x = g.node(
            "ConvTranspose", g.integers("input", 4 / 255, 127), g.weights(shape, kind), g.floats(filters),
            **attributes)
        x = g.node("Relu", x) if kind is None else x
        g.save(g.integers(x, 0.043, 120), step=0.043, apart=0.005)


def functions():
    """Several functions, one after the other, are one table."""
    g = Graph("functions", [5, 6, 6])
    x = g.node("Elu", g.integers("input", 4 / 255, 128))
    x = g.node("Div", g.node("Mul", x, g.constant(1.7)), g.constant(0.9))
    x = g.node("Pow", x, g.constant(2.0))
    g.save(g.integers(x, 0.05, 0), step=0.05)


def moved():
    """Integers that are moved as they are, between operators of integers."""
    g = Graph("resized", [3, 5, 4])
    x = g.quantize("input", 4 / 255, 128)
    x = g.node(
        "Resize", x, "", "", g.constant([1, 3, 10, 12], numpy.int64), mode="nearest",
        coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    x = g.node("Concat", x, x, axis=1)
    x = g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = g.node("DepthToSpace", g.node("Concat", x, x, axis=1), blocksize=2)
    x = g.node("DequantizeLinear", x, g.constant(4 / 255), g.constant(128, numpy.uint8))
    g.save(g.integers(g.node("Conv", x, g.weights([4, 3, 3, 3], 0)), 0.05, 128), step=0.05, apart=0.005)
    g = Graph("resized-between", [3, 5, 4])
    x = g.node(
        "Resize", g.quantize("input", 4 / 255, 128), "", "", g.constant([1, 3, 10, 8], numpy.int64), mode="linear")
    g.save(
        g.node("DequantizeLinear", x, g.constant(4 / 255), g.constant(128, numpy.uint8)),
        refusal="what lies between integers")
    g = Graph("resized-to-other-integers", [3, 5, 4])
    x = g.node(
        "Resize", g.integers("input", 4 / 255, 128), "", "", g.constant([1, 3, 10, 8], numpy.int64), mode="linear")
    g.save(g.integers(x, 0.012, 128), refusal="quantize both with the same")
    g = Graph("resized-by-thirds", [1, 3, 5])
    x = g.node(
        "Resize", g.integers("input", 4 / 255, 128), "", "", g.constant([1, 1, 37, 11], numpy.int64), mode="linear")
    g.save(g.integers(x, 4 / 255, 128), step=4 / 255, apart=0.1)


def doubled():
    """A value and itself: most sums are half a step of twice the size, and none may be a step apart."""
    every = ((numpy.arange(256) - 130) * 0.02).reshape(1, 4, 8, 8)
    g = Graph("sum-with-itself", [4, 8, 8])
    x = g.integers("input", 0.02, 130)
    g.save(g.integers(g.node("Add", x, x), 0.08, 131), step=0.08, inputs=every)


def means():
    """A border that counts as zeros."""
    g = Graph("mean-with-border", [4, 7, 6])
    x = g.node(
        "AveragePool", g.integers("input", 4 / 255, 110), kernel_shape=[3, 3], pads=[1, 1, 1, 1],
        count_include_pad=1)
    g.save(g.integers(x, 0.011, 121), step=0.011, apart=0.005)


def maxima():
    """Of cells that lie apart."""
    settings = {"kernel_shape": [3, 2], "dilations": [2, 3], "strides": [1, 2]}
    encoding = 4 / 255, 110
    g = Graph("maximum-of-cells-apart", [2, 9, 8])
    g.save(g.integers(g.node("MaxPool", g.integers("input", *encoding), **settings), *encoding), step=4 / 255)
    g = Graph("maximum-of-bytes-apart", [2, 9, 8])
    x = g.node("MaxPool", g.quantize("input", *encoding), **settings)
    g.save(g.node("DequantizeLinear", x, g.constant(4 / 255), g.constant(110, numpy.uint8)), step=4 / 255)


def inputs():
    """What is done to the input before it becomes integers."""
    g = Graph("input-scaled", [3, 6, 5])
    x = g.integers(g.node("Div", "input", g.constant(255.0)), 1 / 255, 0)
    g.save(
        g.integers(g.node("Conv", x, g.weights([4, 3, 3, 3], 0)), 0.03, 128), step=0.03, apart=0.005, low=0, high=255)
    g = Graph("input-mirrored", [3, 6, 5])
    x = g.node("Pad", "input", g.constant([0, 0, 2, 1, 0, 0, 2, 1], numpy.int64), mode="reflect")
    x = g.integers(x, 4 / 255, 127)
    g.save(g.integers(g.node("Conv", x, g.weights([4, 3, 3, 3], 0)), 0.1, 128), step=0.1, apart=0.005)
    g = Graph("input-shifted", [3, 6, 5])
    x = g.integers(g.node("Sub", "input", g.floats(3, 1, 1)), 4 / 255, 127)
    g.save(g.integers(g.node("Conv", x, g.weights([4, 3, 3, 3], 0)), 0.1, 128), refusal="computes with it as floats")
    g = Graph("input-also-floats", [6])
    x = g.node("Sub", "input", g.integers("input", 4 / 255, 127))
    g.save(g.integers(x, 0.01, 128), refusal="also reads as it is")


def main():
    made = (
        normalization, closing, within, transposed, functions, doubled, moved, means, inputs, logarithms, halves,
        maxima)
    for make in made:
        if len(sys.argv) < 2 or make.__name__ in sys.argv[1:]:
            make()


main()
