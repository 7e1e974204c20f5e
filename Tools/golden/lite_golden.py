"""Writes small .tflite models of many forms, with what LiteRT's reference kernels say of them, for Octet's tests.

usage: python3 Tools/golden/lite_golden.py [FORM [NAME]]    (needs numpy, keras, tensorflow-cpu and ai-edge-litert)

Each NAME-FORM.tflite in Tests/OctetQuantizationTests/TensorFlowLite/Models comes with NAME-FORM.json: pictures as
bytes, the outputs for them divided by 255, and, for integer models, the integers that go into the last function; of
several outputs those of each, one after the other. The weights are random; what counts is the form: float, float16,
dynamic (int8 weights only), int8, edges (int8 with float ends), uint8 (int8 with such ends), legacy (uint8 throughout,
as until 2019).
"""
import contextlib
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from keras import layers as kl

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools" / "checks" / "differential"))
import lite_legacy
import lite_oracle

FOLDER = ROOT / "Tests" / "OctetQuantizationTests" / "TensorFlowLite" / "Models"
FUNCTIONS = ("SOFTMAX", "LOGISTIC")


def dense():
    return keras.Sequential([
        kl.Input((36,)), kl.Dense(40, "relu"), kl.Dropout(0.3), kl.Dense(5, "softmax")])


def limits():
    """ReLU6, borders of both kinds, several filters a channel, one output."""
    return keras.Sequential([
        kl.Input((9, 8, 2)), kl.Conv2D(6, 3, strides=2, padding="same"), kl.ReLU(6.0),
        kl.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="relu"), kl.MaxPooling2D(2),
        kl.Flatten(), kl.Dense(1, "sigmoid")])


def residual():
    image = kl.Input((9, 9, 1))
    x = kl.ZeroPadding2D(((1, 0), (0, 1)))(image)
    x = kl.ReLU()(kl.BatchNormalization()(kl.Conv2D(4, 3, strides=2, use_bias=False)(x)))
    y = kl.Conv2D(4, 3, padding="same")(x)
    x = kl.ReLU()(kl.Add()([y, x]))
    x = kl.AveragePooling2D(3, strides=1, padding="same")(x)
    return keras.Model(image, kl.Dense(4, "softmax")(kl.GlobalAveragePooling2D()(x)))


def functions():
    """Functions within, and a pool before a convolution."""
    return keras.Sequential([
        kl.Input((8, 8, 1)), kl.AveragePooling2D(2), kl.Conv2D(5, 2, activation="tanh"),
        kl.Conv2D(4, 1, activation="sigmoid"), kl.MaxPooling2D(2, strides=1), kl.Flatten(), kl.Dense(3)])


def reshaped():
    """A flat input that is made a picture; no function at the end."""
    return keras.Sequential([
        kl.Input((49,)), kl.Reshape((7, 7, 1)), kl.Conv2D(3, 3, activation="relu"), kl.Flatten(), kl.Dense(4)])


def channels():
    """Products along the channels of an image, which are products of matrices in the file."""
    return keras.Sequential([
        kl.Input(batch_shape=(1, 5, 8, 3)), kl.Dense(4, "relu"), kl.Dense(2), kl.Flatten(), kl.Dense(8)])


def enlarged():
    """Rows and columns repeated, whose shapes the model computes: the file leaves axes open."""
    return keras.Sequential([
        kl.Input((5, 4, 2)), kl.Conv2D(3, 2, padding="same", activation="relu"), kl.UpSampling2D((2, 3)),
        kl.Conv2D(2, 3, strides=2), kl.Flatten(), kl.Dense(4, "softmax")])


def opened():
    """A series, whose shapes the model computes of those of its values, the batch among them."""
    return keras.Sequential([
        kl.Input((6, 2)), kl.Conv1DTranspose(3, 3, strides=2, padding="same", activation="relu"), kl.Dense(4, "relu"),
        kl.Flatten(), kl.Dense(3)])


def picked():
    """Channels in an order without a pattern."""
    image = kl.Input(batch_shape=(1, 4, 3, 2))
    x = keras.ops.take(kl.Conv2D(6, 2)(image), [3, 1, 0, 2, 5, 5, 4], axis=-1)
    return keras.Model(image, kl.Dense(2)(kl.Flatten()(x)))


def least():
    image = kl.Input(batch_shape=(1, 4, 3, 2))
    return keras.Model(image, kl.Dense(2)(keras.ops.min(kl.Conv2D(6, 2)(image), axis=(1, 2))))


def gated():
    """A function of two values of one source, with another fused to it."""
    image = kl.Input((3, 2, 1))
    return keras.Model(image, kl.ReLU()(keras.ops.hard_silu(kl.Conv2D(2, 1)(image))))


def normalized():
    """Normalizations of the channels at a place, and of the places of a channel."""
    image = kl.Input(batch_shape=(1, 5, 4, 6))
    x = kl.LayerNormalization()(image)
    mean, variance = keras.ops.moments(x, axes=(1, 2), keepdims=True)
    x = keras.ops.multiply(keras.ops.subtract(x, mean), keras.ops.rsqrt(keras.ops.add(variance, 0.01)))
    return keras.Model(image, kl.Dense(4)(kl.Flatten()(x)))


def item():
    """Takes the only item out of the batch, in the middle and at the end."""
    image = kl.Input(batch_shape=(1, 4, 3, 2))
    x = keras.ops.expand_dims(kl.Conv2D(3, 2)(image), 0)[0, :, 1:]
    return keras.Model(image, keras.ops.expand_dims(kl.Dense(2)(kl.Flatten()(x)), 0)[0])


def several():
    """Maps, a sigmoid and a row as outputs that layers read, heads of each kind, and one output twice."""
    image = kl.Input((8, 7, 2))
    edges = kl.Conv2D(4, 3, padding="same", activation="relu")(image)
    shares = kl.Conv2D(3, 2, activation="sigmoid")(kl.MaxPooling2D(2)(edges))
    hidden = kl.Dense(6, "tanh")(kl.Flatten()(shares))
    kind = kl.Dense(5, "softmax")(hidden)
    on = kl.Dense(1, "sigmoid")(hidden)
    tags = kl.Dense(3, "sigmoid")(hidden)
    return keras.Model(image, [kind, edges, on, kl.Dense(2)(on), tags, hidden, shares, hidden])


def randomize(network, random):
    for layer in network.layers:
        weights = layer.get_weights()
        if isinstance(layer, kl.BatchNormalization):
            layer.set_weights([random.normal(1, 0.2, weights[0].shape), random.normal(0, 0.2, weights[1].shape),
                               random.normal(0, 0.2, weights[2].shape), 0.5 + random.random(weights[3].shape)])
        elif weights:
            fan = numpy.sqrt(weights[0][..., 0].size)
            layer.set_weights([random.normal(0, (1.5 / fan) if w.ndim > 1 else 0.2, w.shape) for w in weights])


def convert(network, form, random):
    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    if form != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if form == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if form in ("int8", "edges", "uint8", "legacy"):
        shape = network.input_shape[1:]
        samples = [[p.astype(numpy.float32) / 255] for p in random.integers(0, 256, (50, 1, *shape))]
        samples += [[numpy.zeros((1, *shape), numpy.float32)], [numpy.ones((1, *shape), numpy.float32)]]
        converter.representative_dataset = lambda: iter(samples)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        if form != "edges":
            converter.inference_input_type = converter.inference_output_type = tf.uint8 if form == "uint8" else tf.int8
    converter._experimental_disable_per_channel = form == "legacy"
    with contextlib.redirect_stdout(sys.stderr):
        model = converter.convert()
    return lite_legacy.legacy(model, random) if form == "legacy" else model


def answers(model, random):
    interpreter = Interpreter(
        model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    port, output = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    if len(interpreter.get_output_details()) > 1:
        return answers_of_several(model, random)
    last = [op for op in interpreter._get_ops_details() if op["op_name"] in FUNCTIONS]
    tensors = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    logits = last[-1]["inputs"][0] if last and tensors[last[-1]["outputs"][0]]["shape"].size <= 2 else output["index"]
    products = [op for op in interpreter._get_ops_details() if op["op_name"] in ("CONV_2D", "FULLY_CONNECTED")]
    isInteger = any(tensors[op["outputs"][0]]["dtype"] != numpy.float32 for op in products)
    isLegacy = all(tensor["dtype"] != numpy.int8 for tensor in tensors.values())
    if isInteger and not isLegacy and tensors[logits]["dtype"] != numpy.int8:
        source = [op for op in interpreter._get_ops_details() if logits in op["outputs"]][0]
        logits = source["inputs"][0]
    pictures = random.integers(0, 256, (8, int(numpy.prod(port["shape"]))), dtype=numpy.uint8)
    found = {"pictures": pictures.tolist(), "outputs": []}
    if isInteger:
        found["logits"] = []
    for picture in pictures:
        values = picture.astype(numpy.float32) / 255
        if port["dtype"] != numpy.float32:
            scale, zero = port["quantization"]
            limits = numpy.iinfo(port["dtype"])
            values = numpy.clip(numpy.round(values / scale) + zero, limits.min, limits.max).astype(port["dtype"])
        interpreter.set_tensor(port["index"], values.reshape(port["shape"]))
        interpreter.invoke()
        row = interpreter.get_tensor(output["index"]).flatten()
        if output["dtype"] != numpy.float32:
            row = (row.astype(numpy.float64) - output["quantization"][1]) * output["quantization"][0]
        found["outputs"].append([float(value) for value in row])
        if isInteger:
            # Octet has bytes less 128.
            lower = 128 if isLegacy else 0
            found["logits"].append([int(value) - lower for value in interpreter.get_tensor(logits).flatten()])
    return found


def answers_of_several(model, random):
    reference = lite_oracle.Reference(model)
    pictures = random.integers(0, 256, (8, int(numpy.prod(reference.source["shape"]))), dtype=numpy.uint8)
    items = pictures.reshape(len(pictures), *reference.source["shape"][1:]).astype(numpy.float32) / 255
    if reference.source["dtype"] != numpy.float32:
        scale, zero = reference.source["quantization"]
        limits = numpy.iinfo(reference.source["dtype"])
        items = numpy.clip(numpy.round(items / scale) + zero, limits.min, limits.max).astype(limits.dtype)
    rows = []
    for found in reference.values(reference.before_heads(), items):
        integers = found.reshape(len(items), -1).astype(int)
        # Octet has bytes less 128.
        rows.append(integers - 128 if found.dtype == numpy.uint8 else integers)
    return {"pictures": pictures.tolist(), "outputs": [], "logits": numpy.concatenate(rows, 1).tolist()}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    forms = {dense: ["float", "float16", "dynamic", "int8", "edges", "uint8", "legacy"],
             limits: ["float", "int8", "legacy"], residual: ["float", "int8", "legacy"],
             functions: ["float", "int8", "legacy"], reshaped: ["float", "int8"], channels: ["int8", "legacy"],
             enlarged: ["float"], opened: ["float", "int8"],
             item: ["float", "int8"], picked: ["float", "int8"], least: ["float"],
             normalized: ["float", "int8"], gated: ["float16"], several: ["int8", "uint8", "legacy"]}
    for make, names in forms.items():
        keras.utils.set_random_seed(3)
        network = make()
        randomize(network, numpy.random.default_rng(sum(make.__name__.encode())))
        for form in names:
            if sys.argv[1:2] not in ([], [form]) or sys.argv[2:] not in ([], [make.__name__]):
                continue
            random = numpy.random.default_rng(7)
            model = convert(network, form, random)
            path = FOLDER / f"{make.__name__}-{form}"
            path.with_suffix(".tflite").write_bytes(model)
            path.with_suffix(".json").write_text(json.dumps(answers(model, random)) + "\n")


main()
