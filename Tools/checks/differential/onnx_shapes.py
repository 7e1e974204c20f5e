"""Operators that only rename, reorder or reshape: aliases, Transpose, Flatten, Reshape, Squeeze, Unsqueeze, and the
arithmetic of shapes that exporters write."""
import numpy


def alias(builder, value):
    """The same value under another name."""
    kinds = ["Identity", "Dropout", "Cast", "Transpose", "Reshape", "there and back", "Flatten", "Squeeze"]
    kind = builder.pick(kinds)
    rank = len(value.shape) + 1
    if kind == "Dropout":
        return builder.same(dropout(builder, value), value)
    if kind == "Cast":
        return builder.same(cast(builder, value), value)
    if kind == "Transpose":
        return builder.same(builder.node("Transpose", [value.name], perm=list(range(rank))), value)
    if kind == "Reshape" and "?" not in value.axes:
        if builder.chance(0.2):
            return builder.same(builder.node("Reshape", [value.name, builder.node("Shape", [value.name])]), value)
        shape = builder.pick([
            [0, *value.shape], [-1, *value.shape], [builder.graph.batch or 0, *value.shape], [0] * rank])
        settings = {}
        if builder.opset >= 14 and 0 not in shape and builder.beyond(0.3, "allowzero"):
            settings["allowzero"] = 1
        return builder.same(builder.node("Reshape", [value.name, builder.integers(*shape)], **settings), value)
    if kind == "there and back" and value.axes in ("CHW", "HWC"):
        there, back = ([0, 2, 3, 1], [0, 3, 1, 2]) if value.axes == "CHW" else ([0, 3, 1, 2], [0, 2, 3, 1])
        middle = builder.node("Transpose", [value.name], perm=there)
        return builder.same(builder.node("Transpose", [middle], perm=back), value)
    if kind == "Flatten" and value.axes == "F":
        return builder.same(builder.node("Flatten", [value.name], axis=1), value)
    if kind == "Squeeze" and "?" not in value.axes:
        name = with_axes(builder, "Unsqueeze", value.name, [rank])
        return builder.same(with_axes(builder, "Squeeze", name, [rank]), value)
    return builder.same(builder.node("Identity", [value.name]), value)


def cast(builder, value):
    """To float, which it is; beyond that to another type and back."""
    name = value.name
    if builder.beyond(0.1, "Cast to another type"):
        # float16 or double.
        name = builder.node("Cast", [name], to=builder.pick([10, 11]))
    settings = {"saturate": 1} if builder.opset >= 19 and builder.chance(0.5) else {}
    return builder.node("Cast", [name], to=1, **settings)


def dropout(builder, value):
    if builder.opset < 12:
        settings = {"ratio": 0.4} if builder.chance(0.5) else {}
        return builder.node("Dropout", [value.name], **settings)
    inputs = [value.name]
    if builder.beyond(0.1, "Dropout in training"):
        inputs += [builder.constant(numpy.array(0.0, numpy.float32)), builder.constant(numpy.array(True))]
    elif builder.chance(0.5):
        inputs.append(builder.constant(numpy.array(0.4, numpy.float32)))
        if builder.chance(0.5):
            inputs.append(builder.constant(numpy.array(False)))
    return builder.node("Dropout", inputs)


def with_axes(builder, kind, name, axes):
    """Squeeze or Unsqueeze, whose axes were an attribute before version 13."""
    if builder.opset < 13:
        return builder.node(kind, [name], axes=axes)
    return builder.node(kind, [name, builder.integers(*axes, what="axes")])


def transpose(builder, value):
    if value.axes not in ("CHW", "HWC"):
        return None
    order = [2, 3, 1] if value.axes == "CHW" else [3, 1, 2]
    if builder.beyond(0.2, "Transpose of another kind"):
        order = [int(axis) + 1 for axis in builder.random.permutation(3)]
    axes = "".join(value.axes[axis - 1] for axis in order)
    name = builder.node("Transpose", [value.name], perm=[0, *order])
    return builder.value(name, [value.shape[axis - 1] for axis in order], axes)


def flatten(builder, value):
    """To a row: Flatten, Reshape with a shape of many forms, or Squeeze of what is 1x1."""
    if len(value.shape) < 2 or "?" in value.axes:
        return None
    count = value.count
    order = "" if value.shape[1:] == [1, 1] or value.shape[:2] == [1, 1] else f"{value.axes}{value.shape}"
    kind = builder.pick(["Flatten", "Flatten", "Reshape", "computed", "Squeeze"])
    if kind == "Squeeze" and value.axes == "CHW" and value.shape[1:] == [1, 1]:
        axes = [2, 3] if builder.opset < 11 or builder.chance(0.5) else [-1, -2]
        return builder.value(with_axes(builder, "Squeeze", value.name, axes), [count], "F", order)
    if kind == "Reshape":
        shape = builder.pick([[0, -1], [-1, count], [0, count]])
        if builder.graph.batch == 1:
            shape = builder.pick([[1, -1], [1, count], shape])
        name = builder.node("Reshape", [value.name, builder.integers(*shape)])
    elif kind == "computed":
        name = builder.node("Reshape", [value.name, computed_shape(builder, value)])
    else:
        axis = 1
        rank = len(value.shape) + 1
        if builder.opset >= 11 and builder.beyond(0.1, "Flatten from the end"):
            axis = 1 - rank
        elif builder.beyond(0.05, "Flatten of another axis"):
            axis = builder.pick([0, 2, rank])
            name = builder.node("Flatten", [value.name], axis=axis)
            return builder.value(name, [1], "???")
        settings = {} if axis == 1 and builder.chance(0.5) else {"axis": axis}
        name = builder.node("Flatten", [value.name], **settings)
    return builder.value(name, [count], "F", order)


def computed_shape(builder, value):
    """[batch, everything else], worked out by nodes as PyTorch and Keras write them."""
    shape = builder.node("Shape", [value.name])
    if builder.chance(0.5):
        batch = builder.node("Gather", [shape, builder.constant(numpy.array(0, numpy.int64))], axis=0)
        batch = with_axes(builder, "Unsqueeze", batch, [0])
    elif builder.opset < 10:
        batch = builder.node("Slice", [shape], starts=[0], ends=[1], axes=[0])
    else:
        inputs = [
            builder.integers(0, what="starts"), builder.integers(1, what="ends"), builder.integers(0, what="axes")]
        batch = builder.node("Slice", [shape, *inputs])
    rest = builder.integers(builder.pick([-1, value.count]))
    if builder.chance(0.3):
        rest = size_product(builder, shape, value)
    if builder.chance(0.3):
        batch = builder.node("Cast", [batch], to=7)
    if (builder.graph.batch or builder.beyond(0.1, "a shape computed with the size of the batch")):
        if builder.graph.batch is None or builder.chance(0.2):
            batch = same_number(builder, batch)
    if builder.chance(0.2):
        # As TensorFlow has it.
        parts = [builder.node("Cast", [part], to=6) for part in (batch, rest)]
        return builder.node("Cast", [builder.node("Concat", parts, axis=0)], to=7)
    return builder.node("Concat", [batch, rest], axis=0)


def same_number(builder, number):
    """What arithmetic makes of a number, and is the same one for some numbers at least."""
    two = builder.integers(2)
    if builder.chance(0.5):
        half = builder.node("Div", [builder.node("Mul", [number, two]), two])
        return half if builder.chance(0.5) else builder.node("Mul", [number, builder.integers(1)])
    return builder.node("Sub", [builder.node("Add", [number, two]), two])


def size_of_batch(builder, value):
    """Arithmetic with the size of the batch that changes the value; beyond the documented where it may be any."""
    if "?" in value.axes or builder.graph.batch is None and not builder.beyond(0.5, "a number from an open batch"):
        return None
    size = builder.node("Gather", [builder.node("Shape", [value.name]), builder.integers(0)])
    form = builder.pick(["number", "number", "double", "pick", "cut", "fill"])
    if form == "double":
        size = builder.node("Cast", [size], to=11)
    if form in ("number", "double"):
        size = builder.node("Cast", [size], to=1)
        return builder.same(builder.node(builder.pick(["Div", "Mul", "Add"]), [value.name, size]), value)
    numbers = builder.constant(builder.normal(6))
    if form == "pick":
        other = builder.node("Gather", [numbers, size])
    elif form == "cut" and builder.opset >= 10:
        before = builder.node("Sub", [size, builder.integers(1)])
        other = builder.node("Slice", [numbers, before, size])
    elif form == "fill" and builder.opset >= 9:
        tensor = builder.tensor(numpy.array([0.5], numpy.float32))
        other = builder.node("ConstantOfShape", [builder.node("Div", [size, size])], value=tensor)
    else:
        return None
    return builder.same(builder.node("Add", [value.name, other]), value)


def size_product(builder, shape, value):
    """The product of all sizes but the batch, in a list of one."""
    if builder.chance(0.2):
        # The size of the batch is among what is computed, and nothing reads it.
        shape = builder.node("Sub", [builder.node("Add", [shape, shape]), shape])
    places = [builder.integers(axis) for axis in range(1, len(value.shape) + 1)]
    sizes = [builder.node("Gather", [shape, place], axis=0) for place in places]
    product = sizes[0]
    for size in sizes[1:]:
        product = builder.node("Mul", [product, size])
    if builder.chance(0.3):
        factor = builder.integers(builder.integer(1, 5))
        return builder.node("Div", [builder.node("Mul", [factor, product]), factor])
    return product


def image_of_row(builder, value):
    """A row of the input that becomes an image of one channel; beyond that any row, any channels."""
    if value.axes != "F" or value.count < 4:
        return None
    if value.name != "input" and not builder.beyond(0.1, "Reshape to an image inside the network"):
        return None
    channels = 1
    if builder.beyond(0.3, "Reshape to an image of several channels"):
        channels = builder.pick([count for count in range(1, 5) if value.count % count == 0])
    rest = value.count // channels
    height = builder.pick([size for size in range(1, rest + 1) if rest % size == 0])
    width = rest // height
    if builder.chance(0.5):
        shape, axes = [channels, height, width], "CHW"
    else:
        shape, axes = [height, width, channels], "HWC"
    name = builder.node("Reshape", [value.name, builder.integers(builder.pick([0, -1]), *shape)])
    return builder.value(name, shape, axes)


def channel_axis(builder, value):
    """An axis of one channel for a map without channels; 1x1 for a row."""
    if value.axes == "HW":
        axis = builder.pick([1, 3])
        axes = "CHW" if axis == 1 else "HWC"
        shape = [1, *value.shape] if axis == 1 else [*value.shape, 1]
        return builder.value(with_axes(builder, "Unsqueeze", value.name, [axis]), shape, axes)
    if value.axes == "F" and not value.order and builder.beyond(0.2, "Unsqueeze of a row"):
        return builder.value(with_axes(builder, "Unsqueeze", value.name, [2, 3]), [value.count, 1, 1], "CHW")
    return None


def joined(builder, value):
    """Concat of two or three values along an axis."""
    if value.axes not in ("F", "CHW", "HWC") or value.order:
        return None
    axis = builder.integer(1, len(value.shape))
    rest = lambda other: [size for place, size in enumerate(other.shape, 1) if place != axis]
    others = [
        other for other in builder.values
        if other.axes == value.axes and not other.order and rest(other) == rest(value)]
    inputs = [value] + [builder.pick(others) for _ in range(builder.integer(1, 2))]
    order = [inputs[place] for place in builder.random.permutation(len(inputs))]
    shape = list(value.shape)
    shape[axis - 1] = sum(other.shape[axis - 1] for other in inputs)
    given = axis - len(value.shape) - 1 if builder.opset >= 11 and builder.chance(0.3) else axis
    return builder.value(
        builder.node("Concat", [other.name for other in order], axis=given), shape, value.axes)


def sliced(builder, value):
    """Slice along an axis, whose numbers were attributes before version 10."""
    if value.axes not in ("F", "CHW", "HWC") or value.order:
        return None
    axis = builder.integer(1, len(value.shape))
    size = value.shape[axis - 1]
    start = builder.integer(0, size - 1)
    end = builder.integer(start + 1, size)
    step = builder.integer(1, 2) if builder.opset >= 10 else 1
    shape = list(value.shape)
    shape[axis - 1] = (end - start + step - 1) // step
    given = [start - size if builder.chance(0.3) else start, end if end < size or builder.chance(0.5) else 2 ** 31 - 1]
    if builder.opset < 10:
        name = builder.node("Slice", [value.name], starts=given[:1], ends=given[1:], axes=[axis])
        return builder.value(name, shape, value.axes)
    inputs = [builder.integers(number, what="ends") for number in given] + [builder.integers(axis, what="axes")]
    if step > 1 or builder.chance(0.3):
        inputs.append(builder.integers(step, what="steps"))
    return builder.value(builder.node("Slice", [value.name, *inputs]), shape, value.axes)


OPERATORS = [
    (alias, 2), (transpose, 1.5), (flatten, 1.2), (image_of_row, 1), (channel_axis, 2), (joined, 1), (sliced, 0.7),
    (size_of_batch, 0.3),
]
