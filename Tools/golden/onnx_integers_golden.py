"""Writes small ONNX models of integers, with what onnxruntime computes of them node by node.

usage: python3 Tools/golden/onnx_integers_golden.py    (needs numpy, onnx and onnxruntime)

Each NAME.onnx in Tests/OctetQuantizationTests/ONNX/Models comes with NAME.json: inputs and outputs, item after item,
and the step of the outputs; or "refusal", the words that the error must hold.
"""
import json
import pathlib
import tempfile

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import quantization

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "OctetQuantizationTests" / "ONNX" / "Models"
ITEMS = 12
SHAPE = [3, 7, 6]


class Samples(quantization.CalibrationDataReader):
    def __init__(self, items):
        self.items = iter([items])

    def get_next(self):
        items = next(self.items, None)
        return None if items is None else {"input": items}


def network(random, residual, joins=False):
    """Convolutions, a depthwise one, a branch, a pool, a mean and a dense layer, as a graph of floats; or values of
    very different ranges that one node joins."""
    constants, nodes = [], []

    def constant(*shape):
        name = f"c{len(constants)}"
        scale = 1 / numpy.sqrt(max(1, numpy.prod(shape[1:])))
        constants.append(numpy_helper.from_array(random.normal(0, scale, shape).astype(numpy.float32), name))
        return name

    def node(kind, inputs, **attributes):
        nodes.append(helper.make_node(kind, inputs, [f"v{len(nodes)}"], name=f"n{len(nodes)}", **attributes))
        return nodes[-1].output[0]

    x = node("Conv", ["input", constant(8, 3, 3, 3), constant(8)], pads=[1, 1, 1, 1])
    x = node("Relu", [x])
    y = node("Conv", [x, constant(8, 1, 3, 3), constant(8)], group=8, pads=[1, 1, 1, 1])
    if residual:
        y = node("Add", [x, y])
        y = node("Concat", [y, x], axis=1)
    if joins:
        wide = node("Mul", [y, constant_of(constants, 6)])
        y = node("Concat", [node("Sigmoid", [x]), wide, node("Tanh", [x]), wide], axis=1)
    y = node("MaxPool", [y], kernel_shape=[2, 2], strides=[2, 2])
    y = node("Sigmoid", [y])
    y = node("Flatten", [node("GlobalAveragePool", [y])])
    channels = 32 if joins else 16 if residual else 8
    y = node("Gemm", [y, constant(5, channels), constant(5)], transB=1)
    graph = helper.make_graph(
        nodes, "integers", [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", *SHAPE])],
        [helper.make_tensor_value_info(y, TensorProto.FLOAT, ["n", 5])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="octet-golden")
    model.ir_version = 8
    return model


def constant_of(constants, number):
    constants.append(numpy_helper.from_array(numpy.array(number, numpy.float32), f"c{len(constants)}"))
    return constants[-1].name


def answers(file, random):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    inputs = random.normal(0, 1, (ITEMS, *SHAPE)).astype(numpy.float32)
    outputs = session.run(None, {"input": inputs})[0]
    distances = numpy.diff(numpy.unique(outputs))
    return {
        "inputs": [i.flatten().tolist() for i in inputs], "outputs": [o.flatten().tolist() for o in outputs],
        "step": float(distances.min())}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    signed, unsigned = quantization.QuantType.QInt8, quantization.QuantType.QUInt8
    forms = {
        "signed": (quantization.QuantFormat.QDQ, signed, signed, False),
        "signed-channels": (quantization.QuantFormat.QDQ, signed, signed, True),
        "unsigned-channels": (quantization.QuantFormat.QDQ, unsigned, signed, True),
        "unsigned-weights": (quantization.QuantFormat.QDQ, unsigned, unsigned, False),
        "operators": (quantization.QuantFormat.QOperator, unsigned, unsigned, False),
        "joins": (quantization.QuantFormat.QDQ, signed, signed, False),
    }
    for number, (name, (form, values, weights, per_channel)) in enumerate(forms.items()):
        random = numpy.random.default_rng(number + 3)
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "float.onnx"
            onnx.save(network(random, residual=number in (1, 3) or name == "operators", joins=name == "joins"), source)
            samples = random.normal(0, 1, (40, *SHAPE)).astype(numpy.float32)
            quantization.quantize_static(
                source, FOLDER / f"{name}.onnx", Samples(samples), quant_format=form, per_channel=per_channel,
                activation_type=values, weight_type=weights)
        file = (FOLDER / f"{name}.onnx").read_bytes()
        (FOLDER / f"{name}.json").write_text(json.dumps(answers(file, random)) + "\n")
    refused()


def refused():
    """Integers that are read in another way than they were made, and floats that nothing makes integers of."""
    model = onnx.load(FOLDER / "signed.onnx")

    def save(name, changed, words):
        (FOLDER / f"{name}.onnx").write_bytes(changed.SerializeToString())
        (FOLDER / f"{name}.json").write_text(json.dumps({"refusal": words}) + "\n")

    def copy():
        changed = onnx.ModelProto()
        changed.CopyFrom(model)
        return changed

    changed = copy()
    reader = next(
        node for node in changed.graph.node if node.op_type == "DequantizeLinear" and node.input[0].startswith("v"))
    reader.input[1] = next(
        node.input[1] for node in changed.graph.node
        if node.op_type == "QuantizeLinear" and node.input[1] != reader.input[1])
    save("other-scale", changed, "another scale or zero point than they were made by")
    changed = copy()
    reader = next(
        node for node in changed.graph.node if node.op_type == "DequantizeLinear" and node.input[0].startswith("v"))
    reader.op_type = "Cast"
    del reader.input[1:], reader.attribute[:]
    reader.attribute.append(helper.make_attribute("to", 1))
    save("integers-as-they-are", changed, "as they are")
    changed = copy()
    place = next(
        index for index, node in enumerate(changed.graph.node) if node.op_type == "Sigmoid")
    extra = helper.make_node("Exp", [changed.graph.node[place].output[0]], ["extra"], name="extra")
    for node in changed.graph.node:
        if changed.graph.node[place].output[0] in node.input:
            node.input[0] = "extra2"
    changed.graph.node.insert(place + 1, extra)
    changed.graph.node.insert(place + 2, helper.make_node("Conv", ["extra", "w"], ["extra2"], name="extra conv"))
    changed.graph.initializer.append(numpy_helper.from_array(numpy.ones((8, 8, 1, 1), numpy.float32), "w"))
    save("floats-between", changed, "no QuantizeLinear makes integers")


main()
