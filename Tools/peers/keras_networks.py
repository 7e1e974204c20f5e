"""The networks of Octet's recipes in Keras.

Written out by hand rather than read from Octet's descriptions, so that they also check what the descriptions mean.
Each layer with weights bears the name that Octet gives it.
"""
import keras
from keras import layers as kl


def stack(*layers):
    return keras.Sequential(list(layers))


def conv(filters, size, name, activation=None, **options):
    return kl.Conv2D(filters, size, name=name, activation=activation, **options)


def dense(count, name, activation=None):
    return kl.Dense(count, name=name, activation=activation)


def resnet_small():
    same = {"padding": "same", "use_bias": False}

    def norm(value, name, rectified=True):
        value = kl.BatchNormalization(name=name)(value)
        return kl.ReLU()(value) if rectified else value

    image = kl.Input((28, 28, 1))
    value = norm(conv(16, 3, "stem", **same)(image), "batchnorm-1")
    entry = kl.MaxPooling2D(2)(value)

    value = norm(conv(16, 3, "conv-2", **same)(entry), "batchnorm-2")
    value = norm(conv(16, 3, "conv-3", **same)(value), "batchnorm-3", rectified=False)
    block1 = kl.ReLU()(kl.Add()([value, entry]))

    shortcut = norm(conv(32, 1, "shortcut-2", strides=2, **same)(block1), "shortcut-2-norm", rectified=False)
    value = norm(conv(32, 3, "conv-5", strides=2, **same)(block1), "batchnorm-5")
    value = norm(conv(32, 3, "conv-6", **same)(value), "batchnorm-6", rectified=False)
    block2 = kl.ReLU()(kl.Add()([value, shortcut]))

    shortcut = norm(conv(64, 1, "shortcut-3", strides=2, **same)(block2), "shortcut-3-norm", rectified=False)
    value = norm(conv(64, 3, "conv-8", strides=2, **same)(block2), "batchnorm-8")
    value = norm(conv(64, 3, "conv-9", **same)(value), "batchnorm-9", rectified=False)
    value = kl.ReLU()(kl.Add()([value, shortcut]))

    value = kl.GlobalAveragePooling2D()(value)
    return keras.Model(image, dense(10, "dense-1", "softmax")(value))


def resnet8():
    same = {"padding": "same"}

    def norm(value, name, rectified=True):
        value = kl.BatchNormalization(name=name)(value)
        return kl.ReLU()(value) if rectified else value

    image = kl.Input((32, 32, 3))
    entry = norm(conv(16, 3, "conv-1", **same)(image), "entry")
    value = norm(conv(16, 3, "conv-2", **same)(entry), "batchnorm-2")
    value = norm(conv(16, 3, "conv-3", **same)(value), "batchnorm-3", rectified=False)
    block1 = kl.ReLU()(kl.Add()([value, entry]))
    shortcut = conv(32, 1, "shortcut-2", strides=2, **same)(block1)
    value = norm(conv(32, 3, "conv-5", strides=2, **same)(block1), "batchnorm-4")
    value = norm(conv(32, 3, "conv-6", **same)(value), "batchnorm-5", rectified=False)
    block2 = kl.ReLU()(kl.Add()([value, shortcut]))
    shortcut = conv(64, 1, "shortcut-3", strides=2, **same)(block2)
    value = norm(conv(64, 3, "conv-8", strides=2, **same)(block2), "batchnorm-6")
    value = norm(conv(64, 3, "conv-9", **same)(value), "batchnorm-7", rectified=False)
    value = kl.ReLU()(kl.Add()([value, shortcut]))
    return keras.Model(image, dense(10, "dense-1", "softmax")(kl.GlobalAveragePooling2D()(value)))


def mobile(image, first, blocks, classes, dropouts=(0, 0)):
    """Depthwise and 1x1 convolutions in turn, each with normalization and ReLU; `blocks` are strides and filters."""
    number = 1

    def norm(value):
        nonlocal number
        value = kl.ReLU()(kl.BatchNormalization(name=f"batchnorm-{number}")(value))
        number += 1
        return value

    value = norm(first(image))
    if dropouts[0]:
        value = kl.Dropout(dropouts[0])(value)
    for block, (stride, filters) in enumerate(blocks):
        depthwise = kl.DepthwiseConv2D(
            3, strides=stride, padding="same", use_bias=False, name=f"depthwise-{block + 1}")
        value = norm(depthwise(value))
        value = norm(conv(filters, 1, f"conv-{block + 2}", use_bias=False)(value))
    if dropouts[1]:
        value = kl.Dropout(dropouts[1])(value)
    return keras.Model(image, dense(classes, "dense-1", "softmax")(kl.GlobalAveragePooling2D()(value)))


def mobilenet():
    return mobile(
        kl.Input((32, 32, 3)), conv(16, 3, "conv-1", padding="same", use_bias=False),
        [(1, 32), (2, 64), (1, 64), (2, 128), (1, 128), (2, 256), (1, 256)], 10)


def keywords():
    return mobile(
        kl.Input((49, 10, 1)), conv(64, (10, 4), "conv-1", strides=2, padding="same", use_bias=False), [(1, 64)] * 4,
        12, dropouts=(0.2, 0.4))


def flat():
    return kl.Input((784,))


def picture():
    return kl.Input((28, 28, 1))


# By recipe, and by candidate after a slash where a recipe has several.
NETWORKS = {
    "binary-dense": lambda: stack(
        flat(), dense(128, "dense-1", "relu"), dense(64, "dense-2", "relu"), dense(1, "dense-3", "sigmoid")),
    # The candidate whose weights are in Models/.
    "binary-metrics": lambda: stack(
        flat(), dense(256, "dense-1", "relu"), dense(128, "dense-2", "relu"), dense(1, "dense-3", "sigmoid")),
    "binary-metrics/three-layers": lambda: stack(
        flat(), dense(256, "dense-1", "relu"), dense(128, "dense-2", "relu"), dense(64, "dense-3", "relu"),
        dense(1, "dense-4", "sigmoid")),
    "dense-dropout": lambda: stack(
        flat(), dense(128, "dense-1", "relu"), kl.Dropout(0.25), dense(10, "dense-2", "softmax")),
    "cnn-deep": lambda: stack(
        picture(), conv(32, 3, "conv-1", "relu"), conv(64, 3, "conv-2", "relu"), kl.MaxPooling2D(2),
        kl.Dropout(0.25), kl.Flatten(), dense(128, "dense-1", "relu"), kl.Dropout(0.5),
        dense(10, "dense-2", "softmax")),
    "cnn-two-pool": lambda: stack(
        picture(), conv(32, 3, "conv-1", "relu"), kl.MaxPooling2D(2), conv(64, 3, "conv-2", "relu"),
        kl.MaxPooling2D(2), kl.Flatten(), dense(100, "dense-1", "relu"), dense(10, "dense-2", "softmax")),
    "vgg-small": lambda: stack(
        picture(), conv(16, 3, "conv-1", "relu", padding="same"), conv(16, 3, "conv-2", "relu", padding="same"),
        kl.MaxPooling2D(2), conv(32, 3, "conv-3", "relu", padding="same"),
        conv(32, 3, "conv-4", "relu", padding="same"), kl.MaxPooling2D(2),
        conv(48, 3, "conv-5", "relu", padding="same"), kl.MaxPooling2D(2), kl.Flatten(),
        dense(96, "dense-1", "relu"), kl.Dropout(0.3), dense(10, "dense-2", "softmax")),
    "resnet-small": resnet_small,
    "resnet8": resnet8,
    "mobilenet": mobilenet,
    "keywords": keywords,
    "autoencoder": lambda: stack(
        flat(), dense(128, "dense-1", "relu"), dense(128, "dense-2", "relu"), dense(8, "dense-3", "relu"),
        dense(128, "dense-4", "relu"), dense(128, "dense-5", "relu"), dense(784, "dense-6", "sigmoid")),
}
