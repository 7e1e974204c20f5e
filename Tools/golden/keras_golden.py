#!/usr/bin/env python3
"""Write the golden values that Octet's float networks are tested against, computed by Keras.

usage: keras_golden.py [FOLDER]

FOLDER is Tests/OctetTrainingTests/Golden/Values unless given. The committed files were made with Python 3.11,
tensorflow-cpu 2.21.0, keras 3.15.1 and numpy 2.4.6:

    "$(Tools/peers/setup bench)" Tools/golden/keras_golden.py

No weights are stored: both sides draw them from the same generator (see `units`), so only outputs are.
"""
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import keras
import numpy as np
from keras import layers as kl

from keras_networks import NETWORKS, conv, dense, stack

float32 = np.float32


# MARK: The generator, the same as GoldenNumbers.swift

def units(name, count):
    """`count` floats in [0, 1), exact in 24 bits: SplitMix64 from the FNV-1a hash of `name`."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        word = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        word ^= word >> np.uint64(31)
    return (word >> np.uint64(40)).astype(float32) * float32(2**-24)


def parameter(case, name, kind, shape):
    """First values of one parameter, by its kind. Every step is exact or rounded once, in single precision."""
    count = int(np.prod(shape))
    unit = units(f"{case}/{name}.{kind}", count)
    if kind == "weight":
        limit = np.sqrt(float32(6) / float32(count // shape[-1]))
        values = (unit * float32(2) - float32(1)) * limit
    elif kind in ("scale", "variance"):
        values = unit + float32(0.5)
    else:
        values = (unit * float32(2) - float32(1)) * float32(0.25)
    return values.reshape(shape)


KINDS = {
    "kernel": "weight", "bias": "bias", "gamma": "scale", "beta": "offset", "moving_mean": "mean",
    "moving_variance": "variance",
}


def named_weights(model):
    """Every weight with its layer's name and Octet's word for its kind."""
    return [(layer.name, KINDS[weight.name], weight) for layer in model.layers for weight in layer.weights]


def fill(case, model):
    for layer, kind, weight in named_weights(model):
        weight.assign(parameter(case, layer, kind, tuple(weight.shape)))


def pixels(case, count, shape):
    """Images as bytes turned into floats from 0 to 1, as training reads them."""
    bytes_ = np.floor(units(f"{case}/input", count * int(np.prod(shape))) * float32(256))
    return (bytes_ / float32(255)).astype(float32).reshape((count, *shape))


# MARK: Networks

def network_cases():
    cases = []
    for name, build in NETWORKS.items():
        # The first has several candidates, and another name below has the largest; the second has nothing but dense
        # layers, which others have too, and gives 784 numbers for each image.
        if name in ("binary-metrics", "autoencoder"):
            continue
        model = build()
        fill(name, model)
        outputs = model(pixels(name, 3, model.input_shape[1:]), training=False)
        cases.append({"name": name, "parameters": model.count_params(), "outputs": rows(outputs)})
    return cases


# MARK: Single layers

def layer_cases():
    """(name, input shape, lines of the Octet description, layers of Keras, range of the inputs)"""
    signed, below, wide = (-1, 1), (-2, -1), (-16, 16)

    def residual(image):
        return kl.ReLU()(kl.Add()([conv(3, 1, "conv-1")(image), image]))

    same = {"padding": "same"}
    cases = [
        ("conv, stride 2, same, even size", (8, 6, 3), "conv 4 3x3 stride 2 padding same",
         [conv(4, 3, "conv-1", strides=2, **same)], signed),
        ("conv, stride 2, same, odd size", (7, 5, 3), "conv 4 3x3 stride 2 padding same",
         [conv(4, 3, "conv-1", strides=2, **same)], signed),
        ("conv, stride 2, same, 1x1", (7, 6, 2), "conv 3 1x1 stride 2 padding same no-bias",
         [conv(3, 1, "conv-1", strides=2, use_bias=False, **same)], signed),
        ("conv, same, window with even sides", (6, 7, 2), "conv 3 4x2 padding same",
         [conv(3, (4, 2), "conv-1", **same)], signed),
        ("conv, same, window larger than the image", (3, 2, 2), "conv 2 5x5 padding same",
         [conv(2, 5, "conv-1", **same)], signed),
        ("conv, valid, unequal strides leave a rest", (8, 10, 2), "conv 3 3x2 stride 3x3 relu",
         [conv(3, (3, 2), "conv-1", "relu", strides=3)], signed),
        ("depthwise, stride 2, same, multiplier 2", (7, 6, 3), "depthwise 3x3 stride 2 padding same multiplier 2",
         [kl.DepthwiseConv2D(3, strides=2, depth_multiplier=2, name="depthwise-1", **same)], signed),
        ("depthwise, valid, multiplier 3", (5, 6, 2), "depthwise 2x3 multiplier 3 no-bias relu",
         [kl.DepthwiseConv2D((2, 3), depth_multiplier=3, use_bias=False, activation="relu", name="depthwise-1")],
         signed),
        ("average pooling, same, overlapping", (7, 6, 2), "averagepool 3x3 stride 2 padding same",
         [kl.AveragePooling2D(3, strides=2, **same)], signed),
        ("average pooling, valid, leaves a rest", (7, 5, 2), "averagepool 2x2", [kl.AveragePooling2D(2)], signed),
        ("max pooling, same, overlapping, all below zero", (7, 6, 3), "maxpool 3x3 stride 2 padding same",
         [kl.MaxPooling2D(3, strides=2, **same)], below),
        ("max pooling, same, leaves a rest", (5, 7, 2), "maxpool 2x2 padding same",
         [kl.MaxPooling2D(2, **same)], signed),
        ("max pooling, valid, leaves a rest", (5, 7, 2), "maxpool 2x2", [kl.MaxPooling2D(2)], signed),
        ("global average pooling", (5, 3, 4), "globalaveragepool", [kl.GlobalAveragePooling2D()], signed),
        ("batch normalization", (3, 4, 5), "batchnorm", [kl.BatchNormalization(name="batchnorm-1")], signed),
        ("batch normalization, epsilon, relu", (3, 4, 5), "batchnorm epsilon 0.25 relu",
         [kl.BatchNormalization(epsilon=0.25, name="batchnorm-1"), kl.ReLU()], signed),
        ("add, relu", (4, 3, 3), "conv 3 1x1\nadd input relu", residual, signed),
        ("flatten, dense", (3, 2, 4), "flatten\ndense 5", [kl.Flatten(), dense(5, "dense-1")], signed),
        ("sigmoid", (1, 1, 12), "sigmoid", [kl.Activation("sigmoid")], wide),
        ("tanh", (1, 1, 12), "tanh", [kl.Activation("tanh")], wide),
    ]
    written = []
    for name, shape, lines, layers, (low, high) in cases:
        image = kl.Input(shape)
        value = image
        if callable(layers):
            value = layers(image)
        else:
            for layer in layers:
                value = layer(value)
        model = keras.Model(image, kl.Flatten()(value))
        fill(name, model)
        count = 2
        unit = units(f"{name}/input", count * int(np.prod(shape)))
        inputs = (unit * float32(high - low) + float32(low)).reshape((count, *shape))
        text = f"input {'x'.join(map(str, shape))}\n{lines}\nflatten\n"
        written.append(
            {"name": name, "network": text, "low": low, "high": high, "outputs": rows(model(inputs, training=False))})
    return written


# MARK: Losses

def loss_cases():
    """Each loss of single images, some of them so far from the middle that their probabilities are 0 or 1.

    A Keras tensor remembers the values before its softmax or sigmoid, and the losses made for that activation start
    from these: that is what `fit` and `evaluate` report. Keras does so even for a loss that was made for the other
    activation, and so computes the loss of a network that is not there; those pairs are taken from probabilities.
    """
    joined = {
        ("binary-crossentropy", "sigmoid"), ("categorical-crossentropy", "softmax"),
        ("sparse-categorical-crossentropy", "softmax"),
    }
    single = [[0.0], [0.7], [-3.25], [12.0], [-12.0], [40.0], [-40.0], [200.0], [-200.0]]
    triple = [[0.1, -0.4, 1.5], [3.0, 3.0, 3.0], [-6.0, 8.0, 0.5], [0.0, 20.0, -20.0], [120.0, -120.0, 0.0]]
    losses = {
        "binary-crossentropy": keras.losses.BinaryCrossentropy, "hinge": keras.losses.Hinge,
        "categorical-crossentropy": keras.losses.CategoricalCrossentropy,
        "sparse-categorical-crossentropy": keras.losses.SparseCategoricalCrossentropy,
    }
    # Saturated sigmoids under a categorical loss are left out: Keras clips before it divides by the sum in the sparse
    # loss and after it in the other, and no network ends that way.
    pairs = [
        ("binary-crossentropy", "sigmoid", single), ("binary-crossentropy", "sigmoid", triple),
        ("binary-crossentropy", "softmax", triple), ("hinge", "linear", single), ("hinge", "tanh", single),
        ("hinge", "linear", triple), ("categorical-crossentropy", "softmax", triple),
        ("categorical-crossentropy", "sigmoid", triple[:3]), ("sparse-categorical-crossentropy", "softmax", triple),
        ("sparse-categorical-crossentropy", "sigmoid", triple[:3]),
    ]
    cases = []
    for loss, activation, values in pairs:
        classes = max(len(values[0]), 2)
        images, labels = [], []
        for row in values:
            for label in range(classes):
                images.append(row)
                labels.append(label)
        outputs = getattr(keras.activations, activation)(keras.ops.convert_to_tensor(np.array(images, float32)))
        if (loss, activation) not in joined:
            outputs = keras.ops.convert_to_numpy(outputs)
        if loss.startswith("sparse"):
            targets = np.array(labels)
        elif len(values[0]) == 1:
            targets = np.array(labels, float32)[:, None]
        else:
            targets = keras.utils.to_categorical(labels, classes)
        results = losses[loss](reduction=None)(targets, outputs)
        cases.append({
            "loss": loss, "activation": activation, "values": images, "labels": labels,
            "losses": [number(value) for value in np.array(results).ravel()],
        })
    return cases


# MARK: Training

def training_cases():
    """Weights after three steps over all images at once."""
    def small_dense(last, activation):
        return lambda: stack(kl.Input((5,)), dense(4, "dense-1", "tanh"), dense(last, "dense-2", activation))

    def small_cnn():
        return stack(
            kl.Input((6, 5, 1)), conv(3, 3, "conv-1", padding="same", use_bias=False),
            kl.BatchNormalization(name="batchnorm-1"), kl.ReLU(), kl.MaxPooling2D(3, strides=2, padding="same"),
            conv(4, 2, "conv-2", "relu", strides=2, padding="same"), kl.Flatten(), dense(3, "dense-1", "softmax"))

    def residual():
        image = kl.Input((5, 6, 2))
        left = kl.DepthwiseConv2D(3, padding="same", activation="tanh", name="depthwise-1")(image)
        value = kl.ReLU()(kl.Add()([conv(2, 1, "conv-1")(left), left]))
        value = kl.AveragePooling2D(3, strides=2, padding="same")(value)
        value = kl.GlobalAveragePooling2D()(conv(4, 3, "conv-2", "relu")(value))
        return keras.Model(image, dense(3, "dense-1", "softmax")(value))

    dense_lines = "dense 4 tanh\ndense"
    cnn_lines = (
        "conv 3 3x3 padding same no-bias\nbatchnorm relu\nmaxpool 3x3 stride 2 padding same\n"
        "conv 4 2x2 stride 2 padding same relu\nflatten\ndense 3 softmax")
    residual_lines = (
        "depthwise 3x3 padding same tanh\nconv 2 1x1\nadd depthwise-1 relu\n"
        "averagepool 3x3 stride 2 padding same\nconv 4 3x3 relu\nglobalaveragepool\ndense 3 softmax")
    sparse, one_hot = "sparse-categorical-crossentropy", "categorical-crossentropy"
    three = small_dense(3, "softmax")
    three_lines = f"{dense_lines} 3 softmax"

    def decaying(optimizer):
        # As Octet, which leaves biases as they are.
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        return optimizer

    cases = [
        ("sgd", three, f"{dense_lines} 3 softmax", sparse, "optimizer sgd", keras.optimizers.SGD()),
        ("sgd with momentum", three, f"{dense_lines} 3 softmax", one_hot, "optimizer sgd\nmomentum 0.9",
         keras.optimizers.SGD(momentum=0.9)),
        ("rmsprop", three, f"{dense_lines} 3 softmax", sparse, "optimizer rmsprop", keras.optimizers.RMSprop()),
        ("adam", three, f"{dense_lines} 3 softmax", sparse, "optimizer adam", keras.optimizers.Adam()),
        ("binary crossentropy", small_dense(1, "sigmoid"), f"{dense_lines} 1 sigmoid", "binary-crossentropy",
         "optimizer sgd\nlearning-rate 0.5", keras.optimizers.SGD(0.5)),
        ("hinge", small_dense(1, "tanh"), f"{dense_lines} 1 tanh", "hinge", "optimizer sgd\nlearning-rate 0.5",
         keras.optimizers.SGD(0.5)),
        ("binary crossentropy of three", small_dense(3, "sigmoid"), f"{dense_lines} 3 sigmoid", "binary-crossentropy",
         "optimizer sgd\nlearning-rate 0.5", keras.optimizers.SGD(0.5)),
        ("batch normalization", small_cnn, cnn_lines, sparse, "optimizer sgd\nlearning-rate 0.125",
         keras.optimizers.SGD(0.125)),
        ("residual", residual, residual_lines, sparse, "optimizer adam",
         keras.optimizers.Adam()),
        ("nesterov", three, three_lines, sparse, "optimizer nesterov\nmomentum 0.75\nlearning-rate 0.125",
         keras.optimizers.SGD(0.125, momentum=0.75, nesterov=True)),
        ("adamw", three, three_lines, sparse, "optimizer adamw\nlearning-rate 0.002\nweight-decay 0.5",
         decaying(keras.optimizers.AdamW(0.002, weight_decay=0.5))),
        ("weight decay", three, three_lines, sparse, "optimizer sgd\nlearning-rate 0.125\nweight-decay 0.25",
         decaying(keras.optimizers.SGD(0.125, weight_decay=0.25))),
        ("clipped", three, three_lines, sparse, "optimizer sgd\nlearning-rate 0.5\nclip-norm 0.0625",
         keras.optimizers.SGD(0.5, global_clipnorm=0.0625)),
        ("averaged", three, three_lines, sparse, "optimizer sgd\nlearning-rate 0.5\naverage 0.75",
         keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.75)),
        ("label smoothing", three, three_lines, one_hot, "optimizer sgd\nlearning-rate 0.5\nlabel-smoothing 0.2",
         keras.optimizers.SGD(0.5)),
        ("label smoothing of two", small_dense(1, "sigmoid"), f"{dense_lines} 1 sigmoid", "binary-crossentropy",
         "optimizer sgd\nlearning-rate 0.5\nlabel-smoothing 0.2", keras.optimizers.SGD(0.5)),
        ("class weights", three, three_lines, sparse, "optimizer sgd\nlearning-rate 0.5\nclass-weights 1.0,2.5,0.25",
         keras.optimizers.SGD(0.5)),
        ("mean square", three, three_lines, "mean-square", "optimizer sgd\nlearning-rate 0.5",
         keras.optimizers.SGD(0.5)),
        ("mean absolute", three, three_lines, "mean-absolute", "optimizer sgd\nlearning-rate 0.5",
         keras.optimizers.SGD(0.5)),
        ("huber", small_dense(3, "linear"), f"{dense_lines} 3", "huber",
         "optimizer sgd\nlearning-rate 0.5\nhuber-delta 0.25", keras.optimizers.SGD(0.5)),
    ]
    # Losses that Keras has under another name, or that have a setting.
    functions = {
        "label smoothing": keras.losses.CategoricalCrossentropy(label_smoothing=0.2),
        "label smoothing of two": keras.losses.BinaryCrossentropy(label_smoothing=0.2),
        "mean square": keras.losses.MeanSquaredError(), "mean absolute": keras.losses.MeanAbsoluteError(),
        "huber": keras.losses.Huber(delta=0.25),
    }
    weights = {"class weights": {0: 1.0, 1: 2.5, 2: 0.25}}
    written = []
    for name, build, lines, loss, settings, optimizer in cases:
        model = build()
        fill(name, model)
        shape = model.input_shape[1:]
        count = 7
        classes = max(model.output_shape[-1], 2)
        labels = [index % classes for index in range(count)]
        wide = loss in (one_hot, "mean-square", "mean-absolute", "huber") or (
            loss == "binary-crossentropy" and model.output_shape[-1] > 1)
        targets = keras.utils.to_categorical(labels, classes) if wide else np.array(labels)
        model.compile(optimizer, functions.get(name, loss.replace("-", "_")))
        history = model.fit(
            pixels(name, count, shape), targets, batch_size=count, epochs=3, shuffle=False, verbose=0,
            class_weight=weights.get(name))
        text = f"input {'x'.join(map(str, shape))}\n{lines}\n"
        text += f"loss {loss}\n{settings}\nbatch full\nepochs 3\n"
        written.append({
            "name": name, "recipe": text, "labels": labels, "losses": [number(v) for v in history.history["loss"]],
            "parameters": {
                f"{layer}.{kind}": [number(value) for value in keras.ops.convert_to_numpy(weight).ravel()]
                for layer, kind, weight in named_weights(model)
            },
        })
    return written


# MARK: Writing

def number(value):
    """The shortest decimal that reads back as the same single-precision float."""
    return float(str(float32(value)))


def rows(tensor):
    return [[number(value) for value in row] for row in np.array(tensor)]


def write(folder, name, cases):
    text = "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n"
    (folder / name).write_text(text)
    print(f"{folder / name}: {len(cases)} cases, {len(text)} bytes")


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "Tests/OctetTrainingTests/Golden/Values"
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, "networks.json", network_cases())
    write(folder, "layers.json", layer_cases())
    write(folder, "losses.json", loss_cases())
    write(folder, "training.json", training_cases())


if __name__ == "__main__":
    main()
