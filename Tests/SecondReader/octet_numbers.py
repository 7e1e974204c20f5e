"""What the layers and outputs of a model compute, in integers, as docs/NUMERICS.md defines it."""
from operator import mul

DENSE, CONVOLUTION, DEPTHWISE, MAXIMUM_POOL, AVERAGE_POOL, GLOBAL_AVERAGE, ADD, TABLE, MAXIMUM = range(1, 10)
MULTIPLY, SUBTRACT, MINIMUM, CONCATENATION, ARRANGEMENT, RESAMPLING, SHARES, SQUARED = range(10, 18)
WEIGHTED, WINDOWED = (DENSE, CONVOLUTION, DEPTHWISE), (CONVOLUTION, DEPTHWISE, MAXIMUM_POOL, AVERAGE_POOL)
JOINS, MEANS = (ADD, MAXIMUM, MULTIPLY, SUBTRACT, MINIMUM, SQUARED), (AVERAGE_POOL, GLOBAL_AVERAGE)
PAIRED = (*JOINS, CONCATENATION)
HALF_UP, TWICE, AWAY = range(3)
CLASSES, LABELS, NUMBERS = range(3)
LINEAR, SOFTMAX, SIGMOID = range(3)


def plane(tensor, flat):
    """Rows of the tensor with its border; the border contains the zero point."""
    span, c = tensor.width * tensor.channels, tensor.channels
    left, right = [tensor.zero] * (tensor.left * c), [tensor.zero] * (tensor.right * c)
    blank = left + [tensor.zero] * span + right
    real = [left + flat[y * span:(y + 1) * span] + right for y in range(tensor.height)]
    return [blank] * tensor.above + real + [blank] * tensor.below


def away(value, divisor):
    """value / divisor, rounded half away from zero."""
    size = (2 * abs(value) + divisor) // (2 * divisor)
    return size if value >= 0 else -size


def requantize(x, multiplier, shift, rounding):
    product = x * multiplier
    if rounding == AWAY:
        return away(product, 1 << shift)
    if rounding == TWICE and shift > 31:
        return away((product + (1 << 30)) >> 31, 1 << (shift - 31))
    return (product + (1 << (shift - 1))) >> shift


def compute(layer, grids):
    source, target, kind, grid = layer.source, layer.target, layer.kind, grids[0]
    height, width, n = target.shape
    c, low, high, zero, rounding = source.channels, layer.low, layer.high, target.zero, layer.rounding
    result = []

    def finish(accumulator, k):
        value = requantize(accumulator, layer.multipliers[k], layer.shifts[k], rounding) + zero
        value = min(max(value, low), high)
        return layer.table[value + 128] if layer.table else value

    def real(grid, tensor):
        """Cells without the border, as rows of numbers."""
        begin = tensor.left * tensor.channels
        return [row[begin:begin + tensor.width * tensor.channels]
                for row in grid[tensor.above:tensor.above + tensor.height]]

    if kind == DENSE:
        cells = sum(real(grid, source), [])
        return [finish(layer.bias[k] + sum(map(mul, layer.weights[k], cells)), k) for k in range(n)]
    if kind in (CONVOLUTION, DEPTHWISE):
        def accumulators(y, x):
            """Of the convolution before its pool, at row y and column x of that."""
            top = y * layer.stride_y - layer.above + source.above
            begin = (x * layer.stride_x - layer.left + source.left) * c
            cells = []
            for row in grid[top:top + layer.height]:
                cells += row[begin:begin + layer.width * c]
            if kind == DEPTHWISE:
                parts = [cells[k::c] for k in range(c)]
                return [layer.bias[k] + sum(map(mul, layer.weights[k], parts[k * c // n])) for k in range(n)]
            return [b + sum(map(mul, w, cells)) for b, w in zip(layer.bias, layer.weights)]
        for y in range(height):
            for x in range(width):
                places = [accumulators(y * layer.pool_y + a, x * layer.pool_x + b)
                          for a in range(layer.pool_y) for b in range(layer.pool_x)]
                result += [finish(max(values), k) for k, values in enumerate(zip(*places))]
        return result
    rows = real(grid, source)
    if kind == TABLE:
        return [layer.table[q + 128] for row in rows for q in row]
    if kind == SHARES:
        flat = sum(rows, [])
        return [share for start in range(0, len(flat), c) for share in shares(layer, flat[start:start + c])]
    if kind == RESAMPLING:
        return [resampled(rows, down, across, k, c)
                for down in layer.places[:height] for across in layer.places[height:] for k in range(c)]
    if kind == ARRANGEMENT:
        flat = sum(rows, [])
        return [flat[place] for place in layer.order()]
    if kind in PAIRED:
        first, second, total, shift1, shift2, shift = layer.factors

        def scaled(value):
            return min(max(((value + (1 << (shift - 1))) >> shift) + zero, low), high)

        if kind == CONCATENATION:
            one = [[scaled((q - source.zero) * first) for q in row] for row in rows]
            two = [[scaled((q - layer.other.zero) * second) for q in row] for row in real(grids[1], layer.other)]
            if height != source.height:
                return sum(one + two, [])
            d = layer.other.channels
            if width != source.width:
                return [q for row, rest in zip(one, two) for q in row + rest]
            return [q for row, rest in zip(one, two) for x in range(width)
                    for q in row[x * c:(x + 1) * c] + rest[x * d:(x + 1) * d]]
        flat = sum(rows, [])
        other = [b - layer.operand_zero for b in layer.operand] if layer.operand else [
            b - layer.other.zero for b in sum(real(grids[1], layer.other), [])]
        for place, a in enumerate(flat):
            a, b = a - source.zero, other[place % len(other)]
            if kind == MULTIPLY:
                value = requantize(a * b, total, shift, rounding)
                result.append(min(max(value + zero, low), high))
                continue
            if kind == SQUARED:
                d = requantize(a << 7, first, shift1, TWICE) - requantize(b << 7, second, shift2, TWICE)
                result.append(min(max(requantize(d * d, total, shift, TWICE) + zero, low), high))
                continue
            if rounding == TWICE:
                a, b = requantize(a << 20, first, shift1, TWICE), requantize(b << 20, second, shift2, TWICE)
            else:
                a, b = a * first, b * second
            joined = {ADD: a + b, SUBTRACT: a - b, MAXIMUM: max(a, b), MINIMUM: min(a, b)}[kind]
            if rounding == TWICE:
                result.append(min(max(requantize(joined, total, shift, TWICE) + zero, low), high))
            else:
                result.append(scaled(joined))
        return result
    for y in range(height):
        for x in range(width):
            (top, bottom), (begin, end) = layer.rows(y), layer.columns(x)
            if kind == GLOBAL_AVERAGE:
                top, bottom, begin, end = 0, source.height - 1, 0, source.width - 1
            cells = [row[max(begin, 0) * c:min(end + 1, source.width) * c] for row in rows[max(top, 0):bottom + 1]]
            for k in range(n):
                values = [q for row in cells for q in row[k::c]]
                if kind == MAXIMUM_POOL:
                    result.append(max(values))
                    continue
                count, s = len(values), sum(values)
                if rounding == AWAY:
                    value = away(s, count)
                else:
                    pair = 0 if len(layer.multipliers) == 1 else count - 1
                    value = (s - count * source.zero) * (256 if rounding == HALF_UP else 1)
                    value = requantize(value, layer.multipliers[pair], layer.shifts[pair], rounding) + zero
                result.append(min(max(value, low), high))
    return result


def resampled(rows, down, across, k, c):
    """A value between up to four; each place is a row or column and the share of the next one in 1,024."""
    (y, below), (x, right) = down, across
    def line(row):
        return (1024 - right) * row[x * c + k] + (right * row[(x + 1) * c + k] if right else 0)
    total = (1024 - below) * line(rows[y]) + (below * line(rows[y + 1]) if below else 0)
    return away(total, 1 << 20)


def times(a, b):
    return (a * b + (1 << 30)) >> 31


def exponential(d):
    if d == 0:
        return (1 << 31) - 1
    m = d % (1 << 24) - (1 << 24)
    x = (m << 5) + (1 << 28)
    xx = times(x, x)
    t = away(times(away(times(xx, xx), 4) + times(xx, x), 715827883) + xx, 2)
    result = 1895147668 + times(1895147668, x + t)
    for bit, factor in enumerate((1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242), 24):
        if (m - d) >> bit & 1:
            result = times(result, factor)
    return result


def reciprocal(r):
    def kept(value):
        return min(max(value, -1 << 31), (1 << 31) - 1)
    h = (r + (1 << 31)) >> 1
    x = 1515870810 + times(h, -1010580540)
    for _ in range(3):
        x += kept(4 * times(x, (1 << 29) - times(h, x)))
    return kept(2 * x)


def shares(layer, values):
    """Softmax inside a network, of the channels of one place."""
    lowest = -((31 << 26) >> layer.exponent_shift)
    differences = [value - max(values) for value in values]
    powers = [
        None if d < lowest else exponential(times(d << layer.exponent_shift, layer.exponent)) for d in differences]
    total = sum(away(e, 1 << 12) for e in powers if e is not None)
    zeros = 32 - total.bit_length()
    r = reciprocal((total << zeros) - (1 << 31))
    return [-128 if e is None else min(away(times(r, e), 1 << (35 - zeros)) - 128, 127) for e in powers]


def nearest_power(i):
    """round(2^22 * 2^(-i / 64)), exactly: the largest e with (2e - 1)^64 * 2^i <= 2^(23 * 64)."""
    e = round(2 ** (22 - i / 64))
    assert (2 * e - 1) ** 64 << i <= 1 << 23 * 64 < (2 * e + 1) ** 64 << i
    return e


E = [nearest_power(i) for i in range(65)]


def power(distance, step):
    t = min(distance * step >> 8, (1 << 32) - 1)
    n, f = t >> 16, t & 0xFFFF
    i, r = f >> 10, f & 0x3FF
    return 0 if n > 22 else (E[i] - (((E[i] - E[i + 1]) * r + 512) >> 10)) >> n


def share(a, b):
    return ((a << 17) + b) // (2 * b)


def answer(output, tensor, values):
    """The class, if the output holds classes, and the probabilities in 1/65,536, if it has a head."""
    chosen, chances = None, None
    if output.meaning == CLASSES:
        chosen = values.index(max(values)) if len(values) > 1 else int(values[0] > tensor.zero)
    if output.head == SOFTMAX:
        powers = [power(max(values) - v, output.step) for v in values]
        k = max(len(values).bit_length() - 9, 0)
        powers = [p >> k for p in powers]
        chances = [share(p, sum(powers)) for p in powers]
    elif output.head == SIGMOID:
        sizes = [(v - tensor.zero, power(abs(v - tensor.zero), output.step)) for v in values]
        chances = [share(1 << 22 if x >= 0 else p, (1 << 22) + p) for x, p in sizes]
        if output.meaning == CLASSES and len(values) == 1:
            chances = [65536 - chances[0], chances[0]]
    return chosen, chances
