#!/usr/bin/env python3
"""A second reader of .octet files, written from docs/FORMAT.md, docs/NUMERICS.md and docs/OPERATORS.md alone.

octet_reader.py [FILE.octet ITEMS]...

ITEMS is a .npy file of uint8 or int8, or raw bytes as they are fed to the runtime; with - a file is only checked.
"""
import ast
import json
import math
import struct
import sys
import zlib

from octet_numbers import (
    ADD, ARRANGEMENT, AVERAGE_POOL, AWAY, CLASSES, CONCATENATION, CONVOLUTION, DENSE, DEPTHWISE, GLOBAL_AVERAGE,
    HALF_UP, JOINS, LINEAR, MAXIMUM_POOL, MEANS, MULTIPLY, NUMBERS, PAIRED, RESAMPLING, SHARES, SIGMOID, SOFTMAX,
    SQUARED, SUBTRACT, TABLE, TWICE, WEIGHTED, WINDOWED, answer, compute, plane)

# Encodings of weights, and how many of them a byte has.
INT8, INT4, TERNARY = range(3)
PER_BYTE = 1, 2, 5


def need(condition, *rule):
    if not condition:
        raise ValueError(" ".join(str(part) for part in rule))


def padded(count, unit=16):
    return -(-count // unit) * unit


class Record:
    """Fields of a structure of the file, by name."""

    def __init__(self, names, layout, data, offset):
        self.__dict__.update(zip(names.split(), struct.unpack_from("<" + layout, data, offset)))


class Tensor(Record):
    def __init__(self, data, offset):
        super().__init__("start rows height width channels above below left right zero size region flags scale",
                         "I8Hb3Bf", data, offset)
        self.readers = []

    def check(self, what):
        need(self.start % 4 == 0, what, "the start of its ring is a multiple of 4")
        need(min(self.height, self.width, self.channels, self.rows) >= 1, what, "no dimension is zero")
        need(max(self.height, self.width) <= 4096, what, "height and width are at most 4,096")
        need(max(self.above, self.below, self.left, self.right) <= 4096, what, "each border is at most 4,096")
        need(self.size in (1, 2), what, "an element has 1 or 2 bytes")
        need(self.region == 0, what, "byte 22 is zero")
        need(self.flags in (0, 1, 2), what, "byte 23 is zero, 1 where the ring shares bytes, or 2 for a held input")
        need(0 < self.scale < float("inf"), what, "the scale is positive and finite")
        need(self.size == 1 or self.zero == 0, what, "a tensor of int16 has zero point 0")
        self.all_rows = self.above + self.height + self.below
        need(self.above <= self.rows <= self.all_rows, what, "a ring holds the border above, and no more than all rows")
        self.end = self.start + self.rows * (self.left + self.width + self.right) * self.channels * self.size
        self.shape = self.height, self.width, self.channels


class Layer(Record):
    def __init__(self, data, offset):
        super().__init__("kind flags rounding packing first second height width above left stride_y stride_x "
                         "dilation_y dilation_x pool_y pool_x inputs weight_zero low high groups region spare "
                         "constants size accumulators", "4B6H7Bb2hH2B3I", data, offset)

    def rows(self, y):
        """First and last input row that output row y covers; can lie outside the input."""
        start = y * self.stride_y * self.pool_y - self.above
        return start, start + (self.pool_y - 1) * self.stride_y + self.height - 1

    def order(self, y=None):
        """The places that an arrangement's values, or those of row y, have in its input."""
        count = self.target.width * self.target.channels
        places = []
        for index in range(count * self.target.height) if y is None else range(count * y, count * (y + 1)):
            place = self.first_place
            for size, stride in reversed(self.parts):
                place, index = place + index % size * stride, index // size
            places.append(place)
        return places

    def moved_rows(self, number, source, y):
        """The first and last row of one input under row y of a kind without a window."""
        if self.kind == ARRANGEMENT:
            if self.takes_all:
                return 0, source.height - 1
            places = self.order(y)
            line = source.width * source.channels
            return min(places) // line, max(places) // line
        if self.kind == RESAMPLING:
            row, share = self.places[y]
            return row, row + (share > 0)
        if self.kind == CONCATENATION and self.target.height != self.source.height:
            end = self.source.height
            # Rows of the other one: none before its first, and none after its last.
            return (y, min(y, end - 1)) if number == 0 else (max(y - end, 0), y - end)
        return (0, 0) if source.height < self.target.height else (y, y)

    def columns(self, x):
        start = x * self.stride_x * self.pool_x - self.left
        return start, start + (self.pool_x - 1) * self.stride_x + self.width - 1


def unpacked(layer, what, line, count):
    """The weights of a line of bytes."""
    if layer.packing == INT8:
        return list(struct.unpack(f"{len(line)}b", line))
    if layer.packing == INT4:
        halves = [half for byte in line for half in (byte % 16, byte // 16)]
        found, rest = [half - 16 * (half > 7) for half in halves], halves[count:]
    else:
        need(max(line) < 243, what, "five weights of three values are a number below 243")
        digits = [byte // 3 ** place % 3 for byte in line for place in range(5)]
        found, rest = [digit - 1 for digit in digits], digits[count:]
    need(not any(rest), what, "what is beyond a line of weights is zero")
    return found[:count]


class Model:
    def __init__(self, data):
        self.data = data = bytes(data)
        need(len(data) >= 64, "the header has 64 bytes")
        need(data[:4] == b"OCT8", "the file starts with OCT8")
        (version, header, size, crc, self.arena, self.second, layers, outputs, name_bytes, self.features, fit, invert,
         self.reversed, self.has_map) = struct.unpack_from("<2H4I2HI5B", data, 4)
        need(version == 2, "the version is 2, not", version)
        need(header == 64, "the header has 64 bytes, not", header)
        need(size == len(data) <= 1 << 30, "the size in the header is that of the file, at most 2^30")
        need(crc == zlib.crc32(data[16:]), "the CRC-32 in the header is that of the bytes from offset 16")
        need(self.arena <= 1 << 28, "the arena has at most 2^28 bytes")
        need(self.second % 4 == 0, "a second memory region starts at a multiple of 4")
        need(self.second == 0 or self.second < self.arena, "a second memory region starts in the arena")
        need(1 <= layers <= 1024, "there are 1 to 1,024 layers, not", layers)
        need(1 <= outputs <= 16, "there are 1 to 16 outputs, not", outputs)
        need(self.features <= 1, "the input is pictures or features")
        need(fit <= 5 and invert <= 2 and self.reversed <= 1 and self.has_map <= 1, "unknown handling of pictures")
        need(not self.features or fit == invert == self.reversed == self.has_map == 0, "only pictures are prepared")
        need(not any(data[37:64]), "bytes 37 to 63 of the header are zero")
        place_layers = 64 + 28 * (layers + 1)
        place_outputs = place_layers + 44 * layers
        place_names = place_outputs + 16 * outputs
        end = padded(place_names + name_bytes)
        need(end <= size, "the records lie in the file")
        self.names_end = place_names + name_bytes
        need(not any(data[place_names + name_bytes:end]), "the padding after the names is zero")
        self.tensors = [Tensor(data, 64 + 28 * i) for i in range(layers + 1)]
        self.layers = [Layer(data, place_layers + 44 * i) for i in range(layers)]
        self.outputs = [Record("tensor meaning head step names name_bytes", "H2B3I", data, place_outputs + 16 * i)
                        for i in range(outputs)]
        for i, tensor in enumerate(self.tensors):
            tensor.check(f"tensor {i}:")
            need(i == 0 or tensor.flags < 2, f"tensor {i}: only the input can be held")
        self.input = self.tensors[0]
        need(self.input.flags < 2 or self.input.rows == self.input.all_rows, "a held input has all its rows")
        need(self.input.flags < 2 or self.input.end == self.arena, "a held input ends the arena")
        need(self.input.size == 1, "the input tensor is int8")
        need(not self.reversed or self.input.channels == 3, "blue, green, red are three channels")
        self.map = None
        if self.has_map:
            count, pad = self.input.channels, padded(8 * self.input.channels)
            need(end + pad <= size, "the pixel map lies in the file")
            self.map = list(struct.iter_unpack("<2i", data[end:end + 8 * count]))
            need(all(abs(f) <= 1 << 22 and abs(o) <= 1 << 30 for f, o in self.map), "pixel map: at most 2^22 and 2^30")
            need(not any(data[end + 8 * count:end + pad]), "the padding of the pixel map is zero")
            end += pad
        for i, layer in enumerate(self.layers):
            end = self.check_layer(layer, i, end)
        need(end == size, "the last section of constants ends the file")
        self.check_readers()
        place = place_names
        for i, output in enumerate(self.outputs):
            place = self.check_output(output, f"output {i}:", place)
        need(place == self.names_end, "the names fill their section")
        self.check_memory()
        self.check_order()

    def check_layer(self, layer, i, place):
        """Checks the layer's record, shapes and constants, which start at `place`; gives the end of the constants."""
        what, kind = f"layer {i}:", layer.kind
        need(DENSE <= kind <= SQUARED, what, "unknown kind", kind)
        need(layer.flags & ~31 == 0, what, "flags have unknown bits")
        need(not layer.flags & 24 or kind in JOINS and layer.flags & 24 != 24, what, "constants stand in place of one "
             "second input")
        layer.has_pair = kind in PAIRED and not layer.flags & 24
        need(not layer.flags & 2 or kind not in (DENSE, GLOBAL_AVERAGE), what, "dense layers and means never wait")
        need(layer.packing <= TERNARY, what, "unknown encoding of weights")
        need(layer.packing == 0 or kind in WEIGHTED and layer.weight_zero == 0, what, "only weights without a zero "
             "point have fewer than 8 bits")
        need(layer.dilation_y == layer.dilation_x == 1, what, "dilation is not yet supported")
        need(layer.groups == 1, what, "groups are not yet supported")
        need(layer.weight_zero == 0 or kind in WEIGHTED, what, "only a weighted layer has a zero point of its weights")
        need(layer.region == 0, what, "byte 30 is zero")
        need(layer.inputs in (1, 2), what, "more than two inputs are not yet supported")
        need(layer.spare == 0, what, "byte 31 is zero")
        need(layer.inputs == 1 + layer.has_pair, what, "the number of inputs is not that of its kind")
        need(layer.first <= i and layer.second <= i, what, "it reads tensors before the one that it writes")
        need(layer.has_pair or layer.second == 0, what, "there is no second tensor")
        roundings = 3 if kind in WEIGHTED + MEANS else 2 if kind in (ADD, SUBTRACT, MULTIPLY, SQUARED) else 1
        need(layer.rounding < roundings, what, "this kind does not round in that way")
        need(kind != SQUARED or layer.rounding == TWICE, what, "a squared difference rounds twice")
        source, target = self.tensors[layer.first], self.tensors[i + 1]
        layer.source, layer.other, layer.target = source, self.tensors[layer.second], target
        need(target.size == 1 or kind in WEIGHTED and not layer.flags & 1, what, "only dense layers and convolutions "
             "without a table write int16")
        need(kind in WEIGHTED or not layer.flags & 1, what, "only a weighted layer has a table after the clamp")
        if kind in WINDOWED:
            need(1 <= layer.height <= 4096 and 1 <= layer.width <= 4096, what, "the window is 1 to 4,096 high and wide")
            need(layer.stride_y and layer.stride_x, what, "strides are at least 1")
        else:
            need((layer.height, layer.width, layer.above, layer.left, layer.stride_y, layer.stride_x) ==
                 (1, 1, 0, 0, 1, 1), what, "without a window, sizes and strides are 1 and the border 0")
        need(layer.pool_y and layer.pool_x, what, "the fused pool is at least 1 x 1")
        need(kind == CONVOLUTION or layer.pool_y == layer.pool_x == 1, what, "only a convolution has a fused pool")
        if kind in (MAXIMUM_POOL, TABLE, ARRANGEMENT, RESAMPLING, SHARES):
            need(layer.low == layer.high == 0, what, "it does not clamp")
        else:
            limit = 128 << 8 * (target.size - 1)
            need(-limit <= layer.low <= layer.high < limit, what, "the clamp is in order and in the range of the type")
        self.check_shapes(layer, what)
        return self.check_constants(layer, what, place)

    def check_shapes(self, layer, what):
        source, target, kind = layer.source, layer.target, layer.kind
        if kind in (DENSE, GLOBAL_AVERAGE):
            need((target.height, target.width) == (1, 1), what, "the output is 1 x 1")
        if kind in (MAXIMUM_POOL, AVERAGE_POOL, GLOBAL_AVERAGE, TABLE, RESAMPLING, SHARES):
            need(source.channels == target.channels, what, "the number of channels stays")
        if kind in (*JOINS, TABLE, SHARES):
            need(source.shape == target.shape, what, "input and output have the same shape")
        if kind in JOINS and layer.has_pair:
            need(layer.other.shape in (target.shape, (1, 1, target.channels)), what, "the second input has the same "
                 "shape, or one cell")
        if kind == CONCATENATION:
            sums = [a + b == c for a, b, c in zip(source.shape, layer.other.shape, target.shape)]
            same = [a == b == c for a, b, c in zip(source.shape, layer.other.shape, target.shape)]
            need(any(sums[axis] and all(same[:axis] + same[axis + 1:]) for axis in range(3)), what, "the inputs add up "
                 "along one axis")
        need(kind != SHARES or source.channels <= 4095 and target.zero == -128, what, "softmax has at most 4,095 "
             "channels and zero point -128")
        need(kind != DEPTHWISE or target.channels % source.channels == 0, what,
             "a depthwise convolution has a multiple of the channels of its input")
        layer.whole = True  # every window lies on the input
        if kind in WINDOWED:
            down = layer.above, layer.rows(target.height - 1), source.height, source.above, source.below, layer.height
            across = layer.left, layer.columns(target.width - 1), source.width, source.left, source.right, layer.width
            for before, (first, last), size, near, far, window in (down, across):
                if kind in (CONVOLUTION, DEPTHWISE):
                    need(before <= near and last < size + far, what, "a window leaves the tensor and its border")
                else:
                    need(before < window and first < size, what, "each window covers a cell of the input")
                    layer.whole = layer.whole and before == 0 and last < size
        if kind in (MAXIMUM_POOL, ARRANGEMENT, RESAMPLING) or kind in MEANS and layer.rounding == AWAY:
            need(source.zero == target.zero, what, "the zero point does not change")

    def check_constants(self, layer, what, place):
        source, target, kind, data = layer.source, layer.target, layer.kind, self.data
        n, cells, pairs, params, weights = target.channels, layer.height * layer.width, 0, 0, 0
        if kind in WEIGHTED:
            params = padded(9 * n + 256 * (layer.flags & 1))
            layer.taps = {DENSE: source.height * source.width * source.channels, CONVOLUTION: cells * source.channels,
                          DEPTHWISE: cells}[kind]
            per_line = {DENSE: source.width * source.channels, CONVOLUTION: layer.taps, DEPTHWISE: n}[kind]
            lines = n * layer.taps // per_line
            line_bytes = -(-per_line // PER_BYTE[layer.packing])
            weights = lines * line_bytes
            expected = params + padded(weights)
        elif kind in MEANS:
            if kind == GLOBAL_AVERAGE:
                cells = source.height * source.width
            need(cells <= 32767, what, "a mean is of at most 32,767 cells")
            pairs = 0 if layer.rounding == AWAY else 1 if layer.whole else cells
            expected = padded(5 * pairs)
        elif kind in PAIRED:
            constants = 0 if layer.has_pair or kind == CONCATENATION else n
            expected = padded(16 + constants * (target.height * target.width if layer.flags & 16 else 1))
        else:
            expected = {TABLE: 256, ARRANGEMENT: 80, SHARES: 16, RESAMPLING: padded(4 * (target.height + target.width))
                        }.get(kind, 0)
        need(layer.size == expected, what, "constants have", expected, "bytes, not", layer.size)
        need(layer.constants == (place if expected else 0), what, "constants start where those before end")
        end = place + expected
        need(end <= len(data), what, "constants lie in the file")
        layer.table, used = None, end
        if kind in WEIGHTED:
            layer.bias = struct.unpack_from(f"<{n}i", data, place)
            used = self.read_pairs(layer, what, n, place + 4 * n)
            if layer.flags & 1:
                layer.table = struct.unpack_from("256b", data, used)
                used += 256
            need(not any(data[used:place + params]), what, "the padding of the parameters is zero")
            used = place + params + weights
            flat = []
            for start in range(place + params, used, line_bytes):
                flat += unpacked(layer, what, data[start:start + line_bytes], per_line)
            product = 32640 if layer.weight_zero else 16384
            need(max(map(abs, layer.bias)) + product * layer.taps < 1 << 31, what, "an accumulator could overflow")
            flat = [w - layer.weight_zero for w in flat]
            layer.weights = [flat[k::n] if kind == DEPTHWISE else flat[k * layer.taps:(k + 1) * layer.taps]
                             for k in range(n)]
        elif pairs:
            used = self.read_pairs(layer, what, pairs, place)
        elif kind in PAIRED:
            *layer.factors, layer.operand_zero = struct.unpack_from("<3I3Bb", data, place)
            used = place + 16
            need(
                kind in JOINS and not layer.has_pair or layer.operand_zero == 0, what,
                "only constants have a zero point")
            layer.operand = None
            if not layer.has_pair:
                used += n * (target.height * target.width if layer.flags & 16 else 1)
                layer.operand = struct.unpack_from(f"{used - place - 16}b", data, place + 16)
            multipliers, shifts = layer.factors[:3], layer.factors[3:]
            if kind == MULTIPLY:
                need(multipliers[0] == multipliers[1] == shifts[0] == shifts[1] == 0, what, "unused factors are zero")
                need(multipliers[2] == 0 or 1 << 29 <= multipliers[2] < 1 << 31, what, "a multiplier is 0 or in [2^29, "
                     "2^31)")
                need(27 <= shifts[2] <= 62, what, "a shift is 27 to 62")
                layer.shifts = shifts[2:]
            elif layer.rounding == HALF_UP:
                need(multipliers[2] == shifts[0] == shifts[1] == 0, what, "unused factors are zero")
                need(max(multipliers) <= 1 << 21, what, "multipliers are at most 2^21")
                need(1 <= shifts[2] <= 30, what, "the shift is 1 to 30")
            else:
                need(max(multipliers) < 1 << 31, what, "multipliers are below 2^31")
                need(all(31 <= s <= 62 for s in shifts), what, "shifts are 31 to 62")
                need(all(s > 31 or m <= 1 << 30 for m, s in zip(multipliers[:2], shifts)), what, "a factor of an input "
                     "is at most a half")
                need(kind != SQUARED or shifts[2] >= 33, what, "the shift of a square is 33 to 62")
        elif kind == TABLE:
            layer.table = struct.unpack_from("256b", data, place)
        elif kind == ARRANGEMENT:
            used = place + 72
            self.read_order(layer, what, place)
        elif kind == RESAMPLING:
            count = target.height + target.width
            used = place + 4 * count
            layer.places = [(n & 0xFFFF, n >> 16) for n in struct.unpack_from(f"<{count}I", data, place)]
            rows, columns = layer.places[:target.height], layer.places[target.height:]
            for places, extent in ((rows, source.height), (columns, source.width)):
                need(all(s < 1024 and f + (s > 0) < extent for f, s in places), what, "places lie on the input")
            need(rows == sorted(rows, key=lambda row: row[0]), what, "rows do not go back")
        elif kind == SHARES:
            used = place + 5
            layer.exponent, layer.exponent_shift = struct.unpack_from("<IB", data, place)
            need(1 << 30 <= layer.exponent < 1 << 31 and layer.exponent_shift <= 31, what, "an exponent's factor is in "
                 "[2^30, 2^31) and its shift at most 31")
        small = any(s < 33 for s in getattr(layer, "shifts", ()))
        need(small == bool(layer.flags & 4), what, "flag 4 says whether a shift is below 33")
        need(not any(data[used:end]), what, "the padding of the constants is zero")
        return end

    def read_pairs(self, layer, what, count, place):
        layer.multipliers = struct.unpack_from(f"<{count}i", self.data, place)
        layer.shifts = self.data[place + 4 * count:place + 5 * count]
        need(all(m == 0 or m >= 1 << 29 for m in layer.multipliers), what, "a multiplier is 0 or in [2^29, 2^31)")
        need(all(27 <= s <= 62 for s in layer.shifts), what, "a shift is 27 to 62")
        return place + 5 * count

    def read_order(self, layer, what, place):
        source, target = layer.source, layer.target
        layer.first_place, rows, layer.takes_all, zero = struct.unpack_from("<I2BH", self.data, place)
        layer.parts = list(struct.iter_unpack("<Ii", self.data[place + 8:place + 72]))
        need(rows <= 8 and layer.takes_all <= 1 and zero == 0, what, "the order has up to eight parts of rows")
        sizes = [size for size, _ in layer.parts]
        need(math.prod(sizes[:rows]) == target.height, what, "the parts of rows count the rows")
        need(math.prod(sizes[rows:]) == target.width * target.channels, what, "the other parts count a row's values")
        spans = [(size - 1) * stride for size, stride in layer.parts]
        low = layer.first_place + sum(span for span in spans if span < 0)
        high = layer.first_place + sum(span for span in spans if span > 0)
        need(low >= 0 and high < math.prod(source.shape), what, "all places lie on the input")
        faster = 0
        for size, stride in reversed(layer.parts[:rows]):
            need(layer.takes_all or size == 1 or stride >= faster, what, "a row starts before the one above it")
            faster += (size - 1) * stride

    def check_readers(self):
        for i, layer in enumerate(self.layers):
            for source in (layer.source, layer.other)[:layer.inputs]:
                need(source.size == 1, f"layer {i}: no layer reads a tensor of int16")
                source.readers.append(layer)
        for i, tensor in enumerate(self.tensors):
            need(any(reader.kind in (CONVOLUTION, DEPTHWISE) for reader in tensor.readers) or
                 not any((tensor.above, tensor.below, tensor.left, tensor.right)),
                 f"tensor {i}: one that no convolution reads has no border")

    def check_output(self, output, what, place):
        need(1 <= output.tensor < len(self.tensors), what, "a layer writes the tensor of an output")
        tensor = self.tensors[output.tensor]
        need(output.meaning <= NUMBERS and output.head <= SIGMOID, what, "unknown meaning or head")
        need(output.meaning == NUMBERS or (tensor.height, tensor.width) == (1, 1), what, "classes and labels are 1 x 1")
        need(output.head != SOFTMAX or output.meaning == CLASSES and tensor.channels > 1, what,
             "softmax is of two classes or more")
        need((output.step == 0) == (output.head == LINEAR), what, "a step belongs to softmax and sigmoid")
        need(tensor.rows >= tensor.all_rows, what, "the ring of an output holds all its rows")
        output.labels = []
        if output.name_bytes == 0:
            need(output.names == 0, what, "names without bytes have no offset")
            return place
        need(output.names == place, what, "names start where those before end")
        end = place + output.name_bytes
        need(end <= self.names_end, what, "names lie in their section")
        while place < end:
            length = self.data[place]
            need(place + 1 + length <= end, what, "names fill their section")
            try:
                name = self.data[place + 1:place + 1 + length].decode("utf-8")
            except UnicodeDecodeError:
                raise ValueError(what + " a name is not UTF-8") from None
            for c in map(ord, name):
                need(not (c < 0x20 or 0x7F <= c <= 0x9F or 0x2028 <= c <= 0x202E or 0x2066 <= c <= 0x2069), what,
                     "a name has a control character")
            output.labels.append(name)
            place += 1 + length
        count = 2 if output.meaning == CLASSES and tensor.channels == 1 else tensor.channels
        need(len(output.labels) == count, what, "there are as many names as classes, labels or channels")
        return place

    def has_sums(self, layer):
        return layer.kind == GLOBAL_AVERAGE or layer.kind == DENSE and layer.source.height > 1

    def check_memory(self):
        """Where everything lies. What overlaps is looked at once it is known when it is in use."""
        self.areas = [(tensor.start, tensor.end) for tensor in self.tensors]
        for i, layer in enumerate(self.layers):
            if self.has_sums(layer):
                need(layer.accumulators % 4 == 0, f"layer {i}: accumulators start at a multiple of 4")
                self.areas.append((layer.accumulators, layer.accumulators + 4 * layer.target.channels))
            else:
                need(layer.accumulators == 0, f"layer {i}: it has no accumulators")
                self.areas.append((0, 0))
        need(all(end <= self.second or start >= self.second for start, end in self.areas),
             "no ring and no accumulators lie across the start of the second region")
        need(max(end for _, end in self.areas) == self.arena, "the arena ends where its last ring or accumulators do")

    def check_order(self):
        """Goes through the order of rows: no row is overwritten that a layer still reads, and all rows appear."""
        tensors = self.tensors
        need(sum(t.all_rows for t in tensors) * len(self.layers) <= 1 << 27, "rows times layers are at most 2^27")
        shown = [0] * len(tensors)  # rows of each tensor that have appeared, the border included
        # When each ring and all accumulators come into use, and until when; time is counted in rows that appear.
        first, last, time = [None] * len(self.areas), [0] * len(self.areas), 0

        def covered(layer, source, y):
            """Rows of the source, counted from its border, that output row y covers."""
            if layer.kind in (DENSE, GLOBAL_AVERAGE):
                return source.above + source.height - 1, source.above + source.height - 1
            if layer.kind not in WINDOWED:
                number = 0 if source is layer.source else 1
                first, last = layer.moved_rows(number, source, y)
                if layer.has_pair and layer.source is layer.other:
                    # One tensor as both: from the earlier row to the later one.
                    begin, end = layer.moved_rows(1, source, y)
                    first, last = min(first, begin), max(last, end)
                return source.above + first, source.above + last
            first, last = layer.rows(y)
            if layer.kind in (MAXIMUM_POOL, AVERAGE_POOL):
                first, last = max(first, 0), min(last, source.height - 1)
            return source.above + first, source.above + last

        place = {id(layer): i for i, layer in enumerate(self.layers)}

        def pairs(layer):
            return [(layer.first, layer.source), (layer.second, layer.other)][:layer.inputs]

        def show(number):
            tensor, lost = tensors[number], shown[number] - tensors[number].rows
            shown[number] += 1
            for reader in tensor.readers if lost >= 0 else ():
                y = max(shown[place[id(reader)] + 1] - reader.target.above, 0)
                if reader.kind not in (DENSE, GLOBAL_AVERAGE) and y < reader.target.height:
                    need(covered(reader, tensor, y)[0] > lost, f"tensor {number}: a row is overwritten that layer "
                         f"{place[id(reader)]} still reads")

        def use(number):
            """Notes what the next row of a tensor uses."""
            tensor, y = tensors[number], shown[number] - tensors[number].above
            if first[number] is None:
                first[number] = time
            last[number] = time
            if y >= tensor.height:
                return
            if number > 0:
                layer = self.layers[number - 1]
                for index, source in pairs(layer):
                    need(source.flags != 1 or first[index] is not None,
                         f"layer {number - 1}: it makes a row before tensor {index}, which shares bytes, has any")
                    last[index] = time
                if self.has_sums(layer):
                    last[len(tensors) + number - 1] = time
            for reader in tensor.readers:
                sums = len(tensors) + place[id(reader)]
                if self.has_sums(reader) and first[sums] is None:
                    first[sums] = time

        def ready(number):
            tensor, y = tensors[number], shown[number] - tensors[number].above
            if number == 0 or y >= tensor.height:
                return y < tensor.height + tensor.below
            layer = self.layers[number - 1]
            if layer.flags & 2:
                return all(shown[index] == source.all_rows for index, source in pairs(layer))
            return all(covered(layer, source, y)[1] < shown[index] for index, source in pairs(layer))

        for number, tensor in enumerate(tensors):
            for _ in range(tensor.above):
                show(number)
        while (number := next(filter(ready, range(len(tensors) - 1, -1, -1)), None)) is not None:
            time += 1
            use(number)
            show(number)
        for number, tensor in enumerate(tensors):
            need(shown[number] == tensor.all_rows, f"tensor {number}: it does not get all its rows")
            if tensor.flags != 1:
                first[number] = 0
            if tensor.flags != 1 or any(output.tensor == number for output in self.outputs):
                last[number] = time
        self.check_overlaps(first, last)

    def check_overlaps(self, first, last):
        """Nothing overlaps that is in use at the same time."""
        looks = 0
        for one, area in enumerate(self.areas):
            for other, place in enumerate(self.areas):
                if one == other or max(area[0], place[0]) >= min(area[1], place[1]):
                    continue
                looks += len(self.layers) if one >= len(self.tensors) or self.tensors[one].flags == 1 else 0
                need(max(first[one], first[other]) > min(last[one], last[other]),
                     "two rings or accumulators overlap that are in use at the same time")
        need(looks <= 1 << 27, "rings that share bytes are not too many")

    def run(self, pixels):
        """The layers' whole outputs, each with its CRC-32, and the answers of each output, for one image."""
        height, width, channels = self.input.shape
        need(len(pixels) == height * width * channels, "an item has", height * width * channels, "bytes")
        if self.map:
            flat = [min(max((p * self.map[k % channels][0] + self.map[k % channels][1]) >> 16, -128), 127)
                    for k, p in enumerate(pixels)]
        else:
            flat = [p - 128 for p in pixels]
        planes, layers = {id(self.input): plane(self.input, flat)}, []
        for layer in self.layers:
            grids = [planes[id(source)] for source in (layer.source, layer.other)[:layer.inputs]]
            flat = compute(layer, grids)
            planes[id(layer.target)] = plane(layer.target, flat)
            code = f"<{len(flat)}{'bh'[layer.target.size - 1]}"
            layers.append((flat, zlib.crc32(struct.pack(code, *flat))))
        values = [layers[output.tensor - 1][0] for output in self.outputs]
        answers = [(v, *answer(o, self.tensors[o.tensor], v)) for o, v in zip(self.outputs, values)]
        return layers, answers


def items(path, size):
    """The items of a file: raw bytes, or a .npy array in C order of uint8, or int8 which become value + 128."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:6] == b"\x93NUMPY":
        start = 10 + struct.unpack_from("<H", data, 8)[0] if data[6] == 1 else 12 + struct.unpack_from("<I", data, 8)[0]
        header = ast.literal_eval(data[10 if data[6] == 1 else 12:start].decode("latin-1"))
        need(header["descr"] in ("|u1", "|i1") and not header["fortran_order"], "arrays are uint8 or int8 in C order")
        data = data[start:] if header["descr"] == "|u1" else bytes(b ^ 128 for b in data[start:])
    need(len(data) % size == 0, "the file holds whole items of", size, "bytes")
    return [data[k:k + size] for k in range(0, len(data), size)]


def answers(path, item_path):
    """A line of JSON for each item of a file; one that says why where the file breaks a rule."""
    try:
        with open(path, "rb") as file:
            model = Model(file.read())
        if item_path == "-":
            yield {"accepted": True}
            return
        height, width, channels = model.input.shape
        for item in items(item_path, height * width * channels):
            layers, outputs = model.run(item)
            yield {
                "layers": [crc for _, crc in layers],
                "outputs": [{"values": v, "class": c, "probabilities": p} for v, c, p in outputs]}
    except ValueError as error:
        yield {"error": str(error)}


def main():
    if len(sys.argv) < 3 or len(sys.argv) % 2 == 0:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    try:
        for path, item_path in zip(sys.argv[1::2], sys.argv[2::2]):
            for answer_of_item in answers(path, item_path):
                print(json.dumps(answer_of_item))
    except OSError as error:
        sys.exit(f"octet_reader.py: {error}")


if __name__ == "__main__":
    main()
