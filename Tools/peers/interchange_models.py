"""Writes the models in Models/ in every format that Octet brings in, with what Keras says of them.

usage: python3 Tools/peers/interchange_models.py FOLDER [NAME...]

For each model FOLDER gets NAME.keras, NAME.h5, NAME-keras.onnx (Keras' own export), NAME-torch.onnx (channels first, as
PyTorch writes it), NAME.tflite, NAME-int8.tflite, and NAME.json with pictures and Keras' outputs for them. The pictures
are MNIST's test images, and those of calibration its training images, where OCTET_MNIST names its folder; noise
elsewhere.
"""
import contextlib
import json
import os
import pathlib
import sys
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.dirname(__file__))
warnings.filterwarnings("ignore")

import numpy
import onnx
import tensorflow as tf

from keras_networks import NETWORKS
from litert_models import MODELS, convert, idx, keep
from onnx_models import load_weights, torch_style

NAMES = ["binary-dense", "binary-metrics", "dense-dropout", "cnn-two-pool", "cnn-deep"]


def pictures(split, classes, count):
    if "OCTET_MNIST" not in os.environ:
        return numpy.random.default_rng(1).integers(0, 256, (count, 28, 28), dtype=numpy.uint8)
    images, _ = keep(idx(f"{split}-images-idx3-ubyte"), idx(f"{split}-labels-idx1-ubyte"), classes)
    return images[:count]


def write(name, folder):
    network = NETWORKS[name]()
    load_weights(network, MODELS / f"{name}.safetensors")
    shape = network.input_shape[1:]
    classes = max(network.output_shape[1], 2)
    network(numpy.zeros((1, *shape), numpy.float32))  # Keras exports what was called once.
    network.save(folder / f"{name}.keras")
    network.save(folder / f"{name}.h5")
    network.export(folder / f"{name}-keras.onnx", format="onnx", verbose=False)
    onnx.save(torch_style(network), folder / f"{name}-torch.onnx")
    (folder / f"{name}.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(network).convert())
    (folder / f"{name}-int8.tflite").write_bytes(convert(network, pictures("train", classes, 1000)))
    chosen = pictures("t10k", classes, 100)
    outputs = network.predict((chosen / 255).astype(numpy.float32).reshape(-1, *shape), verbose=0)
    (folder / f"{name}.json").write_text(json.dumps(
        {"pictures": chosen.reshape(len(chosen), -1).tolist(), "outputs": outputs.astype(float).tolist()}))


def main(folder, names):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or NAMES:
        # The converters talk on standard output.
        with contextlib.redirect_stdout(sys.stderr):
            write(name, folder)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
