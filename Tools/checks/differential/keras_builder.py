"""The state of one random Keras network while layers are added to it: plain values, which a build turns into layers."""
import copy
import dataclasses

import numpy

from keras_files import keras
from keras_operations import Operation


@dataclasses.dataclass
class Layer:
    kind: str
    # Places of values: 0 is the input, i the output of layer i - 1.
    inputs: list
    settings: dict
    # Of the output, without the batch; empty where only the peer knows it.
    shape: list


@dataclasses.dataclass
class Network:
    shape: list
    layers: list
    seed: int
    # Whether it is written as a Sequential model, which takes a chain of layers only.
    is_sequential: bool = False
    # Places of the values that it gives; empty for that of the last layer alone.
    outputs: list = dataclasses.field(default_factory=list)

    def copy(self):
        return copy.deepcopy(self)

    def is_chain(self):
        return all(
            layer.inputs == [place] and not layer.kind.startswith("ops.") for place, layer in enumerate(self.layers))

    def ends(self):
        """The places of the outputs."""
        return self.outputs or [len(self.layers)]

    def without_unused(self):
        """Without the layers that no output depends on."""
        wanted = set(self.ends())
        for place in range(len(self.layers), 0, -1):
            if place in wanted:
                wanted.update(self.layers[place - 1].inputs)
        places = sorted(wanted | {0})
        number = {old: new for new, old in enumerate(places)}
        self.layers = [self.layers[place - 1] for place in places[1:]]
        for layer in self.layers:
            layer.inputs = [number[place] for place in layer.inputs]
        self.outputs = [number[place] for place in self.outputs]
        return self

    def has_narrow_sum(self):
        """Whether a map one cell high or wide is added to: TensorFlow's converter drops the batch of one there."""
        return any(
            layer.kind == "Add" and len(layer.shape) == 3 and 1 in layer.shape[:2] for layer in self.layers)

    def has_channels_first(self):
        """Whether any layer says so; Octet takes a list of Rescaling only where none does."""
        return any(layer.settings.get("data_format") == "channels_first" for layer in self.layers)

    def has_list(self):
        return any(
            isinstance(value, list) for layer in self.layers if layer.kind == "Rescaling"
            for value in layer.settings.values())

    def has_dense_of_image(self):
        return any(layer.kind == "Dense" and len(layer.shape) > 1 for layer in self.layers)

    def has_bilinear(self):
        return any(layer.settings.get("interpolation") == "bilinear" for layer in self.layers)

    def has_function(self, name):
        return any(layer.settings.get("activation") == name for layer in self.layers)

    def has_gaps(self):
        """Whether a transposed convolution leaves two rows or columns or more between what its windows write."""
        return any(
            layer.kind == "Conv2DTranspose" and any(
                stride - size > 1 for stride, size in zip(layer.settings.get("strides", [1, 1]),
                                                          layer.settings["kernel_size"]))
            for layer in self.layers)

    def text(self):
        lines = [f"input {self.shape}{', Sequential' if self.is_sequential else ''}"]
        for place, layer in enumerate(self.layers, 1):
            settings = ", ".join(f"{name}={value!r}" for name, value in layer.settings.items())
            lines.append(f"{place} = {layer.kind}({settings}) of {layer.inputs}")
        if self.outputs:
            lines.append(f"outputs {self.outputs}")
        return "\n".join(lines)


class Builder:
    """Draws numbers and adds layers. `documented` as for ONNX: only what docs/OPERATORS.md says is taken."""

    def __init__(self, random, documented, seed):
        self.random = random
        self.documented = documented
        self.marks = []
        self.network = Network([], [], seed)
        # Values between two Permute layers, whose axes are in an order that other layers do not take.
        self.hidden = set()

    def chance(self, share):
        return self.random.random() < share

    def integer(self, low, high):
        return int(self.random.integers(low, high + 1))

    def pick(self, choices):
        return choices[int(self.random.integers(len(choices)))]

    def beyond(self, share, what):
        if self.documented or not self.chance(share):
            return False
        self.marks.append(what)
        return True

    def shape(self, place):
        return self.network.layers[place - 1].shape if place else self.network.shape

    def places(self):
        """The values that any layer may read; what ZeroPadding2D gives is for the convolution behind it."""
        padded = {place for place, layer in enumerate(self.network.layers, 1) if layer.kind == "ZeroPadding2D"}
        return [place for place in range(len(self.network.layers) + 1) if place not in padded | self.hidden]

    def add(self, kind, inputs, shape, **settings):
        """Adds a layer and gives the place of its value."""
        self.network.layers.append(Layer(kind, list(inputs), settings, [int(size) for size in shape]))
        return len(self.network.layers)


def build(network):
    """The Keras model with weights that follow from the network's seed."""
    keras.backend.clear_session()
    source = keras.Input(tuple(network.shape))
    layers = [make(layer) for layer in network.layers]
    if network.is_sequential and network.is_chain() and not network.outputs:
        model = keras.Sequential([source, *layers])
    else:
        values = [source]
        for made, layer in zip(layers, network.layers):
            inputs = [values[place] for place in layer.inputs]
            values.append(made(inputs if len(inputs) > 1 else inputs[0]))
        ends = [values[place] for place in network.ends()]
        model = keras.Model(source, ends if network.outputs else ends[0])
    for place, layer in enumerate(layers):
        random = numpy.random.default_rng([network.seed, place])
        layer.set_weights([weight(random, variable) for variable in layer.weights])
    return model


def make(layer):
    if layer.kind.startswith("ops."):
        return Operation(layer.kind, layer.settings)
    settings = dict(layer.settings)
    for name in ("kernel_size", "strides", "pool_size", "target_shape", "dilation_rate", "size", "dims"):
        if isinstance(settings.get(name), list):
            settings[name] = tuple(settings[name])
    return getattr(keras.layers, layer.kind)(**settings)


def weight(random, variable):
    shape = tuple(variable.shape)
    numbers = random.standard_normal(shape)
    name = variable.path.split("/")[-1]
    if "kernel" in name:
        fan = numpy.prod(shape[:-2]) if "depthwise" in name else numpy.prod(shape[:-1])
        return (numbers / numpy.sqrt(max(fan, 1))).astype(numpy.float32)
    if name in ("moving_variance", "variance"):
        return (numpy.abs(numbers) + 0.3).astype(numpy.float32)
    if name == "gamma":
        return (1 + numbers * 0.4).astype(numpy.float32)
    if variable.dtype != "float32":
        return numpy.asarray(variable)
    return (numbers * 0.3).astype(numpy.float32)
