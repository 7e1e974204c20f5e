"""Products, normalization, constants that are added or multiplied, and sums of two values."""
import numpy


def product(builder, value):
    """Gemm or MatMul of a row, with or without a bias."""
    if value.axes != "F":
        along_channels = value.axes == "HWC" and builder.chance(0.1)
        if along_channels or len(value.shape) == 3 and builder.beyond(0.1, "MatMul of an image"):
            size = value.shape[-1]
            units = builder.integer(1, 6)
            weights = builder.constant(builder.normal(size, units, scale=1 / numpy.sqrt(size)), "weights")
            return builder.value(
                builder.node("MatMul", [value.name, weights]), [*value.shape[:2], units], value.axes)
        return None
    count, units = value.count, builder.integer(1, 8)
    weights = builder.normal(count, units, scale=1 / numpy.sqrt(count))
    if builder.chance(0.05):
        turned = builder.constant(numpy.ascontiguousarray(weights.T), "weights")
        matrix = builder.node("Transpose", [turned], perm=[1, 0])
        return builder.value(builder.node("MatMul", [value.name, matrix]), [units], "F")
    if builder.chance(0.5):
        return gemm(builder, value, weights)
    name = builder.node("MatMul", [value.name, builder.constant(weights, "weights")])
    if builder.chance(0.5):
        builder.value(name, [units], "F")
        shape = builder.pick([[units], [1, units], [1], []])
        inputs = [name, builder.constant(builder.normal(*shape, scale=0.3), "bias")]
        name = builder.node("Add", inputs if builder.chance(0.7) else inputs[::-1])
    return builder.value(name, [units], "F")


def gemm(builder, value, weights):
    count, units = weights.shape
    settings = {}
    if builder.chance(0.6):
        settings["transB"], weights = 1, numpy.ascontiguousarray(weights.T)
    elif builder.chance(0.3):
        settings["transB"] = 0
    if builder.beyond(0.15, "Gemm alpha"):
        settings["alpha"] = 0.5
    if builder.beyond(0.15, "Gemm beta"):
        settings["beta"] = -2.0
    if builder.graph.batch == 1 and count == 1 and builder.beyond(0.3, "Gemm transA"):
        settings["transA"] = 1
    inputs = [value.name, builder.constant(weights, "weights")]
    shapes = [[units], [units], [1, units], [1], []]
    if builder.opset >= 11 and builder.chance(0.2):
        shapes = [None]
    shape = builder.pick(shapes)
    if shape is not None:
        inputs.append(builder.constant(builder.normal(*shape, scale=0.3), "bias"))
    return builder.value(builder.node("Gemm", inputs, **settings), [units], "F")


def normalization(builder, value):
    """BatchNormalization, which is over axis 1 whatever that axis is."""
    axis = value.channel_axis
    if axis != 1 and not builder.beyond(0.5, "BatchNormalization of another axis than channels"):
        return None
    if "?" in value.axes or not value.shape:
        return None
    size = value.shape[0]
    numbers = [
        builder.normal(size, scale=0.5) + 1, builder.normal(size, scale=0.3), builder.normal(size, scale=0.3),
        numpy.abs(builder.normal(size)) + numpy.float32(0.3),
    ]
    inputs = [value.name] + [builder.constant(part.astype(numpy.float32), "norm") for part in numbers]
    settings = {}
    if builder.opset < 9 and builder.beyond(0.1, "BatchNormalization of elements"):
        settings["spatial"] = 0
        inputs[1:] = [builder.constant(numpy.ones(value.shape, numpy.float32)) for _ in range(4)]
    if builder.chance(0.7):
        settings["epsilon"] = builder.pick([1e-5, 1e-3, 1e-2])
    if builder.chance(0.3):
        settings["momentum"] = 0.8
    if builder.opset >= 14 and builder.beyond(0.1, "training_mode"):
        settings["training_mode"] = 1
        # Running mean and variance come out too.
        output = builder.name("BatchNormalization")
        name = builder.node("BatchNormalization", inputs, **settings)
        builder.graph.nodes[-1].outputs += [f"{output}_mean", f"{output}_variance"]
        return builder.same(name, value)
    return builder.same(builder.node("BatchNormalization", inputs, **settings), value)


def constant_shapes(builder, value):
    """Shapes of a constant that stretch to the value: for all or each channel; beyond that each row, column, number."""
    rank = len(value.shape) + 1
    if value.channel_axis == 0:
        # Nothing says yet which axis is that of the channels.
        return builder.pick([[], [1], [1] * rank])
    channel = [1] * rank
    channel[value.channel_axis] = value.channels
    shapes = [[], [1], [1] * rank, channel, channel, channel]
    # Leading ones may be left out.
    shapes.append(channel[value.channel_axis:])
    if builder.beyond(0.3, "a constant along other axes"):
        axis = builder.integer(1, rank - 1)
        own = [1] * rank
        own[axis] = value.shape[axis - 1]
        shapes = [own, own[axis:], [1, *value.shape], list(value.shape), list(value.shape[1:])]
        if builder.chance(0.1):
            shapes = [[1, *own]]
    return builder.pick(shapes)


def affine(builder, value):
    """Mul, Div, Add or Sub with a constant, on either side."""
    if "?" in value.axes:
        return None
    kind = builder.pick(["Mul", "Mul", "Div", "Add", "Add", "Sub"])
    array = builder.normal(*constant_shapes(builder, value))
    if kind in ("Mul", "Div"):
        array = (numpy.sign(array) * (numpy.abs(array) * 0.5 + 0.5)).astype(numpy.float32)
    inputs = [value.name, builder.constant(array)]
    if kind in ("Mul", "Add"):
        if builder.chance(0.3):
            inputs.reverse()
    elif kind == "Sub" and builder.chance(0.2):
        inputs.reverse()
    elif kind == "Div" and builder.beyond(0.1, "Div of a constant"):
        inputs.reverse()
    name = builder.node(kind, inputs)
    if array.ndim > len(value.shape) + 1:
        return builder.value(name, [1], "???")
    return builder.same(name, value)


def addition(builder, value):
    """Add of two values of one shape, which may be one value twice; the same of Sub and Min."""
    others = [other for other in builder.values if other.shape == value.shape and other.axes == value.axes]
    same = [other for other in others if other.order == value.order]
    if not same or "?" in value.axes:
        return None
    other = builder.pick(same)
    if len(same) < len(others) and builder.beyond(0.5, "Add of rows flattened from other axes"):
        other = builder.pick([one for one in others if one.order != value.order])
    kind = "Add"
    if builder.chance(0.3):
        kind = builder.pick(["Sub", "Sub", "Min"] if builder.opset >= 8 else ["Sub"])
    elif builder.beyond(0.1, "Mul of two values"):
        kind = "Mul"
    inputs = [value.name, other.name] if builder.chance(0.5) else [other.name, value.name]
    if kind == "Add" and builder.beyond(0.1, "Sum"):
        kind, inputs = "Sum", inputs + [builder.pick(same).name]
    return builder.same(builder.node(kind, inputs), value)


def maximum(builder, value):
    """Max of one to three values, which may be one value twice, and zeros; beyond that other constants."""
    same = [
        other for other in builder.values
        if (other.shape, other.axes, other.order) == (value.shape, value.axes, value.order)]
    if not same or "?" in value.axes:
        return None
    inputs = [value.name] + [builder.pick(same).name for _ in range(builder.integer(0, 2))]
    if len(inputs) == 1 or builder.chance(0.2):
        if builder.opset < 8:
            return None
        array = numpy.zeros(constant_shapes(builder, value), numpy.float32)
        if array.ndim > len(value.shape) + 1:
            return None
        if builder.chance(0.3):
            array[...] = builder.pick([0.5, -0.25])
        elif builder.beyond(0.2, "Max with several constants"):
            array = builder.normal(*array.shape)
        # Nodes would leave what rounding leaves of zeros.
        inputs.append(builder.stored(array))
        if value.shape[-1] == 1 and builder.beyond(0.3, "Max that stretches a value"):
            inputs[-1] = builder.stored(numpy.zeros(4, numpy.float32))
            return builder.value(builder.node("Max", inputs), [*value.shape[:-1], 4], "???")
    order = builder.random.permutation(len(inputs))
    return builder.same(builder.node("Max", [inputs[place] for place in order]), value)


def stretched_addition(builder, value):
    """Add of a map and a value of each channel."""
    if value.axes != "CHW" or value.shape[1:] == [1, 1] or not builder.beyond(0.3, "Add that stretches a value"):
        return None
    mean = builder.node("GlobalAveragePool", [value.name])
    kind = builder.pick(["Add", "Mul", *(["Max"] if builder.opset > 7 else [])])
    return builder.same(builder.node(kind, [value.name, mean]), value)


def slopes(builder, value):
    """PRelu by one slope, or one for each channel."""
    if value.axes != "CHW":
        return None
    shape = builder.pick([[1], [value.channels, 1, 1]])
    return builder.same(
        builder.node("PRelu", [value.name, builder.constant(builder.normal(*shape, scale=0.3))]), value)


OPERATORS = [
    (slopes, 0.5), (product, 4), (normalization, 3), (affine, 5), (addition, 3), (maximum, 2),
    (stretched_addition, 0.5),
]
