"""Saves small Keras models of many forms, with their outputs, for Octet's tests.

usage: python3 Tools/golden/keras_files_golden.py [legacy] [NAME ...]

It needs numpy, and keras or, for 'legacy', tf_keras.
NAME.keras and NAME.h5 in Tests/OctetInterchangeTests/Keras/Models come with NAME.json: pictures as bytes, what pixels
of 0 and 255 stand for, and the outputs. With 'legacy' the models are saved by Keras 2, as legacy-NAME.h5. The weights
are random; what counts is the form.
"""
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy

LEGACY = sys.argv[1:2] == ["legacy"]
NAMES = sys.argv[2 if LEGACY else 1:]
if LEGACY:
    import tf_keras as keras
else:
    import keras
kl = keras.layers

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "OctetInterchangeTests" / "Keras" / "Models"


def sequential():
    """Windows of every kind, two layers of a kind, one output."""
    return keras.Sequential([
        kl.Input((9, 8, 2)), kl.Conv2D(6, (3, 2), strides=2, padding="same", activation="relu"),
        kl.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="tanh"), kl.MaxPooling2D(2),
        kl.SpatialDropout2D(0.2), kl.Conv2D(4, 1, use_bias=False, activation=None), kl.Flatten(), kl.Dense(5, "relu"),
        kl.Dropout(0.5), kl.Dense(1, "sigmoid")]), (0, 1)


def residual():
    image = kl.Input((9, 9, 1))
    x = kl.ZeroPadding2D(((1, 0), (0, 1)))(image)
    x = kl.ReLU()(kl.BatchNormalization(scale=False)(kl.Conv2D(4, 3, strides=2, use_bias=False)(x)))
    y = kl.BatchNormalization(epsilon=0.01)(kl.Conv2D(4, 3, padding="same", name="named")(x))
    x = kl.Activation("relu")(kl.Add()([y, x]))
    x = kl.AveragePooling2D(3, strides=1, padding="same")(x)
    return keras.Model(image, kl.Softmax()(kl.Dense(4)(kl.GlobalAveragePooling2D()(x)))), (0, 1)


def rescaled():
    """Scales its own input, before a border of zeros."""
    return keras.Sequential([
        kl.Input((49,)), kl.Reshape((7, 7, 1)), kl.Rescaling(1 / 127.5, offset=-1),
        kl.Conv2D(3, 3, padding="same", activation="sigmoid"), kl.Flatten(), kl.Dense(3, "softmax")]), (0, 255)


def functions():
    """Functions that stand among the layers: keras.ops, or those of TensorFlow that Keras 2 keeps."""
    image = kl.Input((8, 8, 3))
    x = kl.Conv2D(4, 3, padding="same")(image)
    if LEGACY:
        import tensorflow as tf

        x = tf.nn.relu6(x + 3.0) * (1 / 6)
        x = 2.0 - tf.concat([x, image], axis=-1)
        x = tf.reshape(tf.reduce_mean(x[:, 1:7, :, ::2], axis=[1, 2]), (-1, 4))
        x = tf.clip_by_value(tf.nn.leaky_relu(tf.math.multiply(x, x) - 1.0, alpha=0.3), -1.0, 2.0)
        x = tf.transpose(tf.math.maximum(x / 2.0, -0.1), [0, 1])
    else:
        x = keras.ops.relu6(x + 3.0) * (1 / 6)
        x = 2.0 - keras.ops.concatenate([x, image], axis=-1)
        low, high = keras.ops.split(x[:, 1:7, :, ::-1], [4], axis=-1)
        x = keras.ops.stack([low[..., 0], high[..., 1]], axis=-1) * numpy.array([0.5, 2], "f")
        x = keras.ops.pad(x, ((0, 0), (1, 0), (0, 2), (0, 0)), constant_values=0.5)
        x = kl.Conv2D(4, 3)(keras.ops.pad(x, ((0, 0), (1, 1), (2, 2), (0, 0)), mode="reflect"))
        x = kl.LayerNormalization(gamma_initializer="uniform")(x)
        x = keras.ops.where(x > 0.5, keras.ops.square(x), keras.ops.maximum(x, -0.7))
        x = keras.ops.mean(x, axis=(1, 2))
    return keras.Model(image, kl.Dense(3)(x)), (-1, 1)


def flattened():
    """Flattenings as if the channels were first, which reorder the elements, and a sum of two of them."""
    image = kl.Input((4, 5, 3))
    x = kl.Conv2D(3, 1)(image)
    left = kl.Flatten(data_format="channels_first")(x)
    right = kl.Flatten(data_format="channels_first")(kl.Activation("tanh")(x))
    return keras.Model(image, kl.Dense(4, "softmax")(kl.Add()([left, right]))), (0, 1)


def nested():
    """Models as layers of models, one of them used twice, as is a layer; names that stand in several of them."""
    inner = kl.Input((6, 5, 3))
    block = keras.Model(inner, kl.Add()([kl.Conv2D(3, 1, name="same")(inner), inner]), name="block")
    tail = keras.Sequential([
        kl.Conv2D(4, 3, activation="gelu", name="same"), keras.Sequential([kl.DepthwiseConv2D(2), kl.ELU()])])
    shared = kl.Dense(4, "silu", name="shared")
    image = kl.Input((6, 5, 3))
    x = kl.GlobalAveragePooling2D()(tail(block(block(image))))
    return keras.Model(image, kl.Dense(3)(shared(shared(x)))), (0, 1)


def ending():
    """Ends in a model that is used twice, around one that has an input of its own."""
    inner = kl.Input((4, 3, 2))
    block = keras.Model(inner, kl.Add()([kl.DepthwiseConv2D(3, padding="same")(inner), inner]))
    middle = keras.Sequential([kl.Input((4, 3, 2)), kl.Conv2D(2, 1, activation="relu")])
    image = kl.Input((4, 3, 2))
    return keras.Model(image, block(middle(block(image)))), (0, 1)


def activated():
    """Layers in the place of activations."""
    return keras.Sequential([
        kl.Input((6, 2)), kl.Conv1D(3, 2, activation=kl.LeakyReLU()),
        kl.SeparableConv1D(3, 2, activation=kl.ELU(0.5)), kl.Activation(kl.ReLU(0.9, negative_slope=0.1)),
        kl.Flatten(), kl.Dense(4, kl.Identity()), kl.Dense(3, kl.Softmax())]), (0, 1)


def stepped():
    """Layers that are repeated for each step of a series."""
    image = kl.Input((6, 2))
    x = kl.TimeDistributed(kl.Dense(4, "relu"))(kl.Conv1D(3, 2)(image))
    x = kl.TimeDistributed(kl.BatchNormalization())(x)
    x = kl.TimeDistributed(kl.Dropout(0.2))(kl.TimeDistributed(kl.LeakyReLU())(x))
    x = kl.TimeDistributed(kl.LayerNormalization(axis=1))(x)
    x = kl.TimeDistributed(kl.Softmax())(x)
    return keras.Model(image, kl.Dense(3)(kl.Flatten()(x))), (0, 1)


def picked():
    """Elements in an order without a pattern, and the least of some."""
    image = kl.Input((4, 3, 5))
    if LEGACY:
        import tensorflow as tf

        x = tf.gather(tf.gather(image, [3, 1, 0, 2, 4, 4], axis=-1), 2, axis=2)
        x = tf.concat([x, tf.reduce_min(image, axis=2)], -1)
    else:
        x = keras.ops.take(keras.ops.take(image, [3, 1, 0, 2, -1, 4], axis=-1), 2, axis=2)
        x = keras.ops.concatenate([x, keras.ops.min(image, axis=2)], -1)
    return keras.Model(image, kl.Dense(2)(kl.Flatten()(x))), (0, 1)


def kept():
    """Functions of TensorFlow that only models of Keras 2 have."""
    assert LEGACY, "Keras 3 has none of them"
    import tensorflow as tf

    image = kl.Input((4, 6, 3))
    x = tf.nn.bias_add(image[..., ::-1], [0.5, -0.25, 0.125])
    x = tf.nn.space_to_depth(tf.pad(x, [[0, 0], [1, 1], [0, 0], [0, 0]], "REFLECT"), 2)
    low, high = tf.split(kl.Conv2D(8, 2)(x), [5, 3], axis=-1)
    x = tf.nn.depth_to_space(tf.concat([tf.math.l2_normalize(high, axis=-1), low], -1), 2)
    x = tf.add_n([x, tf.nn.gelu(x), tf.math.squared_difference(x, 0.5)])
    x = tf.math.squared_difference(tf.reduce_mean(x, [1, 2], keepdims=True), x)
    x = tf.stack([tf.reverse(part, [1]) for part in tf.unstack(x, axis=3)], axis=1)
    x = tf.where(x > 0.5, tf.math.reciprocal(x), 0.75)
    return keras.Model(image, kl.Dense(3)(kl.Flatten()(x))), (0, 1)


def slashed():
    """Names with slashes, of which one is the start of another."""
    assert LEGACY, "Keras 2 alone allows them"
    image = kl.Input((5, 6, 2))
    x = kl.Conv2D(3, 3, name="block")(image)
    x = kl.Conv2D(3, 1, activation="relu", name="block/mix")(x)
    x = kl.BatchNormalization(name="block/mix/norm")(x)
    return keras.Model(image, kl.Dense(3, name="block/mix/head")(kl.Flatten()(x))), (0, 1)


def chained():
    """A sequence of sequences, the first with a model in it, as Teachable Machine saves them."""
    image = kl.Input((7, 6, 3))
    # Keras 2 allows slashes, which are folders in the file.
    slash = "/" if LEGACY else "_"
    x = kl.Conv2D(4, 3, name="first")(image)
    x = kl.ReLU(6.0)(kl.BatchNormalization(name=f"first{slash}norm")(x))
    body = keras.Model(image, kl.DepthwiseConv2D(3, padding="same", name="second")(x), name="body")
    head = keras.Sequential([
        kl.Input((4,)), kl.Dense(5, "relu", name="hidden"), kl.Dense(3, "softmax", use_bias=False, name="last")])
    features = keras.Sequential([kl.Input((7, 6, 3)), body, kl.GlobalAveragePooling2D()])
    return keras.Sequential([kl.Input((7, 6, 3)), features, head]), (-1, 1)


def turned():
    """Ends in values whose order is not that of the convolution that makes them."""
    return keras.Sequential([
        kl.Input((5, 4, 3)), kl.Conv2DTranspose(2, 2, strides=2, activation="relu"), kl.Permute((3, 1, 2))]), (0, 1)


def series():
    """Layers in one dimension, a causal one with gaps among them."""
    return keras.Sequential([
        kl.Input((12, 3)), kl.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu"),
        kl.SeparableConv1D(5, 3, padding="same", activation="leaky_relu"), kl.ZeroPadding1D((1, 2)),
        kl.MaxPooling1D(2), kl.Conv1DTranspose(4, 3, strides=2, padding="same", activation="relu"),
        kl.BatchNormalization(), kl.SpatialDropout1D(0.2), kl.Dense(4, "tanh"), kl.AveragePooling1D(2, padding="same"),
        kl.Flatten(), kl.Dense(2)]), (0, 1)


def augmented():
    """Layers that act in training alone, which Keras 3 writes as called with training=True; a crop of the middle."""
    assert not LEGACY, "Keras 2 has few of them"
    image = kl.Input((9, 8, 3))
    x = kl.RandomFlip()(image)
    x = keras.Sequential([kl.RandomRotation(0.2), kl.RandomErasing(), kl.RandomShear(0.2, 0.1)])(x)
    x = kl.Resizing(7, 9)(kl.CenterCrop(6, 6)(x))
    x = kl.MixUp()(kl.RandomSharpness(0.5)(kl.Conv2D(2, 3)(x)))
    x = kl.Dropout(0.5)(kl.RandomInvert()(kl.Conv2D(3, 2)(x)), training=True)
    return keras.Model(image, kl.Dense(3)(kl.Flatten()(x))), (0, 1)


def randomize(network, random):
    for layer in network.layers:
        # What is repeated for each step.
        layer = getattr(layer, "layer", layer)
        weights = layer.get_weights()
        if hasattr(layer, "layers"):
            randomize(layer, random)
        elif isinstance(layer, kl.BatchNormalization):
            parts = [random.normal(0, 0.3, w.shape) for w in weights]
            parts[-1] = 0.5 + random.random(weights[-1].shape)
            layer.set_weights(parts)
        elif weights:
            layer.set_weights([random.normal(0, 0.5, w.shape) for w in weights])


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    makers = [
        sequential, residual, rescaled, functions, flattened, nested, ending, activated, stepped, picked, chained,
        turned, series]
    for make in makers + ([slashed, kept] if LEGACY else [augmented]):
        if NAMES and make.__name__ not in NAMES:
            continue
        keras.utils.set_random_seed(3)
        network, (low, high) = make()
        random = numpy.random.default_rng(sum(make.__name__.encode()))
        randomize(network, random)
        name = f"legacy-{make.__name__}" if LEGACY else make.__name__
        # Keras 3 cannot write some layers that act in training alone as .h5.
        if make is not augmented:
            network.save(FOLDER / f"{name}.h5")
        if not LEGACY:
            network.save(FOLDER / f"{name}.keras")
        shape = network.input_shape[1:]
        pictures = random.integers(0, 256, (6, int(numpy.prod(shape))), dtype=numpy.uint8)
        values = (pictures / 255 * (high - low) + low).astype(numpy.float32).reshape(-1, *shape)
        outputs = network.predict(values, verbose=0).reshape(len(values), -1)
        (FOLDER / f"{name}.json").write_text(json.dumps(
            {"pictures": pictures.tolist(), "pixels": [low, high], "outputs": outputs.astype(float).tolist()}) + "\n")


main()
