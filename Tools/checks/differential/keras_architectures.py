"""The usual small Keras architectures: one to three layers of each kind, and the blocks that people build of them."""
import re

import numpy

from keras_files import keras

layers = keras.layers
IMAGE = (12, 12, 3)
SERIES = (24, 4)
FEATURES = (10,)
ARCHITECTURES = {}


def architecture(function, name=None):
    """Adds what a function builds under its name, words with a hyphen between."""
    ARCHITECTURES[name or function.__name__.replace("_", "-")] = function
    return function


def image(*body, classes=4, shape=IMAGE):
    """Layers between a convolution and a classifier."""
    return keras.Sequential([
        keras.Input(shape), layers.Conv2D(6, 3, padding="same"), *body, layers.GlobalAveragePooling2D(),
        layers.Dense(classes)])


def series(*body, shape=SERIES):
    return keras.Sequential([keras.Input(shape), *body, layers.Flatten(), layers.Dense(3)])


def features(*body):
    return keras.Sequential([keras.Input(FEATURES), *body])


def joined(join):
    """Two branches of an image that a layer joins."""
    source = keras.Input(IMAGE)
    one = layers.Conv2D(6, 3, padding="same", activation="relu")(source)
    other = layers.Conv2D(6, 3, padding="same")(source)
    value = join([one, other])
    return keras.Model(source, layers.Dense(4)(layers.GlobalAveragePooling2D()(value)))


# Functions of one value, as the end of a layer and by themselves.
FUNCTIONS = [
    "relu", "relu6", "sigmoid", "tanh", "elu", "selu", "gelu", "silu", "softplus", "softsign", "exponential",
    "hard_sigmoid", "hard_silu", "leaky_relu", "mish", "softmax"]
for _name in FUNCTIONS:
    architecture(
        lambda name=_name: features(layers.Dense(12, activation=name), layers.Dense(4)),
        f"dense-{_name.replace('_', '-')}")
for _name in ["relu6", "elu", "gelu", "silu", "hard_silu", "leaky_relu"]:
    architecture(lambda name=_name: image(layers.Activation(name)), f"convolution-{_name.replace('_', '-')}")

FUNCTION_LAYERS = {
    "leaky-relu-layer": lambda: layers.LeakyReLU(negative_slope=0.1),
    "elu-layer": lambda: layers.ELU(alpha=0.7),
    "prelu-per-channel": lambda: layers.PReLU(shared_axes=[1, 2], alpha_initializer="random_uniform"),
    "relu-layer-with-limit": lambda: layers.ReLU(max_value=4.0),
    "relu-layer-with-slope": lambda: layers.ReLU(negative_slope=0.2, threshold=0.1, max_value=3.0),
    "softmax-of-a-map": lambda: layers.Softmax(),
    "batch-normalization-relu6": lambda: keras.Sequential([layers.BatchNormalization(), layers.ReLU(max_value=6.0)]),
    "noise-and-dropout": lambda: keras.Sequential(
        [layers.GaussianNoise(0.1), layers.SpatialDropout2D(0.2), layers.RandomFlip("horizontal")]),
}
for _name, _layer in FUNCTION_LAYERS.items():
    architecture(lambda layer=_layer: image(layer()), _name)

# Windows.
WINDOWS = {
    "strided-convolution": lambda: [layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")],
    "dilated-convolution": lambda: [layers.Conv2D(8, 3, dilation_rate=2, padding="same", activation="relu")],
    "dilated-depthwise": lambda: [layers.DepthwiseConv2D(3, dilation_rate=2, padding="same")],
    "grouped-convolution": lambda: [layers.Conv2D(6, 3, groups=3, activation="relu")],
    "wide-kernel": lambda: [layers.Conv2D(8, (1, 5), activation="relu"), layers.Conv2D(8, (5, 1))],
    "depthwise-separable": lambda: [
        layers.DepthwiseConv2D(3, padding="same"), layers.ReLU(max_value=6.0), layers.Conv2D(8, 1)],
    "separable-convolution": lambda: [layers.SeparableConv2D(8, 3, padding="same", activation="relu")],
    "transposed-convolution": lambda: [layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="relu")],
    "transposed-convolution-valid": lambda: [layers.Conv2DTranspose(4, 2, strides=2)],
    "max-pooling": lambda: [layers.MaxPooling2D(2), layers.Conv2D(8, 3, activation="relu")],
    "max-pooling-same": lambda: [layers.MaxPooling2D(3, strides=2, padding="same")],
    "average-pooling": lambda: [layers.AveragePooling2D(2), layers.Conv2D(8, 3, activation="relu")],
    "average-pooling-same": lambda: [layers.AveragePooling2D(3, strides=2, padding="same")],
    "zero-padding-convolution": lambda: [layers.ZeroPadding2D(((0, 1), (0, 1))), layers.Conv2D(8, 3, strides=2)],
    "zero-padding-depthwise": lambda: [layers.ZeroPadding2D(1), layers.DepthwiseConv2D(3, strides=2)],
    "zero-padding-pooling": lambda: [layers.Activation("relu"), layers.ZeroPadding2D(1), layers.MaxPooling2D(3, 2)],
    "zero-padding-average": lambda: [layers.ZeroPadding2D(1), layers.AveragePooling2D(3, 2)],
    "cropping": lambda: [layers.Cropping2D(((1, 0), (2, 1))), layers.Conv2D(8, 3)],
    "upsampling-nearest": lambda: [layers.UpSampling2D(2), layers.Conv2D(8, 3, activation="relu")],
    "upsampling-bilinear": lambda: [layers.UpSampling2D(2, interpolation="bilinear"), layers.Conv2D(8, 3)],
    "dense-of-the-last-axis": lambda: [layers.Dense(8, activation="relu")],
    "permute": lambda: [layers.Permute((2, 1, 3)), layers.Conv2D(8, (3, 2))],
    "layer-normalization": lambda: [layers.LayerNormalization()],
}
for _name, _body in WINDOWS.items():
    architecture(lambda body=_body: image(*body()), _name)

# One dimension.
SERIES_LAYERS = {
    "series-convolution": lambda: [layers.Conv1D(8, 3, activation="relu")],
    "series-convolution-same": lambda: [layers.Conv1D(8, 5, padding="same", strides=2, activation="relu")],
    "series-causal": lambda: [layers.Conv1D(8, 3, padding="causal", activation="relu")],
    "series-dilated": lambda: [layers.Conv1D(8, 3, padding="causal", dilation_rate=2, activation="relu")],
    "series-max-pooling": lambda: [layers.Conv1D(8, 3, activation="relu"), layers.MaxPooling1D(2)],
    "series-average-pooling": lambda: [layers.Conv1D(8, 3), layers.AveragePooling1D(2)],
    "series-batch-normalization": lambda: [layers.Conv1D(8, 3), layers.BatchNormalization(), layers.ReLU()],
    "series-separable": lambda: [layers.SeparableConv1D(8, 3, activation="relu")],
    "series-depthwise": lambda: [layers.DepthwiseConv1D(3, activation="relu")],
    "series-padding": lambda: [layers.ZeroPadding1D(2), layers.Conv1D(8, 3, activation="relu")],
    "series-upsampling": lambda: [layers.Conv1D(4, 3), layers.UpSampling1D(2)],
    "series-dense": lambda: [layers.Dense(8, activation="relu")],
}
for _name, _body in SERIES_LAYERS.items():
    architecture(lambda body=_body: series(*body()), _name)


@architecture
def series_global_average():
    return keras.Sequential([
        keras.Input(SERIES), layers.Conv1D(8, 3, activation="relu"), layers.GlobalAveragePooling1D(), layers.Dense(3)])


@architecture
def series_global_maximum():
    return keras.Sequential([
        keras.Input(SERIES), layers.Conv1D(8, 3, activation="relu"), layers.GlobalMaxPooling1D(), layers.Dense(3)])


@architecture
def series_from_features():
    return features(layers.Reshape((10, 1)), layers.Conv1D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(3))


# Values that join.
for _kind in ["Add", "Subtract", "Multiply", "Maximum", "Minimum", "Average", "Concatenate"]:
    architecture(lambda kind=_kind: joined(getattr(layers, kind)()), f"join-{_kind.lower()}")


@architecture
def join_add_of_three():
    source = keras.Input(IMAGE)
    branches = [layers.Conv2D(6, 3, padding="same", activation="relu")(source) for _ in range(3)]
    return keras.Model(source, layers.Dense(4)(layers.GlobalAveragePooling2D()(layers.Add()(branches))))


@architecture
def join_concatenate_of_features():
    source = keras.Input(FEATURES)
    one = layers.Dense(5, activation="relu")(source)
    other = layers.Dense(7, activation="tanh")(source)
    return keras.Model(source, layers.Dense(3)(layers.Concatenate()([one, other])))


@architecture
def join_concatenate_with_the_input():
    source = keras.Input(FEATURES)
    value = layers.Dense(5, activation="relu")(source)
    return keras.Model(source, layers.Dense(3)(layers.Concatenate()([source, value])))


@architecture
def join_concatenate_rows():
    return joined(layers.Concatenate(axis=1))


@architecture
def squeeze_and_excite():
    source = keras.Input(IMAGE)
    value = layers.Conv2D(8, 3, padding="same", activation="relu")(source)
    scale = layers.GlobalAveragePooling2D(keepdims=True)(value)
    scale = layers.Conv2D(2, 1, activation="relu")(scale)
    scale = layers.Conv2D(8, 1, activation="sigmoid")(scale)
    value = layers.Multiply()([value, scale])
    return keras.Model(source, layers.Dense(4)(layers.GlobalAveragePooling2D()(value)))


@architecture
def squeeze_and_excite_of_dense_layers():
    source = keras.Input(IMAGE)
    value = layers.Conv2D(8, 3, padding="same", activation="relu")(source)
    scale = layers.Dense(2, activation="relu")(layers.GlobalAveragePooling2D()(value))
    scale = layers.Reshape((1, 1, 8))(layers.Dense(8, activation="sigmoid")(scale))
    value = layers.Multiply()([value, scale])
    return keras.Model(source, layers.Dense(4)(layers.GlobalAveragePooling2D()(value)))


@architecture
def residual_block():
    source = keras.Input(IMAGE)
    start = layers.Conv2D(6, 3, padding="same", use_bias=False)(source)
    start = layers.ReLU()(layers.BatchNormalization()(start))
    value = layers.Conv2D(6, 3, padding="same", use_bias=False)(start)
    value = layers.Add()([layers.BatchNormalization()(value), start])
    value = layers.GlobalAveragePooling2D()(layers.ReLU()(value))
    return keras.Model(source, layers.Dense(4, activation="softmax")(value))


def inverted_residual(function):
    source = keras.Input(IMAGE)
    start = layers.Conv2D(4, 3, strides=2, padding="same")(source)
    value = function()(layers.BatchNormalization()(layers.Conv2D(12, 1, use_bias=False)(start)))
    value = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(value)
    value = function()(layers.BatchNormalization()(value))
    value = layers.BatchNormalization()(layers.Conv2D(4, 1, use_bias=False)(value))
    value = layers.GlobalAveragePooling2D()(layers.Add()([start, value]))
    return keras.Model(source, layers.Dense(4)(value))


architecture(lambda: inverted_residual(lambda: layers.ReLU(max_value=6.0)), "mobilenet-v2-block")
architecture(lambda: inverted_residual(lambda: layers.Activation("hard_silu")), "mobilenet-v3-block")
architecture(lambda: inverted_residual(lambda: layers.Activation("silu")), "efficientnet-block")


@architecture
def dense_block():
    source = keras.Input(IMAGE)
    value = layers.Conv2D(6, 3, padding="same")(source)
    for _ in range(2):
        grown = layers.ReLU()(layers.BatchNormalization()(value))
        value = layers.Concatenate()([value, layers.Conv2D(4, 3, padding="same")(grown)])
    return keras.Model(source, layers.Dense(4)(layers.GlobalAveragePooling2D()(value)))


@architecture
def inception_block():
    source = keras.Input(IMAGE)
    branches = [
        layers.Conv2D(4, 1, activation="relu")(source), layers.Conv2D(4, 3, padding="same", activation="relu")(source),
        layers.Conv2D(3, 1, activation="relu")(layers.MaxPooling2D(3, strides=1, padding="same")(source))]
    value = layers.Concatenate()(branches)
    return keras.Model(source, layers.Dense(4)(layers.GlobalAveragePooling2D()(value)))


@architecture
def squeezenet_block():
    source = keras.Input(IMAGE)
    squeezed = layers.Conv2D(3, 1, activation="relu")(source)
    value = layers.Concatenate()([
        layers.Conv2D(4, 1, activation="relu")(squeezed),
        layers.Conv2D(4, 3, padding="same", activation="relu")(squeezed)])
    value = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 1, activation="relu")(value))
    return keras.Model(source, layers.Softmax()(value))


@architecture
def unet():
    source = keras.Input(IMAGE)
    one = layers.Conv2D(4, 3, padding="same", activation="relu")(source)
    two = layers.Conv2D(6, 3, padding="same", activation="relu")(layers.MaxPooling2D()(one))
    up = layers.Concatenate()([layers.UpSampling2D()(two), one])
    return keras.Model(source, layers.Conv2D(1, 1, activation="sigmoid")(up))


@architecture
def unet_of_transposed_convolutions():
    source = keras.Input(IMAGE)
    one = layers.Conv2D(4, 3, padding="same", activation="relu")(source)
    two = layers.Conv2D(6, 3, padding="same", activation="relu")(layers.MaxPooling2D()(one))
    up = layers.Concatenate()([layers.Conv2DTranspose(4, 2, strides=2)(two), one])
    return keras.Model(source, layers.Conv2D(2, 1, activation="softmax")(up))


@architecture
def convolutional_autoencoder():
    return keras.Sequential([
        keras.Input(IMAGE), layers.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(6, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2D(3, 3, padding="same", activation="sigmoid")])


@architecture
def dense_autoencoder():
    return features(layers.Dense(6, activation="relu"), layers.Dense(3), layers.Dense(6, activation="relu"),
                    layers.Dense(10))


@architecture
def regression():
    return features(layers.Dense(16, activation="relu"), layers.Dropout(0.2), layers.Dense(1))


@architecture
def classifier_of_two():
    return features(layers.Dense(16, activation="tanh"), layers.Dense(1, activation="sigmoid"))


@architecture
def two_outputs():
    source = keras.Input(IMAGE)
    value = layers.GlobalAveragePooling2D()(layers.Conv2D(8, 3, activation="relu")(source))
    return keras.Model(source, [layers.Dense(3, activation="softmax")(value), layers.Dense(2)(value)])


@architecture
def global_maximum():
    return keras.Sequential([
        keras.Input(IMAGE), layers.Conv2D(6, 3, activation="relu"), layers.GlobalMaxPooling2D(), layers.Dense(4)])


@architecture
def lenet():
    return keras.Sequential([
        keras.Input((28, 28, 1)), layers.Conv2D(6, 5, padding="same", activation="tanh"), layers.AveragePooling2D(2),
        layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2), layers.Flatten(),
        layers.Dense(120, activation="tanh"), layers.Dense(84, activation="tanh"),
        layers.Dense(10, activation="softmax")])


@architecture
def nested_sequential():
    body = keras.Sequential([layers.Conv2D(6, 3, activation="relu"), layers.MaxPooling2D()])
    return keras.Sequential([
        keras.Input(IMAGE), body, keras.Sequential([layers.Conv2D(6, 3), layers.ReLU()]),
        layers.GlobalAveragePooling2D(), layers.Dense(4)])


@architecture
def nested_functional():
    inner = keras.Input(IMAGE)
    value = layers.Conv2D(6, 3, padding="same", activation="relu")(inner)
    inner_model = keras.Model(inner, layers.Add()([value, layers.Conv2D(6, 1)(inner)]))
    source = keras.Input(IMAGE)
    value = layers.GlobalAveragePooling2D()(inner_model(source))
    return keras.Model(source, layers.Dense(4)(value))


@architecture
def layer_used_twice():
    source = keras.Input(FEATURES)
    shared = layers.Dense(10, activation="relu")
    return keras.Model(source, layers.Dense(3)(shared(shared(source))))


@architecture
def rescaled_input():
    return keras.Sequential([
        keras.Input(IMAGE), layers.Rescaling(1 / 127.5, offset=-1.0), layers.Conv2D(6, 3, activation="relu"),
        layers.GlobalAveragePooling2D(), layers.Dense(4)])


@architecture
def normalized_input():
    return features(
        layers.Normalization(mean=numpy.linspace(-1, 1, 10), variance=numpy.linspace(0.5, 2, 10)), layers.Dense(4))


@architecture
def padding_inside_the_input():
    return keras.Sequential([
        keras.Input(IMAGE), layers.ZeroPadding2D(2), layers.Conv2D(6, 3, strides=2, activation="relu"),
        layers.ZeroPadding2D(1), layers.MaxPooling2D(3, strides=2), layers.Flatten(), layers.Dense(4)])


def weighted(model, seed):
    """The model with random weights; those that are divided by are positive."""
    random = numpy.random.default_rng(seed)
    for variable in model.variables:
        numbers = random.standard_normal(tuple(variable.shape))
        fans = int(numpy.prod(variable.shape[:-1])) if len(variable.shape) > 1 else 4
        numbers = numbers / max(fans, 1) ** 0.5
        if re.search("variance|gamma", variable.name):
            numbers = 0.5 + numpy.abs(numbers)
        if re.search("alpha", variable.name):
            numbers = numpy.abs(numbers) / 4
        if "float" in str(variable.dtype):
            variable.assign(numbers.astype("float32"))
    return model
