"""Functions of keras.ops that stand in a model like layers, normalizations by numbers of the item, and borders.

A function is a layer whose kind begins with "ops."; its settings are arguments, "constant" the second or, with "first",
the first of two operands.
"""
import numpy

from keras_files import keras

FUNCTIONS = (
    "relu6", "silu", "leaky_relu", "hard_sigmoid", "hard_silu", "elu", "gelu", "tanh", "negative", "absolute", "square",
    "sin", "log_sigmoid", "softsign", "arctan", "sinh", "soft_shrink", "squareplus")
# The last bit of a value may decide here, so they are for values that nobody has computed: those of the item.
STEPS = ("sign", "floor", "ceil", "trunc", "round")


class Operation:
    """A function of keras.ops as a layer without weights."""

    weights = ()

    def __init__(self, kind, settings):
        self.name = kind.removeprefix("ops.")
        self.settings = dict(settings)

    def set_weights(self, _):
        pass

    def __call__(self, inputs):
        settings = dict(self.settings)
        if self.name == "getitem":
            key = tuple(slice(*part) if isinstance(part, list) else part for part in settings["key"])
            return inputs[(slice(None), *key)]
        if self.name == "pad":
            settings["pad_width"] = [[0, 0], *settings["pad_width"]]
        if self.name == "split":
            return keras.ops.split(inputs, settings["sections"], settings["axis"])[settings["piece"]]
        if self.name in ("concatenate", "stack"):
            return getattr(keras.ops, self.name)(inputs if isinstance(inputs, list) else [inputs, inputs], **settings)
        if "constant" in settings:
            constant = settings.pop("constant")
            if isinstance(constant, list):
                constant = numpy.array(constant, numpy.float32)
            operands = [constant, inputs] if settings.pop("first", False) else [inputs, constant]
            return getattr(keras.ops, self.name)(*operands, **settings)
        operands = inputs if isinstance(inputs, list) else [inputs]
        return getattr(keras.ops, self.name)(*operands, **settings)


def number(builder, low=0.3, high=2.0):
    value = round(float(builder.random.uniform(low, high)), 3)
    return value if builder.chance(0.6) else -value


def function(builder, place):
    names = FUNCTIONS + STEPS if place == 0 else FUNCTIONS
    return builder.add("ops." + builder.pick(names), [place], builder.shape(place))


def integer_function(builder, place):
    """Functions that full-integer files have operators for."""
    return builder.add("ops." + builder.pick(["exp", "absolute"]), [place], builder.shape(place))


def dilated(builder, place):
    """A convolution with cells apart, for which TensorFlow takes images apart into items of a larger batch."""
    shape = builder.shape(place)
    if len(shape) != 3 or min(shape[:2]) < 3:
        return None
    rate = builder.integer(2, 3)
    settings = {"kernel_size": [builder.integer(1, 3), builder.integer(2, 3)], "dilation_rate": [rate, rate],
                "padding": "same"}
    if builder.chance(0.5):
        return builder.add("DepthwiseConv2D", [place], shape, **settings)
    filters = builder.integer(1, 4)
    return builder.add("Conv2D", [place], [*shape[:2], filters], filters=filters, **settings)


def with_constant(builder, place):
    shape = builder.shape(place)
    name = builder.pick(["add", "subtract", "multiply", "true_divide", "maximum", "minimum"])
    constant = number(builder)
    if builder.chance(0.3) and shape[-1] > 1 and name not in ("maximum", "minimum"):
        constant = [[number(builder) for _ in range(shape[-1])]]
        constant = constant[0] if len(shape) > 1 or builder.chance(0.5) else constant
    if name != "true_divide" and builder.chance(0.4):
        return builder.add("ops." + name, [place], shape, constant=constant, first=True)
    return builder.add("ops." + name, [place], shape, constant=constant)


def of_two(builder, place):
    shape = builder.shape(place)
    others = [other for other in builder.places() if builder.shape(other) == shape and other != place]
    if not others:
        return None
    name = builder.pick(["add", "subtract", "multiply", "maximum", "minimum"])
    return builder.add("ops." + name, [place, builder.pick(others)], shape)


def part(builder, place):
    """A slice of one axis, and with three of them sometimes a number that takes one away."""
    shape = list(builder.shape(place))
    axis = builder.integer(0, len(shape) - 1)
    size = shape[axis]
    if size < 2:
        return None
    key = [[None, None, None] for _ in shape]
    if len(shape) == 3 and builder.chance(0.2):
        key[axis] = builder.integer(-size, size - 1)
        del shape[axis]
        return builder.add("ops.getitem", [place], shape, key=key)
    step = builder.pick([1, 1, 2, -1])
    start = builder.integer(0, size - 2)
    bounds = [start or None, None, step] if step > 0 else [None, None, step]
    key[axis] = bounds
    shape[axis] = len(range(size)[slice(*bounds)])
    return builder.add("ops.getitem", [place], shape, key=key)


def piece(builder, place):
    shape = list(builder.shape(place))
    axis = builder.integer(0, len(shape) - 1)
    choices = [count for count in range(2, 5) if shape[axis] % count == 0]
    if not choices:
        return None
    sections = builder.pick(choices)
    shape[axis] //= sections
    return builder.add(
        "ops.split", [place], shape, sections=sections, axis=axis + 1, piece=builder.integer(0, sections - 1))


def twice(builder, place):
    shape = list(builder.shape(place))
    axis = builder.integer(0, len(shape) - 1)
    shape[axis] *= 2
    return builder.add("ops.concatenate", [place], shape, axis=axis + 1)


def surrounded(builder, place):
    """Any border around any axis."""
    shape = builder.shape(place)
    mode = builder.pick(["constant", "constant", "reflect", "symmetric"])
    most = 2 if mode == "constant" else min(2, min(shape) - 1)
    if most < 1:
        return None
    widths = [[builder.integer(0, most), builder.integer(0, most)] if builder.chance(0.6) else [0, 0] for _ in shape]
    settings = {"constant_values": number(builder)} if mode == "constant" and builder.chance(0.5) else {}
    sizes = [size + sum(pair) for size, pair in zip(shape, widths)]
    return builder.add("ops.pad", [place], sizes, pad_width=widths, mode=mode, **settings)


def reduced(builder, place):
    shape = builder.shape(place)
    if len(shape) < 2:
        return None
    axes = sorted(builder.pick([[1, 2], [1], [2], [1, 2]]) if len(shape) == 3 else [1])
    keeps = builder.chance(0.4)
    sizes = [1 if axis + 1 in axes else size for axis, size in enumerate(shape) if keeps or axis + 1 not in axes]
    return builder.add("ops." + builder.pick(["mean", "sum", "max"]), [place], sizes, axis=axes, keepdims=keeps)


def normalized(builder, place, others=("UnitNormalization",)):
    shape = builder.shape(place)
    if place == 0:
        return None
    kind = builder.pick(["LayerNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization", *others])
    if kind == "GroupNormalization":
        groups = builder.pick([count for count in range(1, 5) if shape[-1] % count == 0])
        if len(shape) == 1 and shape[-1] == groups:
            return None
        return builder.add(kind, [place], shape, groups=groups, epsilon=0.01)
    if shape[-1] == 1:
        return None
    settings = {} if kind == "UnitNormalization" else {"epsilon": 0.01}
    return builder.add(kind, [place], shape, **settings)


def integer_normalized(builder, place):
    """Without those that are sums in a .tflite file."""
    return normalized(builder, place, others=())


LAYERS = [
    (function, 1), (with_constant, 1.2), (of_two, 0.7), (part, 1), (piece, 0.5), (twice, 0.4), (surrounded, 0.7),
    (reduced, 0.6), (normalized, 0.5),
]
