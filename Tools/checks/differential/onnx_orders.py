"""Operators that copy values into another order or size, joins of two values that are stretched to each other, and
transposed convolutions."""
import numpy


def any_order(builder, value):
    """Transpose of any kind; what reads it takes the axes as channels, rows and columns, whatever they were."""
    if len(value.shape) != 3 or "?" in value.axes:
        return None
    order = [int(axis) + 1 for axis in builder.random.permutation(3)]
    name = builder.node("Transpose", [value.name], perm=[0, *order])
    return builder.value(name, [value.shape[axis - 1] for axis in order], "CHW")


def any_shape(builder, value):
    """Reshape of an image or a row to an image of any sizes."""
    if "?" in value.axes or value.count < 4 or value.name == "input":
        return None
    channels = builder.pick([size for size in range(1, min(value.count, 8) + 1) if value.count % size == 0])
    rest = value.count // channels
    height = builder.pick([size for size in range(1, rest + 1) if rest % size == 0])
    shape = [channels, height, rest // height]
    name = builder.node("Reshape", [value.name, builder.integers(builder.pick([0, -1]), *shape)])
    return builder.value(name, shape, "CHW")


def shuffled_channels(builder, value):
    """Reshape, Transpose and Reshape, which mixes groups of channels."""
    if value.axes != "CHW" or value.name == "input":
        return None
    channels, height, width = value.shape
    groups = builder.pick([size for size in range(1, channels + 1) if channels % size == 0])
    split = builder.node(
        "Reshape", [value.name, builder.integers(0, groups, channels // groups, height, width)])
    turned = builder.node("Transpose", [split], perm=[0, 2, 1, 3, 4])
    return builder.same(builder.node("Reshape", [turned, builder.integers(0, channels, height, width)]), value)


def depth(builder, value):
    """DepthToSpace in both modes, and SpaceToDepth."""
    if value.axes != "CHW":
        return None
    channels, height, width = value.shape
    block = 2
    if builder.chance(0.5) and channels % (block * block) == 0:
        settings = {}
        if builder.opset >= 11 and builder.chance(0.6):
            settings["mode"] = builder.pick(["DCR", "CRD"])
        name = builder.node("DepthToSpace", [value.name], blocksize=block, **settings)
        return builder.value(name, [channels // (block * block), height * block, width * block], "CHW")
    if height % block or width % block:
        return None
    name = builder.node("SpaceToDepth", [value.name], blocksize=block)
    return builder.value(name, [channels * block * block, height // block, width // block], "CHW")


def tiled(builder, value):
    if value.axes not in ("F", "CHW", "HWC") or value.order:
        return None
    counts = [builder.pick([1, 1, 2, 3]) for _ in value.shape]
    if max(counts) == 1:
        return None
    name = builder.node("Tile", [value.name, builder.integers(1, *counts, what="counts")])
    return builder.value(name, [size * count for size, count in zip(value.shape, counts)], value.axes)


def expanded(builder, value):
    """Expand along axes of size 1."""
    if value.axes not in ("CHW", "HWC") or builder.opset < 8 or 1 not in value.shape:
        return None
    shape = [builder.integer(2, 4) if size == 1 else size for size in value.shape]
    given = [1, *(1 if size == own and builder.chance(0.3) else size for size, own in zip(shape, value.shape))]
    return builder.value(builder.node("Expand", [value.name, builder.integers(*given)]), shape, value.axes)


def resized(builder, value):
    """Upsample, or Resize by whole factors or to any size."""
    if value.axes != "CHW":
        return None
    height, width = value.shape[1:]
    mode = builder.pick(["nearest", "linear"])
    factors = [builder.integer(1, 3), builder.integer(1, 3)]
    sizes = [height * factors[0], width * factors[1]]
    scales = numpy.array([1, 1, *factors], numpy.float32)
    if builder.opset < 9:
        name = builder.node("Upsample", [value.name], mode=mode, scales=[float(scale) for scale in scales])
    elif builder.opset < 10:
        name = builder.node("Upsample", [value.name, builder.stored(scales)], mode=mode)
    elif builder.opset < 11:
        name = builder.node("Resize", [value.name, builder.stored(scales)], mode=mode)
    else:
        settings = {"mode": mode}
        forms = ["half_pixel", "asymmetric", "align_corners"]
        if min(sizes) > 1:
            forms.append("pytorch_half_pixel")
        settings["coordinate_transformation_mode"] = builder.pick(forms)
        if mode == "nearest":
            settings["nearest_mode"] = builder.pick(["round_prefer_floor", "floor", "ceil", "round_prefer_ceil"])
        region = "" if builder.opset >= 13 else builder.stored(numpy.zeros(0, numpy.float32))
        if builder.chance(0.5) and builder.graph.batch:
            sizes = [builder.integer(1, 12), builder.integer(1, 12)]
            if settings["coordinate_transformation_mode"] == "pytorch_half_pixel" and 1 in sizes:
                return None
            whole = builder.integers(builder.graph.batch, value.shape[0], *sizes, what="sizes")
            nothing = "" if builder.opset >= 13 else builder.stored(numpy.zeros(0, numpy.float32))
            inputs = [value.name, region, nothing, whole]
        else:
            inputs = [value.name, region, builder.stored(scales)]
        name = builder.node("Resize", inputs, **settings)
    return builder.value(name, [value.shape[0], *sizes], "CHW")


def transposed_convolution(builder, value):
    if value.axes != "CHW":
        return None
    channels, height, width = value.shape
    groups = builder.pick([1, 1, 1, *[size for size in range(1, channels + 1) if channels % size == 0]])
    per_group = builder.integer(1, 3)
    kernel = [builder.integer(1, 4), builder.integer(1, 4)]
    strides = [builder.integer(1, 3), builder.integer(1, 3)]
    dilations = builder.pick([[1, 1], [1, 1], [2, 1], [2, 3]])
    whole = [
        (size - 1) * stride + (span - 1) * dilation + 1
        for size, stride, span, dilation in zip([height, width], strides, kernel, dilations)]
    settings = {"strides": strides}
    if dilations != [1, 1] or builder.chance(0.3):
        settings["dilations"] = dilations
    if builder.chance(0.5):
        settings["kernel_shape"] = kernel
    if groups > 1:
        settings["group"] = groups
    sizes = whole
    if builder.chance(0.6):
        pads = [builder.integer(0, min(2, size - 1)) for size in whole] + [0, 0]
        for axis in range(2):
            pads[2 + axis] = builder.integer(-1, min(2, whole[axis] - pads[axis] - 1))
        settings["pads"] = pads
        sizes = [size - pads[axis] - pads[axis + 2] for axis, size in enumerate(whole)]
    if builder.chance(0.3):
        extra = [builder.integer(0, max(stride, dilation) - 1) for stride, dilation in zip(strides, dilations)]
        if any(extra):
            settings["output_padding"] = extra
            sizes = [size + more for size, more in zip(sizes, extra)]
    weights = builder.normal(channels, per_group, *kernel, scale=1 / numpy.sqrt(channels // groups * 4))
    inputs = [value.name, builder.constant(weights, "weights")]
    if builder.chance(0.6):
        inputs.append(builder.constant(builder.normal(per_group * groups, scale=0.3), "bias"))
    return builder.value(
        builder.node("ConvTranspose", inputs, **settings), [per_group * groups, *sizes], "CHW")


def gated(builder, value):
    """Squeeze and excite: one factor, summand or limit for each channel, from the mean over rows and columns."""
    if value.axes != "CHW" or value.shape[1:] == [1, 1]:
        return None
    gate = builder.node("GlobalAveragePool", [value.name])
    channels = value.channels
    weights = builder.constant(builder.normal(channels, channels, 1, 1, scale=1 / numpy.sqrt(channels)), "weights")
    gate = builder.node("Conv", [gate, weights])
    if builder.chance(0.7):
        gate = builder.node("Sigmoid", [gate])
    kinds = ["Mul", "Mul", "Mul", "Add", "Sub"] + (["Max", "Min"] if builder.opset >= 8 else [])
    kind = builder.pick(kinds)
    inputs = [value.name, gate] if builder.chance(0.7) else [gate, value.name]
    return builder.same(builder.node(kind, inputs), value)


def stretched(builder, value):
    """A map of one channel, row or column that meets all of another value."""
    if value.axes != "CHW" or value.name == "input" and value.shape[0] == 1:
        return None
    channels, height, width = value.shape
    others = [
        other for other in builder.values
        if other.axes == "CHW" and other.shape != value.shape
        and all(own in (1, size) for own, size in zip(other.shape, value.shape))]
    if not others:
        weights = builder.constant(builder.normal(1, channels, 1, 1, scale=1 / numpy.sqrt(channels)), "weights")
        mask = builder.value(builder.node("Conv", [value.name, weights]), [1, height, width], "CHW")
        if channels == 1:
            return None
        others = [mask]
    other = builder.pick(others)
    inputs = [value.name, other.name] if builder.chance(0.5) else [other.name, value.name]
    return builder.same(builder.node(builder.pick(["Mul", "Add", "Sub"]), inputs), value)


def product_of_two(builder, value):
    """Mul of two values of one shape, and the quotient with one that is not near 0."""
    others = [
        other for other in builder.values
        if other.shape == value.shape and other.axes == value.axes and other.order == value.order]
    if not others or "?" in value.axes:
        return None
    other = builder.pick(others).name
    if builder.chance(0.3):
        safe = builder.node("Add", [builder.node("Sigmoid", [other]), builder.constant(numpy.float32([1.0]))])
        return builder.same(builder.node("Div", [value.name, safe]), value)
    return builder.same(builder.node("Mul", [value.name, other]), value)


def constant_of_places(builder, value):
    """Mul or Add with a number for each value, or for each row or column."""
    if value.axes not in ("CHW", "HWC", "F") or value.order:
        return None
    shape = [1 if builder.chance(0.3) else size for size in value.shape]
    array = builder.normal(*([1] if builder.chance(0.5) else []), *shape)
    inputs = [value.name, builder.constant(array)]
    if builder.chance(0.3):
        inputs.reverse()
    return builder.same(builder.node(builder.pick(["Mul", "Add"]), inputs), value)


def shares(builder, value):
    """Softmax inside the network, over one axis."""
    if value.axes not in ("F", "CHW", "HWC") or builder.opset < 13:
        return None
    axis = builder.integer(1, len(value.shape))
    return builder.same(builder.node("Softmax", [value.name], axis=axis), value)


def reduced(builder, value):
    """The mean, an extreme or the length over any axes but all of them."""
    if value.axes not in ("CHW", "HWC") or value.name == "input":
        return None
    axes = [axis for axis in (1, 2, 3) if builder.chance(0.5)]
    if not axes or len(axes) == 3:
        return None
    kind = builder.pick(["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2"])
    if builder.opset < 18:
        name = builder.node(kind, [value.name], axes=axes)
    else:
        name = builder.node(kind, [value.name, builder.integers(*axes, what="axes")])
    shape = [1 if axis in axes else size for axis, size in enumerate(value.shape, 1)]
    return builder.value(name, shape, value.axes)


OPERATORS = [
    (any_order, 1), (any_shape, 0.7), (shuffled_channels, 0.7), (depth, 1), (tiled, 0.4), (expanded, 0.7),
    (resized, 1.2), (transposed_convolution, 1.2), (gated, 1), (stretched, 0.7), (product_of_two, 1),
    (constant_of_places, 0.7), (shares, 0.5), (reduced, 0.5),
]
