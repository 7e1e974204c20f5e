"""The state of one random ONNX graph while operators are added to it."""
import dataclasses

import numpy
from onnx import numpy_helper

import onnx_constants
from graphs import Graph, Node


@dataclasses.dataclass
class Value:
    """A value of the graph. `shape` and `axes` are without the batch.

    axes has a letter for each axis: C, H, W of an image, F of a row of features.
    order says from which axes a row was flattened, as in "CHW4,3,2"; empty for a row that never was an image.
    """
    name: str
    shape: list
    axes: str
    order: str = ""

    @property
    def channel_axis(self):
        """Counted with the batch."""
        place = self.axes.find("C") if "C" in self.axes else self.axes.find("F")
        return place + 1

    @property
    def channels(self):
        return self.shape[self.channel_axis - 1]

    @property
    def count(self):
        return int(numpy.prod(self.shape))


class Builder:
    """Makes names and constants, draws numbers, and keeps count of what goes beyond the documented.

    `documented`: whether only operators and settings are used that docs/OPERATORS.md says are taken.
    """

    def __init__(self, random, documented):
        self.random = random
        self.documented = documented
        self.marks = []
        self.values = []
        opset = int(random.integers(7, 22))
        batch = 1 if self.chance(0.25) else None
        self.graph = Graph([], batch, opset, [], {}, "input")
        self.graph.lists_initializers = opset < 9 and self.chance(0.5)
        self.graph.has_typed_fields = self.chance(0.3)
        self.graph.has_other_file = self.chance(0.1)
        if opset >= 16 and self.chance(0.15):
            self.graph.function_distance = self.integer(1, 4)
        self.count = 0

    # Drawing.

    def chance(self, share):
        return self.random.random() < share

    def integer(self, low, high):
        """From low to high, both included."""
        return int(self.random.integers(low, high + 1))

    def pick(self, choices):
        return choices[int(self.random.integers(len(choices)))]

    def beyond(self, share, what):
        """Whether to do something that no document promises; it is written down then."""
        if self.documented or not self.chance(share):
            return False
        self.marks.append(what)
        return True

    def normal(self, *shape, scale=1.0):
        return (self.random.standard_normal(shape) * scale).astype(numpy.float32)

    # Building.

    @property
    def opset(self):
        return self.graph.opset

    def name(self, what):
        self.count += 1
        return f"{what.lower()}_{self.count}"

    def constant(self, array, what="constant"):
        """A constant of the file, or now and then what nodes make of others."""
        array = numpy.asarray(array)
        if array.size and array.dtype in (numpy.float32, numpy.int64) and self.chance(0.05):
            return onnx_constants.made(self, array)
        return self.stored(array, what)

    def tensor(self, array):
        """For attributes."""
        return numpy_helper.from_array(array)

    def stored(self, array, what="constant"):
        name = self.name(what)
        self.graph.constants[name] = numpy.asarray(array)
        if self.chance(0.2):
            self.graph.constant_nodes.add(name)
        elif self.chance(0.03):
            # Exporters put Identity nodes between a weight and its readers.
            alias = self.name("alias")
            self.graph.nodes.append(Node("Identity", [name], [alias], {}))
            return alias
        return name

    def integers(self, *values, what="shape"):
        return self.constant(numpy.array(values, dtype=numpy.int64), what)

    def node(self, kind, inputs, **attributes):
        """Adds a node and gives the name of its output."""
        output = self.name(kind)
        self.graph.nodes.append(Node(kind, list(inputs), [output], attributes))
        return output

    def value(self, name, shape, axes, order=""):
        value = Value(name, [int(size) for size in shape], axes, order)
        self.values.append(value)
        return value

    def same(self, name, value):
        """A value with the shape and meaning of another."""
        return self.value(name, value.shape, value.axes, value.order)
