"""Makes a failing Keras network smaller while it fails in the same way."""
import time

import numpy


def shrink(case, found, run, seconds):
    end = time.monotonic() + seconds
    best = case.copy()
    improved = True
    while improved and time.monotonic() < end:
        improved = False
        for network, items in candidates(best):
            if time.monotonic() > end:
                break
            ending = run(network, items)
            if ending.kind == found.kind:
                best.network, best.items, found = network, items, ending
                improved = True
                break
    return best, found


def candidates(case):
    """Smaller networks, those that take most away first. Shapes follow from the layers when a network is built."""
    network, items = case.network, case.items
    for place in range(len(network.outputs)):
        small = network.copy()
        # None would be the last layer.
        del small.outputs[place]
        if small.outputs:
            yield small.without_unused(), items
    for count in range(1, len(network.layers)):
        small = network.copy()
        del small.layers[count:]
        small.outputs = []
        yield small.without_unused(), items
    for place, layer in enumerate(network.layers, 1):
        for source in dict.fromkeys(layer.inputs):
            if len(network.layers) > 1:
                yield without(network, place, source), items
    if len(items) > 1:
        yield network, items[:1]
    for place, layer in enumerate(network.layers):
        for name in layer.settings:
            small = network.copy()
            del small.layers[place].settings[name]
            yield small, items
        for name in ("filters", "units"):
            if layer.settings.get(name, 1) > 1:
                small = network.copy()
                small.layers[place].settings[name] = 1
                yield small, items
    for axis, size in enumerate(network.shape):
        for less in sorted({1, size // 2, size - 1}):
            if 0 < less < size:
                small = network.copy()
                small.shape[axis] = less
                yield small, numpy.ascontiguousarray(numpy.take(items, range(less), axis=axis + 1))
    if (items != items.round(1)).any():
        yield network, items.round(1)


def without(network, place, source):
    """Whoever read the value `place` reads `source`."""
    small = network.copy()
    small.outputs = [source if value == place else value for value in small.outputs]
    if place == len(small.layers) and not small.outputs:
        # The output; what made its source is the last layer then.
        del small.layers[max(source, 1):]
        return small.without_unused()
    for layer in small.layers:
        layer.inputs = [source if value == place else value for value in layer.inputs]
    return small.without_unused()
