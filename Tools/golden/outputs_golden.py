"""Trains small Keras models whose outputs are numbers, labels, maps and several of them, for Octet's tests.

usage: python3 Tools/golden/outputs_golden.py    (needs numpy, keras, tensorflow-cpu and onnx)

Each model in Tests/OctetToolTests/Outputs comes with NAME.npz, the data for `octet quantize` with its test items, and
NAME-answers.npz, what Keras gives for the test items: an array for each output, by its name.
"""
import contextlib
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy
import tensorflow as tf
from keras import layers as kl

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "OctetToolTests" / "Outputs"
TRAINED, TESTED = 160, 80


def halves(numbers):
    """Numbers that 16 bits hold, so that files are small."""
    return numbers.astype(numpy.float16).astype(numpy.float32)


def features(random):
    return halves(random.normal(size=(TRAINED + TESTED, 6)))


def regression(random):
    """Two numbers of different sizes."""
    x = features(random)
    y = numpy.stack([numpy.sin(x[:, 0]) + x[:, 1], 40 + 10 * x[:, 2] * x[:, 3]], 1)
    network = keras.Sequential([
        kl.Input((6,)), kl.Dense(16, "tanh"), kl.Dense(16, "relu"), kl.Dense(2, name="speeds")])
    network.compile(keras.optimizers.Adam(0.01), "mse")
    network.fit(x[:TRAINED], y[:TRAINED], epochs=60, verbose=0)
    return network, x, y.astype(numpy.float32)


def labels(random):
    """Three labels that can hold together."""
    x = features(random)
    y = numpy.stack([x[:, 0] > 0.2, x[:, 1] + x[:, 2] > 0, x[:, 3] * x[:, 4] > 0], 1).astype(numpy.uint8)
    network = keras.Sequential([
        kl.Input((6,)), kl.Dense(16, "relu"), kl.Dense(3, "sigmoid", name="what")])
    network.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    network.fit(x[:TRAINED], y[:TRAINED], epochs=40, verbose=0)
    return network, x, y


def autoencoder(random):
    """Gives its input again, a picture with a square; among the test items are squares with one corner missing."""
    x = random.normal(0, 0.1, (TRAINED + TESTED, 6, 6, 1)).astype(numpy.float32)
    y = numpy.zeros(TRAINED + TESTED, numpy.uint8)
    y[TRAINED + TESTED // 2:] = 1
    for picture, isOther in zip(x, y):
        row, column = random.integers(0, 4, 2)
        picture[row:row + 3, column:column + 3] += 0.5
        if isOther:
            picture[row + 2, column + 2] -= 0.5
    image = kl.Input((6, 6, 1))
    z = kl.Dense(6)(kl.Dense(24, "relu")(kl.Flatten()(image)))
    z = kl.Dense(36, name="again")(kl.Dense(24, "relu")(z))
    network = keras.Model(image, z)
    x = halves(x)
    network.compile(keras.optimizers.Adam(0.01), "mse")
    network.fit(x[:TRAINED], x[:TRAINED].reshape(TRAINED, 36), epochs=60, verbose=0)
    return network, x, y


def several(random):
    """Classes, numbers, a sigmoid, a map, and an output that other layers read. The weights are random, and the targets
    are near what they give. There are none for the last two outputs."""
    image = kl.Input((6, 6, 1))
    x = kl.Conv2D(4, 3, padding="same", activation="relu")(image)
    levels = kl.Conv2D(2, 1, name="levels")(x)
    shares = kl.Conv2D(3, 3, activation="sigmoid", name="shares")(x)
    hidden = kl.Dense(10, "tanh", name="hidden")(kl.Flatten()(shares))
    kind = kl.Dense(7, "softmax", name="kind")(hidden)
    angle = kl.Dense(2, name="angle")(hidden)
    on = kl.Dense(1, "sigmoid", name="on")(hidden)
    network = keras.Model(image, [kind, levels, angle, on, hidden, shares])
    for layer in network.layers:
        layer.set_weights([random.normal(0, 0.4, w.shape) for w in layer.get_weights()])
    x = halves(random.normal(0.4, 0.3, (TRAINED + TESTED, 6, 6, 1)))
    kind, levels, angle, on = network.predict(x, verbose=0)[:4]
    return network, x, {
        "kind": numpy.where(random.random(len(x)) < 0.7, kind.argmax(1), random.integers(0, 7, len(x))),
        "levels": halves(levels + random.normal(0, 0.1, levels.shape)),
        "angle": halves(angle + random.normal(0, 0.1, angle.shape)),
        "on": (on[:, 0] + random.normal(0, 0.1, len(x)) > 0.5).astype(numpy.float32)}


def export_onnx(network, names, path):
    """With the names of Keras, which its exporter replaces."""
    import onnx
    with contextlib.redirect_stdout(sys.stderr):
        network.export(path, format="onnx", verbose=False)
    model = onnx.load(path)
    for output, name in zip(model.graph.output, names):
        old, output.name = output.name, name
        for node in model.graph.node:
            node.output[:] = [name if value == old else value for value in node.output]
            node.input[:] = [name if value == old else value for value in node.input]
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for make in [regression, labels, autoencoder, several]:
        name = make.__name__
        keras.utils.set_random_seed(5)
        network, x, y = make(numpy.random.default_rng(5))
        names = getattr(network, "output_names", [network.layers[-1].name])
        # Without what the optimizer keeps, which is twice as much as the weights.
        trained = network.get_weights()
        network = keras.models.clone_model(network)
        network.set_weights(trained)
        if name != "autoencoder":
            network.save(FOLDER / f"{name}.keras")
        arrays = {"x_train": x[:TRAINED].astype(numpy.float16), "x_test": x[TRAINED:].astype(numpy.float16)}
        parts = {f"_{output}": targets for output, targets in y.items()} if isinstance(y, dict) else {"": y}
        for ending, targets in parts.items():
            arrays |= {f"y_train{ending}": targets[:TRAINED], f"y_test{ending}": targets[TRAINED:]}
        numpy.savez_compressed(FOLDER / f"{name}.npz", **arrays)
        answers = network.predict(x[TRAINED:], verbose=0)
        answers = answers if isinstance(answers, list) else [answers]
        numpy.savez_compressed(
            FOLDER / f"{name}-answers.npz", **dict(zip(names, answers)))
        if name == "several":
            network.save(FOLDER / f"{name}.h5")
            export_onnx(network, names, str(FOLDER / f"{name}.onnx"))
        if name in ("several", "autoencoder"):
            with contextlib.redirect_stdout(sys.stderr):
                lite = tf.lite.TFLiteConverter.from_keras_model(network).convert()
            (FOLDER / f"{name}.tflite").write_bytes(lite)


main()
