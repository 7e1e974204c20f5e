"""Reads the networks of keras.applications as .h5, .keras and .onnx, and compares their outputs with Keras' own.

usage: Tools/checks/large-networks [--quantize] [NETWORK...]

Networks have random weights and pictures of 96x96x3. For each file it prints the largest difference of a float output,
as a share of the largest output; more than 1e-4 is an error. With --quantize each .h5 file is quantized with random
pictures too, and the integers are run; it prints how large the difference to Keras' outputs is then. All networks take
half an hour, and with --quantize more than an hour.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "differential"))

import numpy

import program
from keras_files import keras, quiet

NETWORKS = [
    "MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "ResNet50", "DenseNet121",
    "NASNetMobile", "InceptionV3", "Xception"]
ALLOWED = 1e-4


def made(name):
    """The network; its normalizations have other means and variances than those that they begin with."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(3)
    network = getattr(keras.applications, name)(weights=None, input_shape=(96, 96, 3), classes=10)
    random = numpy.random.default_rng(1)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            *others, variance = layer.get_weights()
            layer.set_weights(
                [values + random.normal(0, 0.05, values.shape) for values in others]
                + [variance * 0.9 + random.uniform(0, 0.2, variance.shape)])
    return network


def written(network, suffix, folder):
    path = folder / f"network{suffix}"
    with quiet():
        if suffix == ".onnx":
            network.export(str(path), format="onnx", verbose=False)
        else:
            network.save(path)
    return path


def octet(*words):
    return subprocess.run([program.executable(), *map(str, words)], capture_output=True, text=True)


def predicted(path, folder):
    """What `octet predict` gives, or what it says."""
    target = folder / "outputs.npy"
    said = octet("predict", path, folder / "items.npy", "--out", target)
    return numpy.load(target) if said.returncode == 0 else said.stderr.strip()


def compared(name, what, expected, found, seconds):
    if isinstance(found, str):
        print(f"{name:18} {what:8} {found}")
        return False
    share = float(numpy.abs(found.reshape(expected.shape) - expected).max() / numpy.abs(expected).max())
    print(f"{name:18} {what:8} {share:9.1e} of the largest output, {seconds:4.0f} s", flush=True)
    return what == ".octet" or share <= ALLOWED


def check(name, quantizes, folder):
    network = made(name)
    values = numpy.random.default_rng(2).uniform(0, 255, (4, 96, 96, 3)).astype(numpy.float32)
    numpy.save(folder / "items.npy", values)
    with quiet():
        expected = numpy.asarray(network.predict(values, verbose=0))
    passed = True
    for suffix in (".h5", ".keras", ".onnx"):
        try:
            path = written(network, suffix, folder)
        except Exception as error:  # The exporter has exceptions of many kinds.
            print(f"{name:18} {suffix:8} cannot be exported: {type(error).__name__}")
            continue
        began = time.monotonic()
        found = predicted(path, folder)
        passed = compared(name, suffix, expected, found, time.monotonic() - began) and passed
    if quantizes:
        began = time.monotonic()
        model = folder / "network.octet"
        said = octet(
            "quantize", folder / "network.h5", "--data", folder / "items.npy", "--out", model, "--quiet")
        found = predicted(model, folder) if said.returncode == 0 else said.stderr.strip()
        passed = compared(name, ".octet", expected, found, time.monotonic() - began) and passed
    return passed


def main():
    parser = argparse.ArgumentParser(
        prog="large-networks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quantize", action="store_true", help="quantize and run the integers too")
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help="; ".join(NETWORKS))
    arguments = parser.parse_args()
    for name in arguments.networks:
        if name not in NETWORKS:
            parser.error(f"unknown network '{name}'")
    passed = True
    for name in arguments.networks or NETWORKS:
        with tempfile.TemporaryDirectory() as folder:
            passed = check(name, arguments.quantize, pathlib.Path(folder)) and passed
    sys.exit(0 if passed else 1)


main()
