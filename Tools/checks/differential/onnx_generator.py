"""Random ONNX graphs: operators are added to values that meet their preconditions, until there are enough."""
import dataclasses

import numpy

import onnx_arithmetic
import onnx_functions
import onnx_orders
import onnx_shapes
import onnx_windows
from graphs import Graph
from onnx_builder import Builder

OPERATORS = (
    onnx_windows.OPERATORS + onnx_arithmetic.OPERATORS + onnx_functions.OPERATORS + onnx_shapes.OPERATORS
    + onnx_orders.OPERATORS)
WEIGHTS = numpy.array([weight for _, weight in OPERATORS], float)
WEIGHTS /= WEIGHTS.sum()

# Larger maps make slower tests, not better ones.
MOST_NUMBERS = 4000


@dataclasses.dataclass
class Case:
    graph: Graph
    items: numpy.ndarray
    # Where it goes beyond what is documented; empty for a graph that has to be accepted.
    marks: list

    def copy(self):
        return Case(self.graph.copy(), self.items.copy(), list(self.marks))


def make(seed, index):
    """Case `index` of a seed, the same one every time."""
    random = numpy.random.default_rng([seed, index])
    # Two thirds of all graphs have to be accepted.
    builder = Builder(random, documented=random.random() < 0.67)
    current = start(builder)
    for _ in range(builder.integer(1, 9)):
        if builder.chance(0.15):
            current = branches(builder, current)
        elif builder.chance(0.2):
            current = step(builder, builder.pick(builder.values))
        else:
            current = step(builder, current)
    current = finish(builder, current)
    graph = builder.graph
    graph.output = current.name
    graph.output_shape = None if "?" in current.axes else current.shape
    items = numpy.random.default_rng([seed, index, 1]).standard_normal([3, *graph.shape]).astype(numpy.float32)
    return Case(graph.without_unused() if builder.chance(0.9) else graph, items, builder.marks)


def start(builder):
    """The input: an image with its channels first or last, one without channels, or a row."""
    height, width = builder.integer(1, 9), builder.integer(1, 9)
    if builder.chance(0.3):
        width = height
    channels = builder.integer(1, 4)
    if builder.chance(0.1):
        channels = builder.pick([height, width])
    shape, axes = builder.pick(
        [([channels, height, width], "CHW")] * 5 + [([height, width, channels], "HWC")] * 2
        + [([builder.integer(1, 12)], "F")] * 2 + [([height, width], "HW")])
    builder.graph.shape = shape
    if axes == "HW":
        # Without an operator that says so the meaning of the two axes is unknown.
        value = builder.value("input", shape, axes)
        return onnx_shapes.channel_axis(builder, value) if builder.chance(0.7) else onnx_shapes.flatten(builder, value)
    return builder.value("input", shape, axes)


def step(builder, value):
    """One operator more, or the same value where a few tries find none that fits."""
    for _ in range(8):
        operator = OPERATORS[builder.random.choice(len(OPERATORS), p=WEIGHTS)][0]
        before = len(builder.graph.nodes), len(builder.values), len(builder.marks)
        made = operator(builder, value)
        if made is not None and made.count <= MOST_NUMBERS:
            return made
        # Whatever was begun is undone.
        del builder.graph.nodes[before[0]:], builder.values[before[1]:], builder.marks[before[2]:]
    return value


def branches(builder, value):
    """Two ways from one value that join again, with aliases on the way: what fusing gets wrong first."""
    ends = []
    for _ in range(2):
        end = onnx_shapes.alias(builder, value) if builder.chance(0.6) else value
        for _ in range(builder.integer(0, 2)):
            keep = builder.pick([
                onnx_functions.activation, onnx_arithmetic.affine, onnx_arithmetic.normalization, onnx_shapes.alias])
            end = keep(builder, end) or end
        ends.append(end)
    if builder.chance(0.3):
        flat = [onnx_shapes.flatten(builder, end) for end in ends]
        ends = flat if all(flat) else ends
    if ends[0].shape != ends[1].shape or ends[0].order != ends[1].order or "?" in ends[0].axes + ends[1].axes:
        return ends[0]
    return builder.same(builder.node("Add", [ends[0].name, ends[1].name]), ends[0])


def finish(builder, value):
    """Most graphs end with a row, many of them with softmax; one has at least one operator."""
    if builder.chance(0.8):
        if value.axes in ("CHW", "HWC") and builder.chance(0.5):
            value = onnx_functions.mean(builder, value) or value
        value = onnx_shapes.flatten(builder, value) or value
        if builder.chance(0.5):
            value = onnx_arithmetic.product(builder, value) or value
    if builder.chance(0.4):
        value = onnx_functions.softmax(builder, value, is_last=True) or value
    if value.name == "input":
        value = onnx_functions.activation(builder, value)
    return value
