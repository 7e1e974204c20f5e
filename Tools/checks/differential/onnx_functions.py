"""Functions of one value, softmax, means over axes, and operators that are not supported."""
import numpy


def activation(builder, value):
    return builder.same(builder.node(builder.pick(["Relu", "Relu", "Sigmoid", "Tanh"]), [value.name]), value)


# With the first version that has the form used here.
UNKNOWN = [
    ("LeakyRelu", 7, {"alpha": 0.1}), ("Elu", 7, {}), ("HardSigmoid", 7, {}), ("Softplus", 7, {}), ("Abs", 7, {}),
    ("Neg", 7, {}), ("Exp", 7, {}), ("Softsign", 7, {}), ("Selu", 7, {}), ("Sign", 9, {}), ("Erf", 9, {}),
    ("HardSwish", 14, {}), ("Gelu", 20, {}), ("ThresholdedRelu", 10, {"alpha": 0.2}),
]


def unknown_function(builder, value):
    if not builder.beyond(0.2, "an operator that is not supported"):
        return None
    kinds = [(kind, settings) for kind, version, settings in UNKNOWN if version <= builder.opset]
    kind, settings = builder.pick(kinds)
    return builder.same(builder.node(kind, [value.name], **settings), value)


def clip(builder, value):
    """Clip, whose limits were attributes before version 11."""
    if not builder.beyond(0.2, "Clip"):
        return None
    low, high = builder.pick([(0.0, 6.0), (0.0, 6.0), (-1.0, 1.0), (0.5, 2.0)])
    if builder.opset < 11:
        return builder.same(builder.node("Clip", [value.name], min=low, max=high), value)
    limits = [builder.constant(numpy.array(limit, numpy.float32)) for limit in (low, high)]
    return builder.same(builder.node("Clip", [value.name, *limits]), value)


def softmax(builder, value, is_last=False):
    """At the end, over features. Before version 13 it runs over all axes from `axis` on together."""
    if not is_last and not builder.beyond(0.3, "Softmax inside the network"):
        return None
    kind = "LogSoftmax" if builder.beyond(0.15, "LogSoftmax") else "Softmax"
    rank = len(value.shape) + 1
    axes = [1, -1]
    if rank > 2:
        if not builder.beyond(0.5, "Softmax of an image"):
            return None
        axes = [*range(1, rank), *range(1 - rank, 0)]
    if builder.beyond(0.1, "Softmax over the batch"):
        axes = [0, -rank]
    axis = builder.pick(axes)
    usual = 1 if builder.opset < 13 else -1
    if builder.opset < 11 and axis < 0:
        axis += rank
    settings = {"axis": axis} if axis != usual or builder.chance(0.5) else {}
    return builder.same(builder.node(kind, [value.name], **settings), value)


def mean(builder, value):
    """The mean over height and width; beyond that over any axes."""
    if "?" in value.axes:
        return None
    rank = len(value.shape) + 1
    if value.axes == "CHW" and builder.chance(0.2):
        return builder.value(builder.node("GlobalMaxPool", [value.name]), [value.shape[0], 1, 1], "CHW")
    if value.axes == "CHW" and builder.chance(0.5):
        return builder.value(builder.node("GlobalAveragePool", [value.name]), [value.shape[0], 1, 1], "CHW")
    if value.axes == "HWC" and builder.beyond(0.2, "GlobalAveragePool of channels last"):
        return builder.value(builder.node("GlobalAveragePool", [value.name]), [value.shape[0], 1, 1], "???")
    keeps = builder.chance(0.5)
    if builder.opset >= 18 and builder.beyond(0.03, "ReduceMean over no axis"):
        settings = {"noop_with_empty_axes": 1, "keepdims": int(keeps)}
        return builder.same(builder.node("ReduceMean", [value.name], **settings), value)
    if set(value.axes) == set("CHW") and not builder.beyond(0.2, "ReduceMean over other axes"):
        letters = builder.pick(["HW", "HW", "HW", "H", "W"])
        axes = [value.axes.index(letter) + 1 for letter in letters]
    elif builder.documented or not builder.beyond(0.2, "ReduceMean over other axes"):
        return None
    else:
        axes = sorted({builder.integer(1, rank - 1), builder.integer(0 if builder.chance(0.1) else 1, rank - 1)})
    given = [axis - rank if builder.chance(0.4) and builder.opset >= 11 else axis for axis in axes]
    if builder.chance(0.3):
        given.reverse()
    settings = {} if keeps and builder.chance(0.5) else {"keepdims": int(keeps)}
    inputs = [value.name]
    if builder.opset >= 18:
        inputs.append(builder.integers(*given, what="axes"))
    else:
        settings["axes"] = given
    name = builder.node("ReduceMean", inputs, **settings)
    shape, letters = [], ""
    for axis, (size, letter) in enumerate(zip(value.shape, value.axes), 1):
        if axis not in axes:
            shape.append(size)
            letters += letter
        elif keeps:
            shape.append(1)
            letters += letter
    if letters == "C":
        letters = "F"
    known = letters in ("F", "CHW", "HWC") and 0 not in axes
    return builder.value(name, shape, letters if known else "???")


OPERATORS = [(activation, 5), (unknown_function, 0.5), (clip, 0.5), (softmax, 0.3), (mean, 1)]
