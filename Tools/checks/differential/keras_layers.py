"""The layers that are drawn, each with its preconditions; what only a later version may take is marked as beyond."""

FUNCTIONS = [None, None, "relu", "relu", "sigmoid", "tanh", "linear"]


def windowed(builder, sizes):
    """Window, strides, padding, and the sizes of what comes out; None where the window does not fit."""
    window = [builder.integer(1, 4), builder.integer(1, 4)]
    if builder.chance(0.6):
        window[1] = window[0]
    padding = builder.pick(["valid", "same"])
    strides = builder.pick([[1, 1], [1, 1], [2, 2], [builder.integer(1, 3), builder.integer(1, 3)]])
    if padding == "same":
        return window, strides, padding, [-(-size // stride) for size, stride in zip(sizes, strides)]
    if any(size < span for size, span in zip(sizes, window)):
        return None
    return window, strides, padding, [
        (size - span) // stride + 1 for size, span, stride in zip(sizes, window, strides)]


def undilated(builder, place):
    """For integer files, where the converter makes other operators of a dilation."""
    return convolution(builder, place, dilates=False)


def convolution(builder, place, dilates=True):
    shape = builder.shape(place)
    found = windowed(builder, shape[:2]) if len(shape) == 3 else None
    if found is None:
        return None
    window, strides, padding, sizes = found
    settings = {"strides": strides, "padding": padding, "use_bias": builder.chance(0.7)}
    function = builder.pick(FUNCTIONS)
    if function or builder.chance(0.2):
        settings["activation"] = function
    if window[0] == window[1] and builder.chance(0.5):
        window = window[0]
    if builder.chance(0.35):
        if strides[0] != strides[1]:
            return None
        multiplier = builder.integer(1, 2)
        return builder.add(
            "DepthwiseConv2D", [place], [*sizes, shape[2] * multiplier], kernel_size=window,
            depth_multiplier=multiplier, **settings)
    filters = builder.integer(1, 6)
    kind = "SeparableConv2D" if strides[0] == strides[1] and builder.chance(0.15) else "Conv2D"
    if kind == "Conv2D" and strides == [1, 1] and padding == "same" and dilates and builder.chance(0.15):
        settings["dilation_rate"] = builder.pick([2, 3, (1, 2)])
    return builder.add(kind, [place], [*sizes, filters], filters=filters, kernel_size=window, **settings)


def pooling(builder, place):
    shape = builder.shape(place)
    found = windowed(builder, shape[:2]) if len(shape) == 3 else None
    if found is None:
        return None
    window, strides, padding, sizes = found
    kind = builder.pick(["MaxPooling2D", "AveragePooling2D"])
    settings = {"pool_size": window, "padding": padding, "strides": strides}
    if builder.chance(0.5):
        del settings["strides"]
        sizes = [-(-size // span) if padding == "same" else size // span for size, span in zip(shape, window)]
    return builder.add(kind, [place], [*sizes, shape[2]], **settings)


def maximum(builder, place):
    """MaxPooling2D alone."""
    made = pooling(builder, place)
    if made:
        builder.network.layers[made - 1].kind = "MaxPooling2D"
    return made


def rectified(builder, place):
    return builder.add("ReLU", [place], builder.shape(place))


def global_maximum(builder, place):
    return global_mean(builder, place, "GlobalMaxPooling2D")


def global_mean(builder, place, kind="GlobalAveragePooling2D"):
    shape = builder.shape(place)
    if len(shape) != 3:
        return None
    settings, count = {}, shape[2]
    if builder.beyond(0.15, "data_format of a mean"):
        settings["data_format"], count = "channels_first", shape[0]
    if builder.chance(0.2):
        settings["keepdims"] = True
        shape = [count, 1, 1] if "data_format" in settings else [1, 1, count]
        return builder.add(kind, [place], shape, **settings)
    return builder.add(kind, [place], [count], **settings)


def dense(builder, place):
    shape = builder.shape(place)
    if len(shape) != 1 and not builder.beyond(0.1, "Dense of an image"):
        return None
    settings = {"use_bias": builder.chance(0.8)}
    function = builder.pick(FUNCTIONS)
    if function:
        settings["activation"] = function
    units = builder.integer(1, 8)
    return builder.add("Dense", [place], [*shape[:-1], units], units=units, **settings)


def normalization(builder, place):
    settings = {}
    if builder.chance(0.3):
        settings["epsilon"] = builder.pick([1e-5, 1e-2])
    if builder.chance(0.2):
        settings["scale"] = False
    if builder.chance(0.2):
        settings["center"] = False
    if len(builder.shape(place)) == 3 and builder.beyond(0.1, "BatchNormalization of another axis"):
        settings["axis"] = builder.pick([1, 2])
    return builder.add("BatchNormalization", [place], builder.shape(place), **settings)


def normalized(builder, place):
    """A convolution or product with BatchNormalization right behind it, which converters fold into the weights."""
    before = len(builder.network.layers)
    made = undilated(builder, place) if len(builder.shape(place)) == 3 else dense(builder, place)
    if made is None:
        return None
    if made > before:
        builder.network.layers[made - 1].settings.pop("activation", None)
    return builder.add("BatchNormalization", [made], builder.shape(made))


def flatten(builder, place):
    shape = builder.shape(place)
    count = 1
    for size in shape:
        count *= size
    if len(shape) == 1 and builder.chance(0.8):
        return None
    if builder.chance(0.2):
        return builder.add("Reshape", [place], [count], target_shape=builder.pick([[-1], [count]]))
    settings = {}
    if len(shape) == 3 and builder.beyond(0.2, "data_format of Flatten"):
        settings["data_format"] = "channels_first"
    return builder.add("Flatten", [place], [count], **settings)


def image_of_row(builder, place):
    shape = builder.shape(place)
    if len(shape) != 1 or shape[0] < 4 or (place and not builder.beyond(0.1, "Reshape inside the network")):
        return None
    channels = builder.pick([count for count in range(1, 4) if shape[0] % count == 0])
    rest = shape[0] // channels
    height = builder.pick([size for size in range(1, rest + 1) if rest % size == 0])
    target = [height, rest // height, channels]
    return builder.add("Reshape", [place], target, target_shape=target)


NAMED_FUNCTIONS = [
    "silu", "gelu", "elu", "selu", "hard_sigmoid", "hard_silu", "softplus", "softsign", "relu6", "leaky_relu", "mish",
    "celu", "hard_tanh", "log_sigmoid", "tanh_shrink", "hard_shrink", "soft_shrink", "squareplus", "sparse_plus"]


def integer_function(builder, place):
    """An activation that the converter makes an operator with integers of its own."""
    shape = builder.shape(place)
    name = builder.pick(["relu", "sigmoid", "tanh", "relu6", "leaky_relu", "hard_silu", "gelu"])
    if name == "leaky_relu" and builder.chance(0.7):
        return builder.add("LeakyReLU", [place], shape, negative_slope=builder.pick([0.01, 0.1, 0.3, 0.7]))
    return builder.add("Activation", [place], shape, activation=name)


def function(builder, place):
    """An activation as a layer of its own."""
    shape = builder.shape(place)
    if builder.beyond(0.1, "an activation that is not supported"):
        kind = builder.pick(["PReLU", "glu"])
        if kind == "PReLU":
            return builder.add(kind, [place], shape)
        return builder.add("Activation", [place], shape, activation=kind)
    if builder.chance(0.3):
        kind, settings = builder.pick([
            ("ReLU", {}), ("ReLU", {"max_value": 6.0}), ("ReLU", {"max_value": 1.5}), ("ReLU", {"negative_slope": 0.1}),
            ("ReLU", {"threshold": 0.5}), ("ReLU", {"threshold": 0.2, "negative_slope": 0.3, "max_value": 2.0}),
            ("LeakyReLU", {}), ("LeakyReLU", {"negative_slope": 0.05}), ("ELU", {}), ("ELU", {"alpha": 0.4})])
        return builder.add(kind, [place], shape, **settings)
    if builder.chance(0.5):
        return builder.add("Activation", [place], shape, activation=builder.pick(NAMED_FUNCTIONS))
    return builder.add("Activation", [place], shape, activation=builder.pick(["relu", "sigmoid", "tanh", "linear"]))


def nothing(builder, place):
    """Layers that do nothing in inference."""
    kinds = ["Dropout"]
    if len(builder.shape(place)) == 3:
        kinds.append("SpatialDropout2D")
    kind = builder.pick(kinds)
    if builder.beyond(0.1, "GaussianNoise"):
        return builder.add("GaussianNoise", [place], builder.shape(place), stddev=0.1)
    return builder.add(kind, [place], builder.shape(place), rate=0.3)


def border(builder, place):
    """ZeroPadding2D, mostly right before a convolution."""
    shape = builder.shape(place)
    if len(shape) != 3:
        return None
    sides = [[builder.integer(0, 1), builder.integer(0, 1)], [builder.integer(0, 1), builder.integer(0, 1)]]
    sizes = [shape[0] + sum(sides[0]), shape[1] + sum(sides[1])]
    padded = builder.add("ZeroPadding2D", [place], [*sizes, shape[2]], padding=sides)
    if builder.chance(0.2):
        return padded
    if min(sizes) < 2:
        return None
    stride = builder.integer(1, 2)
    filters = builder.integer(1, 5)
    return builder.add(
        "Conv2D", [padded], [*((size - 2) // stride + 1 for size in sizes), filters], filters=filters,
        kernel_size=2, strides=stride, padding="valid")


def rescaling(builder, place):
    """By one number, or by one for each index of the last axis."""
    shape = builder.shape(place)

    def numbers(choices):
        if not builder.chance(0.5) or builder.network.has_channels_first():
            return builder.pick(choices)
        size = builder.pick([shape[-1], shape[-1], 1])
        if shape[-1] == 1 and builder.beyond(0.2, "Rescaling that stretches its input"):
            size = 3
        return [builder.pick(choices) for _ in range(size)]

    settings = {"scale": numbers([0.5, -2.0, 1 / 3, 1.0, 2])}
    if builder.chance(0.7):
        settings["offset"] = numbers([-0.25, 1.0, 0.0, 3])
    if builder.beyond(0.05, "Rescaling by a tuple"):
        settings["scale"] = (0.5,) * shape[-1]
    return builder.add("Rescaling", [place], shape, **settings)


def permutation(builder, place):
    """Permute to channels first, layers that take them so, and Permute back; beyond that any order."""
    shape = builder.shape(place)
    if builder.beyond(0.2, "Permute of any kind"):
        dims = [int(axis) + 1 for axis in builder.random.permutation(len(shape))]
        return builder.add("Permute", [place], [shape[axis - 1] for axis in dims], dims=dims)
    if len(shape) == 1:
        return builder.add("Permute", [place], shape, dims=[1])
    if len(shape) == 2:
        return builder.add("Permute", [place], [shape[1], shape[0]], dims=[2, 1])
    place = builder.add("Permute", [place], [shape[2], shape[0], shape[1]], dims=[3, 1, 2])
    builder.hidden.add(place)
    for _ in range(builder.integer(0, 2)):
        place = channels_first(builder, place)
        builder.hidden.add(place)
    shape = builder.shape(place)
    if builder.chance(0.3):
        kind = builder.pick(["GlobalMaxPooling2D", "GlobalAveragePooling2D"])
        settings = {"data_format": "channels_first"}
        if builder.chance(0.7):
            return builder.add(kind, [place], shape[:1], **settings)
        place = builder.add(kind, [place], [shape[0], 1, 1], keepdims=True, **settings)
        builder.hidden.add(place)
        shape = builder.shape(place)
    if builder.chance(0.3):
        settings = {"data_format": "channels_first"} if builder.chance(0.5) else {}
        count = shape[0] * shape[1] * shape[2]
        return builder.add("Flatten", [place], [count], **settings)
    return builder.add("Permute", [place], [shape[1], shape[2], shape[0]], dims=[2, 3, 1])


def channels_first(builder, place):
    """A layer that has its channels first, or does not care."""
    shape = builder.shape(place)
    kind = builder.pick(["MaxPooling2D", "AveragePooling2D", "BatchNormalization", "Activation", "Dropout"])
    if kind == "BatchNormalization":
        return builder.add(kind, [place], shape, axis=builder.pick([1, -3]))
    if kind == "Activation":
        return builder.add(kind, [place], shape, activation=builder.pick(["relu", "tanh"]))
    found = windowed(builder, shape[1:]) if kind != "Dropout" else None
    if found is None:
        return builder.add("Dropout", [place], shape, rate=0.3)
    # TensorFlow has no convolution of channels first without a graphics card.
    window, strides, padding, sizes = found
    return builder.add(
        kind, [place], [shape[0], *sizes], pool_size=window, strides=strides, padding=padding,
        data_format="channels_first")


def addition(builder, place):
    shape = builder.shape(place)
    others = [other for other in builder.places() if builder.shape(other) == shape] or [place]
    inputs = [place, builder.pick(others)]
    if builder.chance(0.3):
        if builder.chance(0.2):
            inputs.append(builder.pick(others))
        return builder.add("Maximum", inputs, shape)
    if builder.chance(0.3):
        return concatenation(builder, place)
    if builder.beyond(0.1, "Multiply"):
        return builder.add("Multiply", inputs, shape)
    if builder.chance(0.2):
        inputs.append(builder.pick(others))
    return builder.add("Add", inputs, shape)


def concatenation(builder, place):
    """Of two or three values along any axis."""
    shape = builder.shape(place)
    axis = builder.integer(1, len(shape))
    others = [
        other for other in builder.places()
        if len(builder.shape(other)) == len(shape)
        and all(builder.shape(other)[at] == size for at, size in enumerate(shape) if at != axis - 1)] or [place]
    inputs = [place] + [builder.pick(others) for _ in range(builder.integer(1, 2))]
    made = list(shape)
    made[axis - 1] = sum(builder.shape(other)[axis - 1] for other in inputs)
    return builder.add("Concatenate", inputs, made, axis=axis)


def difference(builder, place):
    """Subtract, Minimum, Average of values of one shape."""
    shape = builder.shape(place)
    others = [other for other in builder.places() if builder.shape(other) == shape] or [place]
    kind = builder.pick(["Subtract", "Minimum", "Average"])
    return builder.add(kind, [place, builder.pick(others)], shape)


def cropping(builder, place):
    shape = builder.shape(place)
    if len(shape) != 3 or min(shape[:2]) < 3:
        return None
    sides = [[builder.integer(0, 1), builder.integer(0, 1)], [builder.integer(0, 1), builder.integer(0, 1)]]
    sizes = [shape[0] - sum(sides[0]), shape[1] - sum(sides[1])]
    return builder.add("Cropping2D", [place], [*sizes, shape[2]], cropping=sides)


def series(builder, place):
    """Layers in one dimension, on the rows of a map as steps."""
    shape = builder.shape(place)
    if len(shape) != 3 or shape[1] != 1 or shape[0] < 4:
        return None
    steps, channels = shape[0], shape[2]
    place = builder.add("Reshape", [place], [steps, channels], target_shape=[steps, channels])
    for _ in range(builder.integer(1, 2)):
        kind = builder.pick(["Conv1D", "Conv1D", "MaxPooling1D", "AveragePooling1D", "SeparableConv1D"])
        span, stride = builder.integer(1, min(3, steps)), builder.integer(1, 2)
        padding = builder.pick(["valid", "same", "causal"] if kind == "Conv1D" else ["valid", "same"])
        steps = -(-steps // stride) if padding != "valid" else (steps - span) // stride + 1
        if "Pooling" in kind:
            place = builder.add(
                kind, [place], [steps, channels], pool_size=span, strides=stride, padding=padding)
        else:
            channels = builder.integer(1, 5)
            place = builder.add(
                kind, [place], [steps, channels], filters=channels, kernel_size=span, strides=stride, padding=padding)
    if builder.chance(0.3):
        return builder.add(builder.pick(["GlobalAveragePooling1D", "GlobalMaxPooling1D"]), [place], [channels])
    return builder.add("Flatten", [place], [steps * channels])


def softmax(builder, place, is_last=False):
    shape = builder.shape(place)
    if not is_last and not builder.beyond(0.05, "softmax inside the network"):
        return None
    if len(shape) != 1 and not builder.beyond(0.3, "softmax of an image"):
        return None
    if builder.chance(0.5):
        return builder.add("Activation", [place], shape, activation="softmax")
    settings = {"axis": builder.pick([[-1], [len(shape)]])} if builder.chance(0.3) else {}
    if len(shape) == 3 and builder.beyond(0.5, "softmax over another axis"):
        settings["axis"] = builder.pick([1, 2, -2, [1, 2, 3], [3, 1, 2], [-1, -2, -3], [1, 2], [-1, 1]])
    return builder.add("Softmax", [place], shape, **settings)


LAYERS = [
    (convolution, 6), (pooling, 3), (global_mean, 0.7), (global_maximum, 0.4), (dense, 4), (normalization, 2),
    (flatten, 0.8), (image_of_row, 1), (function, 3), (nothing, 1), (border, 0.7), (rescaling, 0.7), (permutation, 1),
    (addition, 2), (softmax, 0.3), (difference, 0.7), (cropping, 0.5), (series, 3),
]
