"""Makes a failing ONNX graph smaller while it fails in the same way."""
import time

import numpy
import onnx


def shrink(case, found, run, seconds):
    """Tries one change after another; what still fails is gone on with. Gives the case and its ending."""
    end = time.monotonic() + seconds
    best = case.copy()
    improved = True
    while improved and time.monotonic() < end:
        improved = False
        for graph, items in candidates(best):
            if time.monotonic() > end:
                break
            ending = run(graph, items)
            if ending.kind == found.kind:
                best.graph, best.items, found = graph, items, ending
                improved = True
                break
    if found.expected is not None:
        best.graph.output_shape = list(found.expected.shape[1:])
    return best, found


def candidates(case):
    """Smaller graphs, those that take most away first."""
    graph, items = case.graph, case.items
    values = graph.values()
    # An earlier output.
    for node in graph.nodes:
        for name in node.outputs:
            if name in values and name != graph.output:
                small = graph.copy()
                small.output, small.output_shape = name, None
                yield small.without_unused(), items
    # Without a node: its readers read what it read.
    for place, node in enumerate(graph.nodes):
        for name in node.inputs:
            if name in values:
                small = graph.copy()
                del small.nodes[place]
                rename(small, node.outputs[0], name)
                yield refitted(small), items
    # A constant for what a node makes of constants.
    for place in range(len(graph.nodes)):
        small = graph.folded(place)
        if small:
            yield small, items
    if len(items) > 1:
        yield graph, items[:1]
    if graph.batch != 1:
        yield changed(graph, batch=1), items
    for version in (13, 18, 21):
        if graph.opset < version:
            yield changed(graph, opset=version), items
    if graph.constant_nodes:
        yield changed(graph, constant_nodes=set()), items
    if graph.has_typed_fields:
        yield changed(graph, has_typed_fields=False), items
    if graph.lists_initializers:
        yield changed(graph, lists_initializers=False), items
    for place, node in enumerate(graph.nodes):
        for name in node.attributes:
            small = graph.copy()
            del small.nodes[place].attributes[name]
            yield refitted(small), items
        # Optional inputs at the end.
        if len(node.inputs) > 2:
            small = graph.copy()
            small.nodes[place].inputs.pop()
            yield small.without_unused(), items
    yield from smaller_inputs(graph, items)
    yield from rounder(graph, items)


def changed(graph, **settings):
    small = graph.copy()
    for name, value in settings.items():
        setattr(small, name, value)
    return small


def rename(graph, old, new):
    for node in graph.nodes:
        node.inputs = [new if name == old else name for name in node.inputs]
    if graph.output == old:
        graph.output, graph.output_shape = new, None
    graph.without_unused()


def smaller_inputs(graph, items):
    for axis, size in enumerate(graph.shape):
        for less in sorted({1, size // 2, size - 1}):
            if 0 < less < size:
                small = graph.copy()
                small.shape[axis] = less
                part = numpy.ascontiguousarray(numpy.take(items, range(less), axis=axis + 1))
                yield refitted(small), part


def rounder(graph, items):
    """Numbers that are easier to read."""
    if (items != items.round(1)).any():
        yield graph, items.round(1)
    for name, array in graph.constants.items():
        if array.dtype == numpy.float32 and (array != array.round(1)).any():
            small = graph.copy()
            small.constants[name] = array.round(1)
            yield small, items


def refitted(graph):
    """With constants cut or repeated to the shapes that now are before them, and shapes of Reshape left out."""
    graph.output_shape = None
    graph = graph.without_unused()
    try:
        inferred = onnx.shape_inference.infer_shapes(graph.model())
    except Exception:  # Whatever is wrong with it, the peer will say so again.
        return graph
    shapes = {"input": [graph.batch or 0, *graph.shape]}
    for info in inferred.graph.value_info:
        shapes[info.name] = [size.dim_value for size in info.type.tensor_type.shape.dim]
    for node in graph.nodes:
        shape = shapes.get(node.inputs[0])
        if not shape or len(node.inputs) < 2 or node.inputs[1] not in graph.constants:
            continue
        name = node.inputs[1]
        weights = graph.constants[name]
        if node.kind in ("MatMul", "Gemm"):
            axis = 1 if node.attributes.get("transB") else weights.ndim - 2
            graph.constants[name] = resized(weights, axis, shape[-1])
        elif node.kind == "BatchNormalization" and len(shape) > 1:
            for part in node.inputs[1:]:
                if part in graph.constants:
                    graph.constants[part] = resized(graph.constants[part], 0, shape[1])
        elif node.kind == "Conv" and weights.ndim == 4 and len(shape) > 1:
            graph.constants[name] = resized(weights, 1, shape[1] // node.attributes.get("group", 1))
        elif node.kind in ("Add", "Sub", "Mul", "Div"):
            for axis in range(1, weights.ndim + 1):
                if axis < len(shape) and weights.shape[-axis] > 1:
                    weights = resized(weights, weights.ndim - axis, shape[-axis])
            graph.constants[name] = weights
        elif node.kind == "Reshape" and weights.ndim == 1 and -1 not in weights:
            # The last size follows from the others where one may be left out.
            graph.constants[name] = numpy.array([*weights[:-1], -1], numpy.int64)
    return graph


def resized(array, axis, size):
    if size <= 0 or axis < 0 or array.shape[axis] == size:
        return array
    return numpy.ascontiguousarray(numpy.take(array, numpy.arange(size) % array.shape[axis], axis=axis))
