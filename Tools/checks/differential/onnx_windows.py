"""Operators that move a window: Conv, MaxPool, AveragePool, in one and two dimensions, and the Pad before them."""
import numpy


def convolution(builder, value):
    if value.axes != "CHW" and not (len(value.shape) == 3 and builder.beyond(0.1, "Conv of other axes")):
        return None
    channels = value.shape[0]
    value = border(builder, value)
    settings, sizes = window(builder, value.shape[1:], is_pool=False)
    if settings is None:
        return None
    groups = builder.pick([1, 1, 1, channels, *[g for g in range(1, channels + 1) if channels % g == 0]])
    filters = groups * builder.integer(1, max(1, 6 // groups))
    kernel = settings.get("kernel_shape")
    fan = channels // groups * numpy.prod(kernel)
    weights = builder.normal(filters, channels // groups, *kernel, scale=1 / numpy.sqrt(fan))
    if groups > 1:
        settings["group"] = groups
    if builder.chance(0.3):
        del settings["kernel_shape"]
    inputs = [value.name, builder.constant(weights, "weights")]
    if builder.chance(0.6):
        inputs.append(builder.constant(builder.normal(filters, scale=0.3), "bias"))
    return builder.value(builder.node("Conv", inputs, **settings), [filters, *sizes], "CHW")


def border(builder, value):
    """Sometimes a Pad before the convolution or pool."""
    if value.axes != "CHW" or not builder.chance(0.25):
        return value
    pads = [builder.pick([0, 0, 1, 1, 1, 2]) for _ in range(4)]
    filler, mode = 0.0, "constant"
    if builder.beyond(0.1, "Pad with another number"):
        filler = 1.5
    if max(pads[0], pads[2]) < value.shape[1] and max(pads[1], pads[3]) < value.shape[2]:
        if builder.beyond(0.2, "Pad in another mode"):
            mode = builder.pick(["reflect", "edge"])
    sizes = [value.shape[1] + pads[0] + pads[2], value.shape[2] + pads[1] + pads[3]]
    if mode == "constant" and builder.chance(0.2):
        # With the channels last, as TensorFlow has them.
        last = builder.node("Transpose", [value.name], perm=[0, 2, 3, 1])
        name = builder.node("Transpose", [padded(builder, last, pads, 1, mode, filler)], perm=[0, 3, 1, 2])
    else:
        name = padded(builder, value.name, pads, 2, mode, filler)
    return padded_value(builder, name, value, sizes)


def padded_value(builder, name, value, sizes):
    """Mostly only the convolution reads it."""
    made = builder.value(name, [value.shape[0], *sizes], "CHW")
    if not builder.chance(0.2):
        builder.values.remove(made)
    return made


def padded(builder, name, pads, rows, mode, filler):
    """A Pad whose axis of rows is `rows`. Before version 11 all is in attributes; since 18 there may be axes."""
    whole = [0] * 8
    whole[rows:rows + 2], whole[rows + 4:rows + 6] = pads[:2], pads[2:]
    settings = {"mode": mode} if mode != "constant" or builder.chance(0.5) else {}
    if builder.opset < 11:
        if filler or builder.chance(0.5):
            settings["value"] = filler
        return builder.node("Pad", [name], pads=whole, **settings)
    number = builder.stored(numpy.array(filler, numpy.float32)) if filler or builder.chance(0.5) else ""
    if builder.opset < 18 or builder.chance(0.4):
        inputs = [name, builder.integers(*whole)]
        return builder.node("Pad", inputs + [number] if number else inputs, **settings)
    axes = builder.pick([[rows, rows + 1], [rows + 1, rows]])
    if builder.chance(0.2):
        axes = [0, rows, rows + 1]
    own = [whole[axis] for axis in axes] + [whole[axis + 4] for axis in axes]
    given = [axis - 4 if builder.chance(0.3) else axis for axis in axes]
    inputs = [name, builder.integers(*own), number, builder.integers(*given, what="axes")]
    return builder.node("Pad", inputs, **settings)


def pooling(builder, value):
    if value.axes != "CHW" and not (len(value.shape) == 3 and builder.beyond(0.1, "pool of other axes")):
        return None
    kind = builder.pick(["MaxPool", "AveragePool"])
    value = border(builder, value)
    settings, sizes = window(builder, value.shape[1:], is_pool=True)
    if settings is None:
        return None
    if kind == "AveragePool" and builder.chance(0.2):
        settings["count_include_pad"] = 0
    elif kind == "AveragePool" and builder.chance(0.3):
        settings["count_include_pad"] = 1
    if kind == "MaxPool" and builder.opset >= 8 and builder.beyond(0.1, "storage_order"):
        settings["storage_order"] = 1
    if "dilations" in settings and not (
            kind == "MaxPool" and builder.opset >= 10 or kind == "AveragePool" and builder.opset >= 19):
        return None
    if builder.opset >= 10 and builder.beyond(0.2, "ceil_mode"):
        settings["ceil_mode"] = 1
        sizes = [None, None]
    elif builder.opset >= 10 and builder.chance(0.1):
        settings["ceil_mode"] = 0
    name = builder.node(kind, [value.name], **settings)
    if None in sizes:
        # The peer works the shape out; nothing that needs it may follow.
        return builder.value(name, [value.shape[0], 1, 1], "???")
    return builder.value(name, [value.shape[0], *sizes], "CHW")


def window(builder, sizes, is_pool):
    """Attributes of a window over a map, and the sizes of what comes out; (None, None) where nothing fits."""
    # Mostly one that fits without a border.
    most = [4, 4] if builder.chance(0.2) else [min(size, 4) for size in sizes]
    kernel = [builder.integer(1, size) for size in most]
    if builder.chance(0.5):
        kernel = [min(kernel)] * 2
    strides = builder.pick([[1, 1], [1, 1], [2, 2], [builder.integer(1, 3), builder.integer(1, 3)]])
    if is_pool and builder.chance(0.5):
        strides = list(kernel)
    dilations = [1, 1]
    if builder.chance(0.15) if not is_pool else builder.beyond(0.1, "dilations of a pool"):
        dilations = [builder.integer(1, 2), builder.integer(1, 3)]
    settings = {"kernel_shape": kernel}
    if strides != [1, 1] or builder.chance(0.5):
        settings["strides"] = strides
    if dilations != [1, 1] or builder.chance(0.1):
        if not is_pool or dilations != [1, 1]:
            settings["dilations"] = dilations
    spans = [(size - 1) * step + 1 for size, step in zip(kernel, dilations)]
    mode = builder.pick(["pads", "pads", "none", "none", "SAME_UPPER", "VALID", "NOTSET"])
    if builder.beyond(0.1, "auto_pad SAME_LOWER"):
        mode = "SAME_LOWER"
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        settings["auto_pad"] = mode
        places = [-(-size // stride) for size, stride in zip(sizes, strides)]
        rests = [size - (place - 1) * stride - span for size, place, stride, span in zip(sizes, places, strides, spans)]
        if max(rests) > 1 and not builder.beyond(0.5, "cells that auto_pad leaves out"):
            return None, None
        return settings, places
    pads = [0, 0, 0, 0]
    if mode in ("pads", "NOTSET"):
        pads = [builder.integer(0, kernel[axis % 2] - 1) for axis in range(4)]
        if builder.chance(0.5):
            pads[2:] = pads[:2]
        settings["pads"] = pads
    if mode in ("VALID", "NOTSET"):
        settings["auto_pad"] = mode
    room = [size + pads[axis] + pads[axis + 2] - spans[axis] for axis, size in enumerate(sizes)]
    if min(room) < 0:
        return None, None
    return settings, [space // stride + 1 for space, stride in zip(room, strides)]


def series(builder, value):
    """Conv, MaxPool, AveragePool, GlobalAveragePool of a series, which is made of a map of one row or column."""
    if value.axes != "CHW" or 1 not in value.shape[1:]:
        return None
    channels, steps = value.shape[0], max(value.shape[1:])
    shape = builder.integers(-1 if builder.graph.batch is None else builder.graph.batch, channels, steps)
    name = builder.node("Reshape", [value.name, shape])
    span = builder.integer(1, min(steps, 4))
    stride = builder.integer(1, 2)
    settings = {"kernel_shape": [span], "strides": [stride]}
    room = steps - span
    if builder.chance(0.4):
        settings["pads"] = [builder.integer(0, span - 1), builder.integer(0, span - 1)]
        room += sum(settings["pads"])
    kind = builder.pick(["Conv", "Conv", "MaxPool", "AveragePool"])
    filters = channels
    inputs = [name]
    if kind == "Conv":
        filters = builder.integer(1, 5)
        inputs.append(builder.constant(builder.normal(filters, channels, span, scale=0.5), "weights"))
    name = builder.node(kind, inputs, **settings)
    steps = room // stride + 1
    if builder.chance(0.3):
        name = builder.node("GlobalAveragePool", [name])
        steps = 1
    shape = builder.integers(-1 if builder.graph.batch is None else builder.graph.batch, filters, steps, 1)
    return builder.value(builder.node("Reshape", [name, shape]), [filters, steps, 1], "CHW")


OPERATORS = [(convolution, 9), (pooling, 5), (series, 1)]
