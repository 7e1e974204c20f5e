"""Writes Octet's networks as ONNX files, as Keras and as PyTorch would.

usage: python3 Tools/peers/onnx_models.py FOLDER NAME=MODEL.safetensors...

NAME is a recipe. For each, FOLDER gets NAME-keras.onnx (Keras' own export: images channels last, transposed around the
convolutions) and, for networks without branches, NAME-torch.onnx (channels first all the way, weights as
torch.onnx.export leaves them). Then every file is run with onnxruntime on random pictures, and NAME-KIND.json keeps
pictures and outputs, for tests to compare.
"""
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.dirname(__file__))

import keras
import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from keras_networks import NETWORKS

PARAMETERS = {
    keras.layers.Dense: ["weight", "bias"],
    keras.layers.Conv2D: ["weight", "bias"],
    keras.layers.BatchNormalization: ["scale", "offset", "mean", "variance"],
}


def load_weights(network, path):
    tensors = load_file(path)
    for layer in network.layers:
        names = PARAMETERS.get(type(layer))
        if names:
            layer.set_weights([tensors[f"{layer.name}.{name}"] for name in names if f"{layer.name}.{name}" in tensors])


def torch_style(network):
    """The graph that torch.onnx.export writes for the same network in PyTorch."""
    shape = network.input_shape[1:]
    nodes, constants = [], []
    first = [1, 1, shape[0], shape[1]] if len(shape) == 3 else [1, shape[0]]
    value, count = "input", 0
    channels = None

    def add(kind, inputs, **attributes):
        nonlocal count
        count += 1
        name = f"/{kind}_{count}"
        nodes.append(helper.make_node(kind, inputs, [f"{name}_output_0"], name=name, **attributes))
        return nodes[-1].output[0]

    def constant(name, array):
        constants.append(numpy_helper.from_array(numpy.ascontiguousarray(array, dtype=numpy.float32), name))
        return name

    for layer in network.layers:
        activation = None
        if isinstance(layer, keras.layers.Conv2D):
            weight, bias = layer.get_weights()
            inputs = [
                value, constant(layer.name + ".weight", weight.transpose(3, 2, 0, 1)),
                constant(layer.name + ".bias", bias)]
            size = layer.kernel_size[0]
            pad = size // 2 if layer.padding == "same" else 0
            value = add("Conv", inputs, kernel_shape=[size, size], strides=list(layer.strides), pads=[pad] * 4,
                        dilations=[1, 1], group=1)
            channels = weight.shape[3]
            activation = layer.activation.__name__
        elif isinstance(layer, keras.layers.MaxPooling2D):
            value = add("MaxPool", [value], kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0], ceil_mode=0)
        elif isinstance(layer, keras.layers.Flatten):
            height, width = layer.input.shape[1:3]
            value = add("Flatten", [value], axis=1)
            flattened = (height, width, channels)
        elif isinstance(layer, keras.layers.Dense):
            weight, bias = layer.get_weights()
            if channels is not None:
                # PyTorch runs through channels first.
                weight = weight.reshape(*flattened, -1).transpose(2, 0, 1, 3).reshape(weight.shape)
                channels = None
            inputs = [value, constant(layer.name + ".weight", weight.T), constant(layer.name + ".bias", bias)]
            value = add("Gemm", inputs, alpha=1.0, beta=1.0, transB=1)
            activation = layer.activation.__name__
        if activation == "relu":
            value = add("Relu", [value])
        elif activation == "sigmoid":
            value = add("Sigmoid", [value])
        elif activation == "softmax":
            value = add("Softmax", [value], axis=1)
    outputs = network.output_shape[1]
    graph = helper.make_graph(
        nodes, "main_graph", [helper.make_tensor_value_info("input", TensorProto.FLOAT, first)],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, [1, outputs])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="pytorch-style")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def record(path, network):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else 1 for size in port.shape]
    pictures = numpy.random.default_rng(5).integers(0, 256, (4, int(numpy.prod(shape))), dtype=numpy.uint8)
    outputs = [
        session.run(None, {port.name: (p.astype(numpy.float32) / 255).reshape(shape)})[0].flatten() for p in pictures]
    with open(path.removesuffix(".onnx") + ".json", "w") as file:
        json.dump({"pictures": pictures.tolist(), "outputs": [[float(v) for v in o] for o in outputs]}, file)


def main(folder, pairs):
    os.makedirs(folder, exist_ok=True)
    for pair in pairs:
        name, path = pair.split("=", 1)
        network = NETWORKS[name]()
        load_weights(network, path)
        target = os.path.join(folder, f"{name.replace('/', '-')}-keras.onnx")
        network(numpy.zeros((1, *network.input_shape[1:]), dtype=numpy.float32))  # Keras exports what was called once.
        network.export(target, format="onnx", verbose=False)
        record(target, network)
        if isinstance(network, keras.Sequential):
            target = os.path.join(folder, f"{name.replace('/', '-')}-torch.onnx")
            onnx.save(torch_style(network), target)
            record(target, network)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
