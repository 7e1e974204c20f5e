"""Random Keras networks, drawn as the ONNX graphs are."""
import dataclasses

import numpy

import keras_layers
import keras_operations
import keras_orders
from keras_builder import Builder, Network

MOST_NUMBERS = 4000


@dataclasses.dataclass
class Case:
    network: Network
    items: numpy.ndarray
    marks: list

    def copy(self):
        return Case(self.network.copy(), self.items.copy(), list(self.marks))


def make(seed, index, layers=None, most=9, end=None, several=None):
    """Case `index` of a seed. Two thirds of all use only what is documented.

    layers: functions with weights; those of keras_layers unless given.
    most: how many layers are drawn at most.
    end: the function that adds the last layers.
    several: the function that adds outputs beside the first, and gives the places of all; none unless given.
    """
    random = numpy.random.default_rng([seed, index, 2])
    builder = Builder(random, documented=random.random() < 0.67, seed=seed * 1_000_003 + index)
    choices = layers or keras_layers.LAYERS + keras_orders.LAYERS + keras_operations.LAYERS
    weights = numpy.array([weight for _, weight in choices], float)
    weights /= weights.sum()
    if builder.chance(0.8):
        builder.network.shape = [builder.integer(2, 9), builder.integer(2, 9), builder.integer(1, 4)]
        if builder.chance(0.1):
            builder.network.shape[1] = 1
    else:
        builder.network.shape = [builder.integer(1, 16)]
    current = 0
    for _ in range(builder.integer(1, most)):
        place = current if builder.chance(0.85) else builder.pick(builder.places())
        current = step(builder, place, choices, weights)
    current = (end or finish)(builder, current)
    network = builder.network
    # The output is the last layer's.
    if current != len(network.layers):
        del network.layers[current:]
    if several:
        network.outputs = several(builder, current)
    network.without_unused()
    network.is_sequential = network.is_chain() and builder.chance(0.5)
    items = numpy.random.default_rng([seed, index, 3]).standard_normal([3, *network.shape]).astype(numpy.float32)
    return Case(network, items, builder.marks)


def step(builder, place, choices, weights):
    for _ in range(8):
        layer = choices[builder.random.choice(len(choices), p=weights)][0]
        before = len(builder.network.layers), len(builder.marks)
        made = layer(builder, place)
        if made is not None and numpy.prod(builder.shape(made)) <= MOST_NUMBERS:
            return made
        del builder.network.layers[before[0]:], builder.marks[before[1]:]
        builder.hidden = {hidden for hidden in builder.hidden if hidden <= before[0]}
    return place


def finish(builder, place):
    if builder.chance(0.8):
        if len(builder.shape(place)) == 3 and builder.chance(0.4):
            place = keras_layers.global_mean(builder, place)
        if len(builder.shape(place)) == 3:
            place = keras_layers.flatten(builder, place)
        if builder.chance(0.6):
            place = keras_layers.dense(builder, place) or place
    if builder.chance(0.4):
        place = keras_layers.softmax(builder, place, is_last=True) or place
    if place == 0:
        place = builder.add("Activation", [0], builder.network.shape, activation="relu")
    return place
