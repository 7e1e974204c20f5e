"""What the layers and outputs of a model compute, in integers, as docs/NUMERICS.md defines it."""
from operator import mul

DENSE, CONVOLUTION, DEPTHWISE, MAXIMUM_POOL, AVERAGE_POOL, GLOBAL_AVERAGE, ADD, TABLE, MAXIMUM = range(1, 10)
WEIGHTED, WINDOWED = (DENSE, CONVOLUTION, DEPTHWISE), (CONVOLUTION, DEPTHWISE, MAXIMUM_POOL, AVERAGE_POOL)
PAIRED, MEANS = (ADD, MAXIMUM), (AVERAGE_POOL, GLOBAL_AVERAGE)
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
    if kind in PAIRED:
        first, second, total, shift1, shift2, shift = layer.factors
        for a, b in zip(sum(rows, []), sum(real(grids[1], layer.other), [])):
            a, b = a - source.zero, b - layer.other.zero
            if rounding == TWICE:
                a, b = requantize(a << 20, first, shift1, TWICE), requantize(b << 20, second, shift2, TWICE)
                value = requantize(a + b, total, shift, TWICE)
            else:
                value = max(a * first, b * second) if kind == MAXIMUM else a * first + b * second
                value = (value + (1 << (shift - 1))) >> shift
            result.append(min(max(value + zero, low), high))
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
