"""Functions of one value, softmax, means over axes, and operators that are not supported."""
import numpy


def activation(builder, value):
    return builder.same(builder.node(builder.pick(["Relu", "Relu", "Sigmoid", "Tanh"]), [value.name]), value)


# With the first version that has the form used here.
FUNCTIONS = [
    ("LeakyRelu", 7, {"alpha": 0.1}), ("LeakyRelu", 7, {}), ("Elu", 7, {}), ("Elu", 7, {"alpha": 0.6}),
    ("HardSigmoid", 7, {}), ("HardSigmoid", 7, {"alpha": 0.3, "beta": 0.4}), ("Softplus", 7, {}), ("Abs", 7, {}),
    ("Neg", 7, {}), ("Softsign", 7, {}), ("Selu", 7, {}), ("Selu", 7, {"alpha": 1.2, "gamma": 0.9}), ("Erf", 9, {}),
    ("Sin", 7, {}), ("Cos", 7, {}), ("Celu", 12, {"alpha": 1.5}), ("HardSwish", 14, {}), ("Mish", 18, {}),
    ("Gelu", 20, {}), ("Gelu", 20, {"approximate": "tanh"}), ("Atan", 7, {}), ("Sinh", 9, {}), ("Asinh", 9, {}),
    ("Shrink", 9, {"lambd": 0.3, "bias": 0.3}),
]
# Functions with jumps, where the last bit of a value that was computed decides: they are drawn of the input alone.
STEPS = [
    ("Sign", 9, {}), ("Floor", 7, {}), ("Ceil", 7, {}), ("Round", 11, {}), ("ThresholdedRelu", 10, {"alpha": 0.2}),
    ("Shrink", 9, {"lambd": 0.3}), ("Shrink", 9, {"lambd": 0.3, "bias": 0.2}),
]
UNKNOWN = [("Hardmax", 7, {}), ("IsNaN", 9, {}), ("IsInf", 10, {})]


def function(builder, value):
    functions = FUNCTIONS + 2 * STEPS if value.name == "input" else FUNCTIONS
    kinds = [(kind, settings) for kind, version, settings in functions if version <= builder.opset]
    kind, settings = builder.pick(kinds)
    return builder.same(builder.node(kind, [value.name], **settings), value)


def unknown_function(builder, value):
    if not builder.beyond(0.2, "an operator that is not supported"):
        return None
    kinds = [(kind, settings) for kind, version, settings in UNKNOWN if version <= builder.opset]
    kind, settings = builder.pick(kinds)
    return builder.same(builder.node(kind, [value.name], **settings), value)


def clip(builder, value):
    """Clip, whose limits were attributes before version 11."""
    low, high = builder.pick([(0.0, 6.0), (0.0, 6.0), (-1.0, 1.0), (0.5, 2.0), (None, 0.4), (-0.3, None)])
    if builder.opset < 11:
        limits = {name: limit for name, limit in (("min", low), ("max", high)) if limit is not None}
        return builder.same(builder.node("Clip", [value.name], **limits), value)
    limits = [
        "" if limit is None else builder.constant(numpy.array(limit, numpy.float32)) for limit in (low, high)]
    return builder.same(builder.node("Clip", [value.name, *(limits if high is not None else limits[:1])]), value)


def written_function(builder, value):
    """A function of one value as exporters write it where the operator set has none."""
    number = lambda value: builder.constant(numpy.array(value, numpy.float32))
    x = value.name
    kind = builder.pick(["silu", "gelu", "hard swish", "squares", "choice", "quotient", "root", "logic"])
    if kind == "silu":
        name = builder.node("Mul", [x, builder.node("Sigmoid", [x])])
    elif kind == "gelu" and builder.opset >= 9:
        inner = builder.node("Add", [builder.node("Erf", [builder.node("Div", [x, number(2 ** 0.5)])]), number(1)])
        name = builder.node("Mul", [builder.node("Mul", [x, inner]), number(0.5)])
    elif kind == "choice" and builder.opset >= 9:
        flag = builder.node(builder.pick(["Greater", "Less"]), [x, number(0.25)])
        name = builder.node("Where", [flag, builder.node("Tanh", [x]), builder.node("Mul", [x, number(0.1)])])
    elif kind == "squares" and builder.opset >= 7:
        name = builder.node("Sub", [builder.node("Pow", [x, number(builder.pick([2, 3, 5]))]), x])
    elif kind == "root":
        above = builder.node("Add", [builder.node("Abs", [x]), number(0.2)])
        name = builder.node("Pow", [above, number(builder.pick([0.75, 1.5, -0.25, -2]))])
    elif kind == "logic" and builder.opset >= 9:
        parts = [builder.node("Greater", [x, number(-0.3)]), builder.node("Less", [x, number(0.7)])]
        flag = builder.node(builder.pick(["And", "Or"]), parts)
        name = builder.node("Where", [flag, x, builder.node("Neg", [x])])
    elif kind == "quotient":
        bottom = builder.node("Add", [builder.node("Abs", [x]), number(1)])
        name = builder.node("Div", [x, bottom])
    else:
        inner = builder.node("Relu", [builder.node("Add", [x, number(3)])])
        name = builder.node("Mul", [x, builder.node("Mul", [inner, number(1 / 6)])])
    return builder.same(name, value)


def neighbors(builder, value):
    """A normalization of each channel by those beside it."""
    if value.axes != "CHW":
        return None
    settings = {"size": builder.pick([1, 3, 5]), "alpha": builder.pick([1e-4, 0.5, 2.0])}
    settings["beta"] = builder.pick([0.75, 0.5, 1.0, 2.0])
    if builder.chance(0.5):
        settings["bias"] = builder.pick([0.3, 2.0])
    return builder.same(builder.node("LRN", [value.name], **settings), value)


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
    if value.axes in ("CHW", "HWC") and builder.chance(0.2):
        places = [value.axes.index(letter) + 1 for letter in "HW"]
        given = {"axes": places} if builder.opset < 18 else {}
        inputs = [value.name] + ([] if given else [builder.integers(*places, what="axes")])
        shape = [1 if letter in "HW" else size for letter, size in zip(value.axes, value.shape)]
        return builder.value(builder.node("ReduceMax", inputs, **given), shape, value.axes)
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
    name = builder.node("ReduceL2" if builder.chance(0.2) else "ReduceMean", inputs, **settings)
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


OPERATORS = [
    (activation, 4), (function, 2), (written_function, 0.7), (unknown_function, 0.3), (clip, 0.5), (softmax, 0.3),
    (mean, 1), (neighbors, 0.2),
]
