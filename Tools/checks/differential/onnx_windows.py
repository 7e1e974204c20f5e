"""Operators that move a window: Conv, MaxPool, AveragePool, and the Pad before them."""
import numpy


def convolution(builder, value):
    if value.axes != "CHW" and not (len(value.shape) == 3 and builder.beyond(0.1, "Conv of other axes")):
        return None
    channels = value.shape[0]
    value, pads = border(builder, value, channels)
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


def border(builder, value, channels):
    """Sometimes a Pad before the convolution."""
    if not builder.beyond(0.1, "Pad"):
        return value, None
    top, left, bottom, right = (builder.integer(0, 2) for _ in range(4))
    filler = builder.pick([0.0, 0.0, 0.0, 1.5])
    mode = builder.pick(["constant", "constant", "constant", "reflect", "edge"])
    pads = [0, 0, top, left, 0, 0, bottom, right]
    if mode == "reflect" and (max(top, bottom) >= value.shape[1] or max(left, right) >= value.shape[2]):
        return value, None
    if builder.opset < 11:
        name = builder.node("Pad", [value.name], mode=mode, pads=pads, value=filler)
    else:
        inputs = [value.name, builder.integers(*pads)]
        if mode == "constant" and builder.chance(0.7):
            inputs.append(builder.constant(numpy.array(filler, numpy.float32)))
        name = builder.node("Pad", inputs, mode=mode)
    shape = [channels, value.shape[1] + top + bottom, value.shape[2] + left + right]
    return builder.value(name, shape, "CHW"), pads


def pooling(builder, value):
    if value.axes != "CHW" and not (len(value.shape) == 3 and builder.beyond(0.1, "pool of other axes")):
        return None
    kind = builder.pick(["MaxPool", "AveragePool"])
    settings, sizes = window(builder, value.shape[1:], is_pool=True)
    if settings is None:
        return None
    if kind == "AveragePool" and builder.chance(0.2):
        settings["count_include_pad"] = 0
    elif kind == "AveragePool" and builder.beyond(0.3, "count_include_pad"):
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
    if builder.beyond(0.1, "dilations"):
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


OPERATORS = [(convolution, 9), (pooling, 5)]
