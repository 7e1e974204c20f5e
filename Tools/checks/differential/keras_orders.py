"""Layers that copy values into another order or size, gates, and transposed convolutions."""


def transposed_convolution(builder, place):
    shape = builder.shape(place)
    if len(shape) != 3 or shape[0] * shape[1] > 49:
        return None
    window = [builder.integer(1, 4), builder.integer(1, 4)]
    strides = [builder.integer(1, 3), builder.integer(1, 3)]
    padding = builder.pick(["valid", "same"])
    filters = builder.integer(1, 4)
    settings = {"strides": strides, "padding": padding, "use_bias": builder.chance(0.7)}
    if builder.chance(0.3):
        settings["activation"] = builder.pick(["relu", "tanh"])
    sizes = [
        size * stride if padding == "same" else size * stride + max(span - stride, 0)
        for size, stride, span in zip(shape, strides, window)]
    return builder.add(
        "Conv2DTranspose", [place], [*sizes, filters], filters=filters, kernel_size=window, **settings)


def upsampling(builder, place):
    shape = builder.shape(place)
    if len(shape) != 3 or shape[0] * shape[1] > 49:
        return None
    factors = [builder.integer(1, 3), builder.integer(1, 3)]
    return builder.add(
        "UpSampling2D", [place], [shape[0] * factors[0], shape[1] * factors[1], shape[2]], size=factors,
        interpolation=builder.pick(["nearest", "bilinear"]))


def gate(builder, place):
    """Squeeze and excite."""
    shape = builder.shape(place)
    if len(shape) != 3:
        return None
    factor = builder.add("GlobalAveragePooling2D", [place], [1, 1, shape[2]], keepdims=True)
    builder.hidden.add(factor)
    factor = builder.add(
        "Conv2D", [factor], [1, 1, shape[2]], filters=shape[2], kernel_size=1,
        activation=builder.pick(["sigmoid", "hard_sigmoid", "tanh"]))
    builder.hidden.add(factor)
    return builder.add("Multiply", [place, factor], shape)


def product(builder, place):
    shape = builder.shape(place)
    others = [other for other in builder.places() if builder.shape(other) == shape] or [place]
    return builder.add("Multiply", [place, builder.pick(others)], shape)


def any_order(builder, place):
    shape = builder.shape(place)
    if len(shape) != 3 or place == 0:
        return None
    dims = [int(axis) + 1 for axis in builder.random.permutation(3)]
    return builder.add("Permute", [place], [shape[axis - 1] for axis in dims], dims=dims)


def any_shape(builder, place):
    shape = builder.shape(place)
    count = 1
    for size in shape:
        count *= size
    if place == 0 or count < 4:
        return None
    channels = builder.pick([size for size in range(1, min(count, 8) + 1) if count % size == 0])
    rest = count // channels
    height = builder.pick([size for size in range(1, rest + 1) if rest % size == 0])
    target = [height, rest // height, channels]
    return builder.add("Reshape", [place], target, target_shape=target)


def shares(builder, place):
    """Softmax inside the network, over the last axis."""
    shape = builder.shape(place)
    if builder.chance(0.5):
        return builder.add("Softmax", [place], shape)
    return builder.add("Activation", [place], shape, activation="softmax")


def dense(builder, place):
    """Dense along the last axis of an image."""
    shape = builder.shape(place)
    if len(shape) != 3:
        return None
    units = builder.integer(1, 6)
    return builder.add("Dense", [place], [*shape[:2], units], units=units)


LAYERS = [
    (transposed_convolution, 1), (upsampling, 1), (gate, 1), (product, 0.7), (any_order, 0.5), (any_shape, 0.5),
    (shares, 0.4), (dense, 0.5),
]
