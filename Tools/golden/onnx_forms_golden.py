"""Writes ONNX models in the forms that exporters write, with what onnxruntime says of them.

usage: python3 Tools/golden/onnx_forms_golden.py    (needs numpy, onnx and onnxruntime)

Weights in a file beside the model, functions, numbers of 16 and 4 bits, shapes that nodes compute, items without a
batch. Files and answers are as those of onnx_faults_golden.py, in Tests/OctetInterchangeTests/ONNX/Forms.
"""
import json
import pathlib

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import onnx_faults_golden
from onnx_faults_golden import ITEMS, Graph

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "OctetInterchangeTests" / "ONNX" / "Forms"
onnx_faults_golden.FOLDER = FOLDER


def outside():
    """Weights in weights.bin, and names of files that lead nowhere or out."""
    g = Graph("weights-outside", [3, 4, 4])
    g.save(g.gemm(g.node("Flatten", g.conv("input", 2, 3, 3)), 8))
    model = onnx.load(FOLDER / f"{g.name}.onnx")
    onnx.save_model(
        model, FOLDER / f"{g.name}.onnx", save_as_external_data=True, all_tensors_to_one_file=True,
        location="weights-outside.bin", size_threshold=0)
    wrong = {
        "up": {"location": "../Forms/weights-outside.bin"}, "root": {"location": "/etc/passwd"},
        "missing": {"location": "nowhere.bin"}, "folder": {"location": "."},
        "beyond": {"location": "weights-outside.bin", "offset": "100000"},
        "length": {"location": "weights-outside.bin", "length": "8"},
        "number": {"location": "weights-outside.bin", "offset": "-1"},
    }
    words = {
        "up": "no name of a file", "root": "no name of a file", "missing": "no such file", "folder": "outside the",
        "beyond": "and that file has", "length": "8 bytes for", "number": "which is no number"}
    words["folder"] = "has its values in"
    for name, settings in wrong.items():
        model = onnx.load(FOLDER / "weights-outside.onnx", load_external_data=False)
        tensor = model.graph.initializer[0]
        del tensor.external_data[:]
        for key, value in settings.items():
            tensor.external_data.add(key=key, value=value)
        (FOLDER / f"outside-{name}.onnx").write_bytes(model.SerializeToString())
        (FOLDER / f"outside-{name}.json").write_text(json.dumps({"refusal": words[name]}) + "\n")


def save(g, output, functions=(), shape=None, kind=TensorProto.FLOAT, single=False):
    """The same as Graph.save for what that has no words for; `single` runs each item alone."""
    shape = ["batch", *g.shape] if shape is None else shape
    graph = helper.make_graph(
        g.nodes, g.name, [helper.make_tensor_value_info("input", kind, shape)],
        [helper.make_tensor_value_info(output, kind, None)], g.constants)
    imports = [helper.make_opsetid("", g.version), helper.make_opsetid("local", 1)]
    model = helper.make_model(graph, opset_imports=imports, producer_name="octet-golden", functions=list(functions))
    model.ir_version = 10 if g.version >= 21 else 8
    path = FOLDER / f"{g.name}.onnx"
    onnx.save(model, path)
    options = onnxruntime.SessionOptions()
    # Fused with a product, weights of four bits are multiplied by rounded values.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    sizes = [size for size in shape if not isinstance(size, str)]
    inputs = g.random.normal(0, 1, (ITEMS, *sizes)).astype(helper.tensor_dtype_to_np_dtype(kind))
    if single:
        outputs = numpy.stack([session.run(None, {"input": item[None]})[0] for item in inputs])
    elif isinstance(shape[0], str):
        outputs = session.run(None, {"input": inputs})[0]
    else:
        outputs = numpy.stack([session.run(None, {"input": item})[0] for item in inputs])
    answers = {"inputs": [i.flatten().tolist() for i in inputs], "outputs": [o.flatten().tolist() for o in outputs]}
    (FOLDER / f"{g.name}.json").write_text(json.dumps(answers) + "\n")


def functions():
    """One that calls another, with attributes of the call and a default, and one that calls itself."""
    versions = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]

    def referring(kind, inputs, outputs, name, outer, of):
        node = helper.make_node(kind, inputs, outputs)
        attribute = node.attribute.add()
        attribute.name, attribute.ref_attr_name, attribute.type = name, outer, of
        return node

    leaky = helper.make_function(
        "local", "Leaky", ["x"], ["y"],
        [referring("LeakyRelu", ["x"], ["t"], "alpha", "slope", onnx.AttributeProto.FLOAT),
         helper.make_node("Neg", ["t"], ["y"])], versions, ["slope"])
    turned = helper.make_function(
        "local", "Turned", ["x"], ["y", "same"],
        [referring("Transpose", ["x"], ["t"], "perm", "order", onnx.AttributeProto.INTS),
         referring("Leaky", ["t"], ["y"], "slope", "slope", onnx.AttributeProto.FLOAT),
         helper.make_node("Identity", ["x"], ["same"])], versions, ["order"],
        [helper.make_attribute("slope", 0.25)])
    turned.node[1].domain = "local"
    g = Graph("functions", [2, 3, 4])
    x = g.conv("input", 3, 2)
    g.nodes.append(helper.make_node("Turned", [x], ["a", "b"], domain="local", order=[0, 1, 2, 3]))
    g.nodes.append(helper.make_node("Turned", ["b"], ["c", "d"], domain="local", order=[0, 1, 2, 3], slope=0.5))
    x = g.node("Add", "a", "c")
    save(g, g.gemm(g.node("Flatten", x), 36), [leaky, turned])
    endless = helper.make_function(
        "local", "Endless", ["x"], ["y"], [helper.make_node("Endless", ["x"], ["y"], domain="local")], versions)
    g = Graph("function-of-itself", [3])
    g.nodes.append(helper.make_node("Endless", ["input"], ["a"], domain="local"))
    graph = helper.make_graph(
        g.nodes, g.name, [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 3])],
        [helper.make_tensor_value_info("a", TensorProto.FLOAT, None)])
    model = helper.make_model(graph, opset_imports=versions, functions=[endless])
    (FOLDER / f"{g.name}.onnx").write_bytes(model.SerializeToString())
    (FOLDER / f"{g.name}.json").write_text(json.dumps({"refusal": "or itself"}) + "\n")


def types():
    """Weights of 16, 8 and 4 bits, in bytes and in fields of their type; a model of doubles."""
    for name, kind in {"halves": TensorProto.FLOAT16, "bfloats": TensorProto.BFLOAT16}.items():
        for raw in (True, False):
            g = Graph(f"{name}-{'raw' if raw else 'typed'}", [4])
            values = g.random.normal(0, 1, (4, 3)).astype(helper.tensor_dtype_to_np_dtype(kind))
            if raw:
                g.constants.append(helper.make_tensor("w", kind, [4, 3], values.tobytes(), raw=True))
            else:
                g.constants.append(helper.make_tensor("w", kind, [4, 3], values.astype(numpy.float32).ravel()))
            save(g, g.node("MatMul", "input", g.node("Cast", "w", to=1)))
    for raw in (True, False):
        g = Graph(f"four-bits-{'raw' if raw else 'typed'}", [5], 21)
        values = g.random.integers(-8, 8, 15)
        if raw:
            packed = bytes((int(a) & 15) | (int(b) & 15) << 4 for a, b in zip(values[::2], [*values[1::2], 0]))
            g.constants.append(helper.make_tensor("w", TensorProto.INT4, [5, 3], packed, raw=True))
        else:
            g.constants.append(helper.make_tensor("w", TensorProto.INT4, [5, 3], values))
        scales = g.constant(numpy.float32([0.5, 0.25, 0.125]))
        save(g, g.node("MatMul", "input", g.node("DequantizeLinear", "w", scales, axis=1)))
    g = Graph("blocks", [6], 21)
    g.constants.append(helper.make_tensor("w", TensorProto.UINT4, [6, 2], g.random.integers(0, 16, 12)))
    g.constants.append(helper.make_tensor("z", TensorProto.UINT4, [3, 2], g.random.integers(0, 16, 6)))
    scales = g.constant(g.random.random((3, 2)).astype(numpy.float32))
    save(g, g.node("MatMul", "input", g.node("DequantizeLinear", "w", scales, "z", axis=0, block_size=2)))
    g = Graph("all-doubles", [4])
    weights = g.constant(g.random.normal(0, 1, (4, 3)))
    x = g.node("MatMul", "input", weights)
    save(g, g.node("Relu", g.node("Add", x, g.constant(g.random.normal(0, 1, 3)))), kind=TensorProto.DOUBLE)


def shapes():
    """What exporters compute with shapes and constants."""
    g = Graph("expanded-by-the-batch", [4])
    size = g.node("Gather", g.node("Shape", "input"), g.constant(numpy.int64(0)), axis=0)
    wanted = g.node("Concat", g.node("Unsqueeze", size, g.integers([0])), g.integers([4]), axis=0)
    ones = g.node("ConstantOfShape", g.integers([2]), value=numpy_helper.from_array(numpy.int64([1])))
    minus = g.node("Mul", ones, g.integers([-1]))
    wanted = g.node("Where", g.node("Equal", wanted, minus), ones, wanted)
    g.save(g.gemm(g.node("Expand", "input", wanted), 4))
    g = Graph("constants-from-nodes", [6])
    x = g.node("Range", g.constant(numpy.int64(0)), g.constant(numpy.int64(6)), g.constant(numpy.int64(1)))
    x = g.node("Mod", g.node("Mul", x, g.integers([5])), g.integers([-4]))
    x = g.node("Where", g.node("Less", x, g.integers([-1])), x, g.node("Neg", x))
    x = g.node("ScatterND", x, g.integers([[1], [4]]), g.integers([7, -9]))
    x = g.node("Cast", g.node("Max", x, g.integers([-3]), g.integers([-5])), to=1)
    x = g.node("Pow", g.node("Abs", x), g.constant(numpy.float32(1.5)))
    half = g.node("Floor", g.node("Div", x, g.constant(numpy.float32(2))))
    x = g.node("Add", x, g.node("Reciprocal", g.node("Add", half, g.constant(numpy.float32(1)))))
    scale = g.node("ReduceL2", x, keepdims=0)
    x = g.node("Tile", g.node("Unsqueeze", g.node("Div", x, scale), g.integers([1])), g.integers([1, 2]))
    g.save(g.node("MatMul", "input", x))
    g = Graph("places-of-constants", [4])
    places = g.node("NonZero", g.constant(numpy.float32([[0, 2, 0], [3, 0, 4]])))
    found = g.node("GatherND", g.weights(2, 3), g.node("Transpose", places, perm=[1, 0]))
    g.save(g.node("Concat", g.gemm("input", 4, 3), g.node("Mul", g.gemm("input", 4, 3), found), axis=1))


def parts():
    """Split in each form, Gather of one index, sums, means, quotients."""
    for version in (11, 13, 18):
        g = Graph(f"split-{version}", [5, 2, 2], version)
        names = ["a", "b", "c"]
        if version < 13:
            node = helper.make_node("Split", ["input"], names, axis=1, split=[2, 2, 1])
        elif version < 18:
            node = helper.make_node("Split", ["input", g.integers([2, 2, 1])], names, axis=1)
        else:
            node = helper.make_node("Split", ["input"], names, axis=-3, num_outputs=3)
        g.nodes.append(node)
        x = g.node("Concat", g.node("Neg", "c"), "a", axis=1)
        save(g, g.node("Flatten", g.conv(x, 2, 3)))
    g = Graph("gathered", [5, 3, 4])
    x = g.node("Gather", "input", g.integers([0, 2, 4]), axis=1)
    x = g.node("Gather", g.conv(x, 3, 3), g.constant(numpy.int64(-1)), axis=3)
    g.save(g.gemm(g.node("Flatten", x), 9))
    g = Graph("gathered-in-any-order", [5, 3, 4])
    x = g.node("Gather", g.conv("input", 7, 5), g.integers([3, 1, 0, 2, -1, 6, 6]), axis=1)
    x = g.node("Gather", x, g.integers([0, 2, 3, 0]), axis=3)
    g.save(g.gemm(g.node("Flatten", x), 84))
    g = Graph("minimum-over-places", [2, 3, 4])
    x = g.node("ReduceMin", g.conv("input", 3, 2), axes=[2, 3], keepdims=0)
    g.save(g.gemm(x, 3))
    g = Graph("sums-and-means", [6])
    a, b, c = (g.gemm("input", 6, 4) for _ in range(3))
    x = g.node("Sum", a, b, g.weights(4), c)
    x = g.node("Mean", x, a, g.weights(1))
    x = g.node("Min", x, b, g.constant(numpy.float32(0.7)))
    g.save(g.node("Div", g.weights(4), g.node("Exp", x)))
    g = Graph("sum-over-places", [2, 3, 4])
    g.save(g.gemm(g.node("ReduceSum", g.conv("input", 3, 2), g.integers([2, 3]), keepdims=0), 3))


def batches():
    """Items that come without a batch, and results that have none."""
    g = Graph("item-without-batch", [])
    x = g.node("Sub", "input", g.constant(numpy.float32(0.3)))
    x = g.node("Unsqueeze", x, g.integers([0, 1]))
    x = g.node("Flatten", g.node("Relu", g.conv(x, 2, 1, 3)))
    save(g, g.node("Squeeze", g.gemm(x, 24), g.integers([0])), shape=[6, 5])
    g = Graph("row-without-batch", [])
    x = g.gemm(g.node("Reshape", "input", g.integers([1, -1])), 7, 4)
    save(g, g.node("Reshape", x, g.integers([-1])), shape=[7])
    g = Graph("channels-without-batch", [])
    x = g.node("Unsqueeze", g.node("Transpose", "input", perm=[2, 0, 1]), g.integers([0]))
    save(g, g.gemm(g.node("Flatten", g.conv(x, 2, 3, 3)), 12), shape=[4, 5, 3])


def torch():
    """What torch writes for a batch that it traced as one item, and for a division by the length; and a convolution
    with a wide window for each of many channels."""
    g = Graph("batch-written-down", [4, 3, 3])
    x = g.node("Reshape", "input", g.integers([1, 2, 2, 3, 3]))
    x = g.node("Reshape", g.node("Transpose", x, perm=[0, 2, 1, 3, 4]), g.integers([1, 4, 3, 3]))
    x = g.node("Conv", x, g.weights(4, 1, 2, 2), group=4)
    save(g, g.gemm(g.node("Flatten", x), 16), single=True)
    g = Graph("unit-length", [5, 2, 3])
    x = g.conv("input", 4, 5)
    length = g.node("Clip", g.node("ReduceL2", x, axes=[1], keepdims=1), g.constant(numpy.float32(1e-12)))
    x = g.node("Div", x, g.node("Expand", length, g.node("Shape", x)))
    save(g, g.node("Flatten", x))
    g = Graph("many-wide-channels", [1, 4, 4])
    x = g.node("Conv", "input", g.node("Tile", g.weights(8, 1, 1, 1), g.integers([120, 1, 1, 1])))
    wide = g.node("Tile", g.weights(1, 1, 5, 5), g.integers([960, 1, 1, 1]))
    x = g.node("Conv", x, wide, group=960, dilations=[2, 2], pads=[4, 4, 4, 4])
    x = g.node("Slice", x, g.integers([0]), g.integers([9]), g.integers([1]))
    save(g, g.node("Flatten", x))


def orders():
    """Ends whose elements lie in another order than that of the values before, and arrays that are cut across axes."""
    for name in ("last", "last-of-one", "first"):
        g = Graph(f"blocks-with-channels-{name}", [3, 4, 2])
        x = g.node("Transpose", "input", perm=[0, 3, 1, 2])
        x = g.node("DepthToSpace", g.conv(x, 4 if name == "last-of-one" else 8, 2), blocksize=2)
        g.save(x if name == "first" else g.node("Transpose", x, perm=[0, 2, 3, 1]))
    for name in ("last", "first"):
        g = Graph(f"steps-with-channels-{name}", [5, 3])
        x = g.node("Transpose", "input", perm=[0, 2, 1])
        x = g.node("ConvTranspose", x, g.weights(3, 2, 4), strides=[2])
        g.save(x if name == "first" else g.node("Transpose", x, perm=[0, 2, 1]))
    cuts = {"rows": (None, [5, 24]), "channels": ([0, 3, 1, 2], [8, 15]), "three": ([0, 2, 1, 3], [10, 4, 3])}
    for name, (order, sizes) in cuts.items():
        g = Graph(f"cut-across-axes-{name}", [4, 6, 5])
        x = g.node("Relu", g.conv("input", 4, 4))
        x = g.node("Transpose", x, perm=order) if order else x
        g.save(g.node("Relu", g.node("Reshape", x, g.integers([-1, *sizes]))))


def steps():
    """What TensorFlow makes of a dense layer along the last axis: one product for the rows of all items."""
    g = Graph("rows-of-all-items", [4, 6], 15)
    x = "input"
    for inputs, units in ((6, 5), (5, 3)):
        shape = g.node("Cast", g.node("Shape", x), to=6)
        free = g.node("Gather", shape, g.integers([0, 1]), axis=0)
        wanted = g.node("Concat", free, g.constant(numpy.int32([units])), axis=0)
        if inputs == 6:
            rows = g.node("Unsqueeze", g.node("ReduceProd", free, axes=[0], keepdims=0), g.integers([0]))
            inner = g.node("Concat", rows, g.constant(numpy.int32([6])), axis=0)
            x = g.node("Reshape", x, g.node("Cast", inner, to=7))
        else:
            x = g.node("Reshape", x, g.integers([-1, inputs]))
        x = g.node("MatMul", x, g.weights(inputs, units)) if inputs == 6 else g.gemm(x, inputs, units)
        x = g.node("Reshape", x, g.node("Cast", wanted, to=7))
    g.save(g.node("Relu", x))
    # Places of an image, two products one after the other, and the rows of both axes in the batch.
    g = Graph("places-of-all-items", [2, 3, 4], 15)
    x = g.node("Transpose", g.conv("input", 5, 2), perm=[0, 2, 3, 1])
    x = g.gemm(g.node("Reshape", x, g.integers([-1, 5])), 5, 6)
    x = g.node("Reshape", x, g.integers([-1, 3]))
    x = g.node("MatMul", x, g.weights(3, 2))
    g.save(g.node("Reshape", x, g.integers([-1, 4, 3, 4])))
    # Along the rows of all items nothing can be computed that looks at others; nor are they an output.
    g = Graph("softmax-of-all-items", [4, 6])
    x = g.node("Softmax", g.node("Reshape", "input", g.integers([-1, 6])), axis=0)
    g.save(g.node("Reshape", x, g.integers([-1, 4, 6])), refusal="counts the rows of all items")
    g = Graph("output-of-all-items", [4, 6])
    g.save(g.gemm(g.node("Reshape", "input", g.integers([-1, 6])), 6), refusal="counts the rows of all items")
    g = Graph("left-product-of-all-items", [4, 6])
    x = g.node("MatMul", g.weights(3, 4), g.node("Reshape", "input", g.integers([-1, 6])))
    g.save(x, refusal="counts the rows of all items")
    # Whose items are no whole number of rows.
    g = Graph("rows-across-items", [4, 6])
    x = g.gemm(g.node("Reshape", "input", g.integers([-1, 6])), 6, 5)
    g.save(g.node("Reshape", x, g.integers([-1, 2, 3])), refusal="reshapes")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for write in [outside, functions, types, shapes, parts, batches, torch, orders, steps]:
        write()
