"""Writes a chain of dense layers as an ONNX file, without the onnx package."""

from __future__ import annotations

from typing import Iterable, Optional

import numpy

# ONNX's number of float32, and of whole numbers as attributes.
_FLOAT, _INT = 1, 2
# Of 2021, when all of the operators below were as they are.
_IR_VERSION, _OPERATOR_SET = 7, 13


def dense_chain(
    layers: Iterable[tuple[numpy.ndarray, numpy.ndarray, Optional[str]]], producer: str
) -> bytes:
    """The file of layers that are weights of inputs x outputs, biases, and the operator behind; None for no operator.

    The batch has any size. Softmax is over the features.
    """
    nodes, tensors, value = b"", b"", "features"
    count = width = 0
    for number, (weights, biases, operator) in enumerate(layers):
        count = count or weights.shape[0]
        width = weights.shape[1]
        names = [f"weights-{number}", f"biases-{number}"]
        for name, array in zip(names, (weights, biases)):
            tensors += _field(5, _tensor(name, array))
        nodes += _field(1, _node("Gemm", f"dense-{number}", [value, *names], f"dense-{number}"))
        value = f"dense-{number}"
        if operator:
            axis = 1 if operator == "Softmax" else None
            nodes += _field(1, _node(operator, f"function-{number}", [value], f"function-{number}", axis))
            value = f"function-{number}"
    ends = _field(11, _value("features", count)) + _field(12, _value(value, width))
    graph = nodes + _text(2, "network") + tensors + ends
    return (
        _number(1, _IR_VERSION) + _text(2, producer) + _field(7, graph)
        + _field(8, _text(1, "") + _number(2, _OPERATOR_SET)))


# Protocol buffers: a field is its number with its kind, 0 for a number and 2 for bytes with their count.

def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _field(field, text.encode())


def _tensor(name: str, array: numpy.ndarray) -> bytes:
    values = numpy.ascontiguousarray(array, "<f4")
    sides = b"".join(_number(1, side) for side in values.shape)
    return sides + _number(2, _FLOAT) + _text(8, name) + _field(9, values.tobytes())


def _node(operator: str, name: str, inputs: list[str], output: str, axis: Optional[int] = None) -> bytes:
    made = b"".join(_text(1, value) for value in inputs) + _text(2, output) + _text(3, name) + _text(4, operator)
    if axis is not None:
        made += _field(5, _text(1, "axis") + _number(3, axis) + _number(20, _INT))
    return made


def _value(name: str, width: int) -> bytes:
    shape = _field(1, _text(2, "batch")) + _field(1, _number(1, width))
    return _text(1, name) + _field(2, _field(1, _number(1, _FLOAT) + _field(2, shape)))
