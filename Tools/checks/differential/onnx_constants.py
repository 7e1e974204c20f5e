"""Constants that nodes make from other constants, as exporters write weights and sizes."""
import numpy

from onnx_shapes import with_axes

LAST, FIRST = 2 ** 63 - 1, -2 ** 63


def made(builder, array, depth=None):
    """The name of a value that one to three nodes in a row make, with others for their second inputs.

    Floats come out as those of `array` but for what rounding leaves; integers exactly.
    """
    depth = builder.integer(1, 3) if depth is None else depth
    array = numpy.asarray(array)
    if depth == 0:
        return builder.stored(array)
    ways = MOVES + (ON_FLOATS if array.dtype == numpy.float32 else ON_INTEGERS)
    for _ in range(8):
        before = len(builder.graph.nodes), len(builder.marks)
        name = builder.pick(ways)(builder, array, lambda inner: made(builder, inner, depth - 1))
        if name is not None:
            return name
        del builder.graph.nodes[before[0]:], builder.marks[before[1]:]
    return builder.stored(array)


# What moves elements. Each takes the wanted array and `inner`, which gives the name of what the array is made from.


def transposed(builder, array, inner):
    if array.ndim < 2:
        return None
    order = [int(axis) for axis in builder.random.permutation(array.ndim)]
    before = numpy.ascontiguousarray(array.transpose(numpy.argsort(order)))
    is_reversal = order == list(range(array.ndim))[::-1]
    settings = {} if is_reversal and builder.chance(0.5) else {"perm": order}
    return builder.node("Transpose", [inner(before)], **settings)


def reshaped(builder, array, inner):
    shapes = [[array.size], [1, array.size], [*array.shape, 1], [*array.shape[::-1]], list(array.shape)]
    before = array.reshape(builder.pick(shapes))
    wanted = list(array.shape)
    settings = {}
    if wanted and builder.chance(0.3):
        wanted[builder.integer(0, len(wanted) - 1)] = -1
    same = [axis for axis, size in enumerate(wanted) if axis < before.ndim and size == before.shape[axis]]
    if same and builder.chance(0.3):
        wanted[builder.pick(same)] = 0
    elif builder.opset >= 14 and builder.chance(0.3):
        settings["allowzero"] = builder.integer(0, 1)
    return builder.node("Reshape", [inner(before), builder.integers(*wanted)], **settings)


def flattened(builder, array, inner):
    if array.ndim != 2 or (builder.opset < 9 and array.dtype != numpy.float32):
        return None
    place = builder.integer(0, 1)
    size = array.shape[place]
    part = builder.pick([count for count in range(1, size + 1) if size % count == 0])
    shape = list(array.shape)
    shape[place:place + 1] = [part, size // part]
    # The first axis of the second half.
    axis = 1 if place == 1 else 2
    if shape[0] == 1 and builder.chance(0.3):
        shape, axis = shape[1:], 0
        if numpy.prod(shape) != array.shape[1]:
            return None
    if builder.opset >= 11 and axis < len(shape) and builder.chance(0.3):
        axis -= len(shape)
    settings = {} if axis == 1 and builder.chance(0.5) else {"axis": axis}
    return builder.node("Flatten", [inner(array.reshape(shape))], **settings)


def squeezed(builder, array, inner):
    axis = builder.integer(0, array.ndim)
    before = numpy.expand_dims(array, axis)
    if 1 not in array.shape and builder.chance(0.3):
        return builder.node("Squeeze", [inner(before)])
    axis -= before.ndim if builder.opset >= 11 and builder.chance(0.3) else 0
    return with_axes(builder, "Squeeze", inner(before), [axis])


def unsqueezed(builder, array, inner):
    axes = [axis for axis, size in enumerate(array.shape) if size == 1]
    if not axes:
        return None
    if builder.chance(0.5):
        axes = [builder.pick(axes)]
    before = array.squeeze(tuple(axes))
    given = [axis - array.ndim if builder.opset >= 11 and builder.chance(0.3) else axis for axis in axes]
    return with_axes(builder, "Unsqueeze", inner(before), given)


def joined(builder, array, inner):
    if array.ndim == 0:
        return None
    axis = builder.integer(0, array.ndim - 1)
    cuts = sorted({builder.integer(1, array.shape[axis]) for _ in range(builder.integer(0, 2))})
    parts = [part for part in numpy.split(array, cuts, axis) if part.size]
    given = axis - array.ndim if builder.opset >= 11 and builder.chance(0.3) else axis
    return builder.node("Concat", [inner(numpy.ascontiguousarray(part)) for part in parts], axis=given)


def gathered(builder, array, inner):
    """Rows in another order, of more of them; a single one by a scalar; those of two axes by a matrix of indices."""
    form = builder.pick(["list", "list", "scalar", "matrix"])
    settings = {}
    if form == "scalar":
        axis = builder.integer(0, array.ndim)
        rows = numpy.expand_dims(array, axis)
    elif array.ndim == 0 or (form == "matrix" and array.ndim < 2):
        return None
    elif form == "matrix":
        axis = builder.integer(0, array.ndim - 2)
        rows = array.reshape([*array.shape[:axis], -1, *array.shape[axis + 2:]])
    else:
        axis = builder.integer(0, array.ndim - 1)
        rows = array
    count = rows.shape[axis]
    # One row more, that nothing picks.
    rest = numpy.take(rows, [0], axis) * 3
    order = builder.random.permutation(count + 1)
    before = numpy.take(numpy.concatenate([rows, rest.astype(array.dtype)], axis), order, axis)
    places = numpy.argsort(order)[:count]
    if builder.opset >= 11 and builder.chance(0.4):
        places[0] -= count + 1
    if form == "matrix":
        places = places.reshape(array.shape[axis:axis + 2])
    if form == "scalar":
        places = places[0]
    if axis != 0 or builder.chance(0.5):
        settings["axis"] = axis - before.ndim if builder.opset >= 11 and builder.chance(0.2) else axis
    indices = builder.constant(numpy.array(places, numpy.int32 if builder.chance(0.2) else numpy.int64))
    return builder.node("Gather", [inner(numpy.ascontiguousarray(before)), indices], **settings)


def sliced(builder, array, inner):
    """A part of a larger array along one or two axes; since version 10 with steps, backward too."""
    if array.ndim == 0:
        return None
    axes = [int(axis) for axis in builder.random.permutation(array.ndim)[:builder.integer(1, 2)]]
    before, starts, ends, steps = array, [], [], []
    for axis in axes:
        step = builder.pick([1, 1, 2, -1, -2]) if builder.opset >= 10 else 1
        start, end, before = widened(builder, before, axis, step)
        starts.append(start)
        ends.append(end)
        steps.append(step)
    name = inner(before)
    leaves_axes = axes == list(range(len(axes))) and builder.chance(0.5)
    if builder.opset < 10:
        settings = {} if leaves_axes else {"axes": axes}
        return builder.node("Slice", [name], starts=starts, ends=ends, **settings)
    inputs = [name, builder.integers(*starts), builder.integers(*ends)]
    has_steps = steps != [1] * len(steps) or builder.chance(0.2)
    if has_steps or not leaves_axes:
        given = [axis - array.ndim if builder.chance(0.3) else axis for axis in axes]
        inputs.append("" if leaves_axes else builder.integers(*given))
    if has_steps:
        inputs.append(builder.integers(*steps))
    return builder.node("Slice", inputs)


def widened(builder, array, axis, step):
    """An array that has the elements of `array` at steps along an axis, and where they begin and end in it."""
    count = array.shape[axis]
    low, high = builder.integer(0, 2), builder.integer(0, 2)
    span = (count - 1) * abs(step) + 1
    size = max(low + span + high, abs(step))
    shape = list(array.shape)
    shape[axis] = size
    wide = (builder.random.standard_normal(shape) * 3).astype(array.dtype)
    places = [low + index * abs(step) for index in range(count)][::1 if step > 0 else -1]
    index = [slice(None)] * array.ndim
    index[axis] = places
    wide[tuple(index)] = array
    start, end = places[0], places[-1] + (1 if step > 0 else -1)
    if step > 0 and size - low - span < step and builder.chance(0.4):
        end = builder.pick([LAST, size + 5])
    elif end < 0 or (step < 0 and low < -step and builder.chance(0.4)):
        end = builder.pick([FIRST, -size - 7])
    elif builder.chance(0.2) and 0 < end < size:
        end -= size
    if step < 0 and start == size - 1 and builder.chance(0.4):
        start = builder.pick([LAST, size])
    elif step < 0 and start == 0 and count == 1 and builder.chance(0.3):
        start = -size - 3
    elif step > 0 and start == 0 and builder.chance(0.2):
        start = -size - 2
    elif builder.chance(0.2):
        start -= size
    return start, end, wide


def renamed(builder, array, inner):
    return builder.node("Identity", [inner(array)])


# What computes floats.


def stretching(builder, shape):
    """A shape that is broadcast to another: some axes of 1, leading ones left out."""
    own = [size if builder.chance(0.5) else 1 for size in shape]
    return own[builder.integer(0, len(own)):] if builder.chance(0.3) else own


def factors(builder, shape):
    numbers = builder.normal(*shape)
    return (numpy.where(numbers < 0, -1, 1) * (0.5 + numpy.abs(numbers) / 2)).astype(numpy.float32)


def calculated(builder, array, inner):
    """A sum, difference, product or quotient with a constant that is broadcast."""
    kind = builder.pick(["Add", "Sub", "Mul", "Div"])
    other = factors(builder, stretching(builder, array.shape))
    is_first = builder.chance(0.5)
    if kind == "Add":
        before = array - other
    elif kind == "Sub":
        before = array + other if is_first else other - array
    elif kind == "Mul":
        before = array / other
    elif is_first:
        before = array * other
    elif (numpy.abs(array) < 0.01).any():
        return None
    else:
        before = other / array
    if array.ndim and array.shape[0] == 1 and other.ndim == array.ndim and builder.chance(0.5):
        # The other one has the axis that this one lacks.
        before = before[0]
    names = [inner(before.astype(numpy.float32)), builder.constant(other)]
    if kind in ("Add", "Mul") and builder.chance(0.3) or not is_first:
        names.reverse()
    return builder.node(kind, names)


def without_product(builder, array, inner):
    """Minus a product in which each is broadcast."""
    first, second = (factors(builder, stretching(builder, array.shape)) for _ in range(2))
    product = builder.node("Mul", [builder.constant(first), builder.constant(second)])
    return builder.node("Sub", [inner((array + first * second).astype(numpy.float32)), product])


def cast_from_doubles(builder, array, inner):
    return builder.node("Cast", [of_doubles(builder, array.astype(numpy.float64))], to=1)


def of_doubles(builder, array):
    """Doubles of the file, those that floats become, moved ones, or what is left of numbers that floats do not have."""
    form = builder.pick(["stored", "cast", "moved", "difference", "product", "difference", "product"])
    if form == "cast":
        return builder.node("Cast", [builder.constant(array.astype(numpy.float32))], to=11)
    if form == "moved":
        name = builder.pick(MOVES)(builder, array, lambda inner: of_doubles(builder, inner))
        if name is not None:
            return name
    large = numpy.where(builder.random.random(stretching(builder, array.shape)) < 0.5, -1.0, 1.0)
    if form == "difference":
        large = large * builder.pick([1e9, 3e7])
        kind, before = builder.pick([("Sub", array + large), ("Add", array - large)])
        return builder.node(kind, [builder.stored(before), builder.stored(large)])
    if form == "product":
        large = large * builder.pick([1e60, 1e-60])
        kind, before = builder.pick([("Div", array * large), ("Mul", array / large)])
        return builder.node(kind, [builder.stored(before), builder.stored(large)])
    return builder.stored(array)


def cast_from_integers(builder, array, inner):
    """Whole eighths; what is cut off of floats on the way to integers too."""
    scaled = array * 8
    kind = builder.pick([numpy.int32, numpy.int64])
    if builder.chance(0.5):
        integers = builder.node("Cast", [inner(scaled.astype(numpy.float32))], to=6 if kind == numpy.int32 else 7)
    else:
        integers = builder.constant(numpy.trunc(scaled).astype(kind))
    return builder.node("Div", [builder.node("Cast", [integers], to=1), builder.constant(numpy.float32(8))])


def shape_of(builder, shape):
    """A shape as a constant, or as that of another constant."""
    if builder.chance(0.5) or not shape:
        return builder.integers(*shape)
    if builder.opset >= 15 and builder.chance(0.5):
        return builder.node("Shape", [builder.constant(numpy.zeros([2, *shape, 3], numpy.float32))], start=1, end=-1)
    return builder.node("Shape", [builder.constant(numpy.zeros(shape, numpy.float32))])


def filled(builder, array, inner):
    """Minus, or times, what ConstantOfShape makes: zeros, or a number all over, which may be an integer."""
    if builder.opset < 9:
        return None
    shape = shape_of(builder, stretching(builder, array.shape))
    if builder.chance(0.3):
        return builder.node("Add", [inner(array), builder.node("ConstantOfShape", [shape])])
    if builder.chance(0.5):
        number = float(builder.pick([0.5, -2.0, 1.0]))
        tensor = builder.tensor(numpy.array([number], numpy.float32))
        other = builder.node("ConstantOfShape", [shape], value=tensor)
    else:
        number = builder.pick([2, -1])
        tensor = builder.tensor(numpy.array([number], builder.pick([numpy.int64, numpy.int32])))
        other = builder.node("Cast", [builder.node("ConstantOfShape", [shape], value=tensor)], to=1)
    return builder.node("Mul", [inner((array / number).astype(numpy.float32)), other])


# Those that no document promises.
UNKNOWN = [
    ("Neg", lambda array: -array), ("Sqrt", lambda array: array * array), ("Reciprocal", lambda array: 1 / array)]


def unknown(builder, array, inner):
    if (array <= 0.01).any() or not builder.beyond(0.5, "an operator on constants that is not supported"):
        return None
    kind, inverse = builder.pick(UNKNOWN)
    return builder.node(kind, [inner(inverse(array).astype(numpy.float32))])


def of_16_bits(builder, array, inner):
    if not builder.beyond(0.2, "a constant that is cast to 16 bits"):
        return None
    return builder.node("Cast", [builder.node("Cast", [inner(array)], to=10)], to=1)


def overflowing(builder, array, inner):
    """Plus what 32 bits keep of a sum, a product or an integer of 64 bits."""
    if not builder.beyond(0.2, "integers that overflow 32 bits"):
        return None
    if builder.chance(0.5):
        large = builder.node("Cast", [builder.constant(numpy.array([2 ** 31 + 5]))], to=6)
    else:
        parts = [builder.constant(numpy.array([number], numpy.int32)) for number in (2 ** 31 - 1, 3)]
        large = builder.node(builder.pick(["Add", "Mul"]), parts)
    tiny = builder.node("Mul", [builder.node("Cast", [large], to=1), builder.constant(numpy.float32(1e-9))])
    return builder.node("Add", [inner(array), tiny]) if array.ndim else None


# What computes integers.


def are_small(array):
    return (numpy.abs(array.astype(float)) < 1e6).all()


def counted(builder, array, inner):
    """A sum, difference, product or quotient, which is cut off toward 0."""
    if not are_small(array):
        return None
    kind = builder.pick(["Add", "Sub", "Mul", "Div"])
    shape = stretching(builder, array.shape)
    other = builder.random.integers(1, 8, shape)
    if kind == "Add":
        before = array - other
    elif kind == "Sub":
        before = array + other
    elif kind == "Mul":
        other = numpy.array(builder.pick([-1, 1, *[d for d in (2, 3, 5) if (array % d == 0).all()]]))
        before = array // other
    else:
        before = array * other + numpy.where(array < 0, -1, 1) * (other - 1)
    names = [inner(before.astype(numpy.int64)), builder.constant(other.astype(numpy.int64))]
    if kind in ("Add", "Mul") and builder.chance(0.5):
        names.reverse()
    return builder.node(kind, names)


def cast_to_integers(builder, array, inner):
    """From 32 bits, or from floats that are cut off toward 0."""
    if not are_small(array):
        return None
    if builder.chance(0.5):
        return builder.node("Cast", [builder.constant(array.astype(numpy.int32))], to=7)
    sign = numpy.where(array < 0, -1, 1) * (array != 0)
    if builder.chance(0.5):
        return builder.node("Cast", [builder.constant((array + 0.5 * sign).astype(numpy.float32))], to=7)
    # Floats would have the next number.
    share = builder.pick([0.5, 1 - 1e-9])
    return builder.node("Cast", [builder.stored((array + share * sign).astype(numpy.float64))], to=7)


def filled_with_integers(builder, array, inner):
    if builder.opset < 9 or array.size == 0 or (array != array.flat[0]).any():
        return None
    tensor = builder.tensor(array.reshape(-1)[:1])
    return builder.node("ConstantOfShape", [shape_of(builder, array.shape)], value=tensor)


MOVES = [transposed, reshaped, flattened, squeezed, unsqueezed, joined, gathered, sliced, renamed]
ON_FLOATS = [
    calculated, calculated, without_product, cast_from_doubles, cast_from_integers, filled, unknown, of_16_bits,
    overflowing,
]
ON_INTEGERS = [counted, counted, cast_to_integers, filled_with_integers]
