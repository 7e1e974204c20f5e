"""Reads the networks of keras.applications as .h5, .keras and .onnx, and compares their outputs with Keras' own.

usage: Tools/checks/large-networks [--quantize] [NETWORK...]

Networks have random weights, the statistics of the pictures in their normalizations, and logits as outputs; pictures
are random spots of color, 96x96x3. Outputs of two pictures must differ by a tenth of the largest, so that a network
which gives all pictures the same does not pass. For each file it prints the largest difference of a float output, as
a share of the largest output; more than 1e-4 is an error. With --quantize the .h5 and the .onnx file are quantized
with the same pictures, and the integers of both are run. They are off by much: random weights, which no training has
made robust, make of a noise of one step of a pixel as much. So they are compared with what TensorFlow's converter
makes int8 of, in LiteRT: more than 1.5 times its error, as the root of the mean square, is an error. All networks take
half an hour, and with --quantize an hour or two.
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
from ai_edge_litert.interpreter import Interpreter
from keras_files import integer_lite_file, keras, quiet

NETWORKS = [
    "MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "ResNet50", "DenseNet121",
    "NASNetMobile", "InceptionV3", "Xception"]
ALLOWED = 1e-4
# Times the error of LiteRT's integers.
MOST = 1.5
# What the outputs of two pictures must differ by, as a share of the largest.
APART = 0.1
# Pictures that the statistics are of, and those of them whose outputs are compared.
PICTURES, COMPARED = 32, 6
# These scale pixels from 0 to 255 themselves; the others take them from -1 to 1.
SCALING = ("MobileNetV3", "EfficientNet")


def pictures(name):
    """Smooth spots of color, each picture with a color and a contrast of its own, and some noise."""
    random = numpy.random.default_rng(2)
    spots = random.normal(0, 1, (PICTURES, 6, 6, 3)) * random.uniform(0.2, 1, (PICTURES, 1, 1, 1))
    spots += random.normal(0, 0.7, (PICTURES, 1, 1, 3))
    values = numpy.asarray(keras.ops.image.resize(spots.astype(numpy.float32), (96, 96), interpolation="bilinear"))
    values = numpy.clip(values * 60 + 127 + random.normal(0, 8, values.shape), 0, 255).astype(numpy.float32)
    return values if name.startswith(SCALING) else values / 127.5 - 1


def made(name, values):
    """The network with random weights, and the means and variances of some pictures in its normalizations."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(3)
    network = getattr(keras.applications, name)(
        weights=None, input_shape=(96, 96, 3), classes=10, classifier_activation=None)
    random = numpy.random.default_rng(1)
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in norms:
        *others, mean, variance = layer.get_weights()
        layer.set_weights([values + random.normal(0, 0.05, values.shape) for values in others] + [mean, variance])
    usual = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    network(values, training=True)
    for layer, momentum in zip(norms, usual):
        layer.momentum = momentum
    return network


def least_difference(outputs):
    """How far the outputs of the two pictures that are nearest to each other are apart, as a share of the largest."""
    pairs = [(i, j) for i in range(len(outputs)) for j in range(i)]
    return min(float(numpy.abs(outputs[i] - outputs[j]).max()) for i, j in pairs) / float(numpy.abs(outputs).max())


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


def by_litert(network, pictures, count):
    """What LiteRT gives for the first pictures, of the network in int8."""
    with quiet():
        interpreter = Interpreter(model_content=integer_lite_file(network, pictures, ends="float32"), num_threads=1)
        interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    found = []
    for picture in pictures[:count]:
        interpreter.set_tensor(source, picture[None])
        interpreter.invoke()
        found.append(interpreter.get_tensor(target)[0].copy())
    return numpy.stack(found)


def root_error(found, expected):
    """The root of the mean square, as a share of that of the outputs."""
    return float(numpy.sqrt(numpy.square(found - expected).mean() / numpy.square(expected).mean()))


def compared(name, what, expected, found, seconds):
    if isinstance(found, str):
        print(f"{name:18} {what:12} {found}")
        return False
    share = float(numpy.abs(found.reshape(expected.shape) - expected).max() / numpy.abs(expected).max())
    print(f"{name:18} {what:12} {share:9.1e} of the largest output, {seconds:4.0f} s", flush=True)
    return share <= ALLOWED


def check(name, quantizes, folder):
    values = pictures(name)
    network = made(name, values)
    calibrating, values = values, values[:COMPARED]
    # Octet would keep a part of one array for tests, and calibrate with the rest.
    numpy.savez(folder / "pictures.npz", x_train=calibrating, x_test=values)
    numpy.save(folder / "items.npy", values)
    with quiet():
        expected = numpy.asarray(network.predict(values, verbose=0))
    apart = least_difference(expected)
    print(f"{name:18} outputs of two pictures differ by {apart:.2f} of the largest at least", flush=True)
    passed = apart > APART
    if not passed:
        print(f"{name:18} gives pictures outputs that hardly differ: nothing else is compared")
        return False
    for suffix in (".h5", ".keras", ".onnx"):
        try:
            path = written(network, suffix, folder)
        except Exception as error:  # The exporter has exceptions of many kinds.
            print(f"{name:18} {suffix:12} cannot be exported: {type(error).__name__}")
            continue
        began = time.monotonic()
        found = predicted(path, folder)
        passed = compared(name, suffix, expected, found, time.monotonic() - began) and passed
    if not quantizes:
        return passed
    allowed = MOST * root_error(by_litert(network, calibrating, COMPARED), expected)
    print(f"{name:18} {'LiteRT int8':12} {allowed / MOST:9.2f} of the outputs", flush=True)
    for suffix in (".h5", ".onnx"):
        path = folder / f"network{suffix}"
        if not path.exists():
            continue
        model = folder / f"network{suffix}.octet"
        said = octet("quantize", path, "--data", folder / "pictures.npz", "--out", model, "--quiet")
        found = predicted(model, folder) if said.returncode == 0 else said.stderr.strip()
        if isinstance(found, str):
            print(f"{name:18} {suffix}.octet {found}", flush=True)
            passed = False
            continue
        own = root_error(found.reshape(expected.shape), expected)
        print(f"{name:18} {suffix + '.octet':12} {own:9.2f} of the outputs", flush=True)
        passed = own <= allowed and passed
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
