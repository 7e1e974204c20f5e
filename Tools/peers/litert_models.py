"""Converts the models in Models/ to full-integer .tflite files, and tells their size and what conversion cost them.

usage: OCTET_MNIST=FOLDER .peers/bench/bin/python3 Tools/peers/litert_models.py [--out FOLDER] [NAME...]

The weights are those of Models/NAME.safetensors; the converter sees the first 1,000 training images of the model's
classes, and LiteRT tests the result on the same test images as 'octet evaluate'. One JSON object per model.
"""
import argparse
import contextlib
import gzip
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.dirname(__file__))

import numpy
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from safetensors.numpy import load_file

from keras_networks import NETWORKS

MODELS = pathlib.Path(__file__).resolve().parents[2] / "Models"


def idx(name):
    folder = pathlib.Path(os.environ["OCTET_MNIST"])
    path = next(p for p in [folder / name, folder / f"{name}.gz"] if p.exists())
    data = (gzip.open(path) if path.suffix == ".gz" else open(path, "rb")).read()
    sizes = numpy.frombuffer(data, ">u4", data[3], 4)
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * data[3]).reshape(sizes)


def keep(images, labels, classes):
    chosen = labels < classes
    return images[chosen], labels[chosen]


def convert(network, images):
    def samples():
        for image in images:
            yield [(image.astype(numpy.float32) / 255).reshape(1, *network.input_shape[1:])]

    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    # The converter talks on standard output.
    with contextlib.redirect_stdout(sys.stderr):
        return converter.convert()


def classes_of(model, images):
    interpreter = Interpreter(model_content=model, num_threads=2)
    port, output = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.resize_tensor_input(port["index"], [100, *port["shape"][1:]])
    interpreter.allocate_tensors()
    scale, zero = port["quantization"]
    found = []
    for start in range(0, len(images), 100):
        part = images[start:start + 100]
        batch = numpy.zeros((100, *part.shape[1:]), numpy.float32)
        batch[:len(part)] = part / 255
        values = numpy.clip(numpy.round(batch / scale) + zero, -128, 127).astype(numpy.int8)
        interpreter.set_tensor(port["index"], values.reshape(100, *port["shape"][1:]))
        interpreter.invoke()
        rows = interpreter.get_tensor(output["index"])[:len(part)].astype(numpy.int32)
        found.append(classify(rows - output["quantization"][1], output["quantization"][0]))
    return numpy.concatenate(found)


def classify(rows, scale=1.0):
    return (rows[:, 0] * scale > 0.5).astype(int) if rows.shape[1] == 1 else rows.argmax(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out")
    networks = ["binary-dense", "binary-metrics", "dense-dropout", "cnn-two-pool", "cnn-deep"]
    parser.add_argument("names", nargs="*", default=networks)
    arguments = parser.parse_args()
    train, train_labels = idx("train-images-idx3-ubyte"), idx("train-labels-idx1-ubyte")
    test, test_labels = idx("t10k-images-idx3-ubyte"), idx("t10k-labels-idx1-ubyte")
    for name in arguments.names:
        network = NETWORKS[name]()
        tensors = load_file(MODELS / f"{name}.safetensors")
        for layer in network.layers:
            if layer.get_weights():
                layer.set_weights([tensors[f"{layer.name}.weight"], tensors[f"{layer.name}.bias"]])
        count = 2 if network.output_shape[1] == 1 else network.output_shape[1]
        images, _ = keep(train, train_labels, count)
        model = convert(network, images[:1000])
        if arguments.out:
            pathlib.Path(arguments.out).mkdir(parents=True, exist_ok=True)
            (pathlib.Path(arguments.out) / f"{name}.tflite").write_bytes(model)
        images, labels = keep(test, test_labels, count)
        floats = (images / 255).astype(numpy.float32).reshape(-1, *network.input_shape[1:])
        exact = classify(network.predict(floats, verbose=0, batch_size=500))
        found = classes_of(model, images)
        print(json.dumps({
            "name": name, "tflite_bytes": len(model), "octet_bytes": (MODELS / f"{name}.octet").stat().st_size,
            "images": len(labels), "float_accuracy": float((exact == labels).mean()),
            "accuracy": float((found == labels).mean()), "changed": int((found != exact).sum())}), flush=True)


if __name__ == "__main__":
    main()
