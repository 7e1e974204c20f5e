"""numpy arrays as the library takes them."""

from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy

from ._library import FLOAT32, INT8, UINT8, Items, OctetError

_TYPES = {numpy.dtype("u1"): UINT8, numpy.dtype("i1"): INT8, numpy.dtype("f4"): FLOAT32}


class Preparing:
    """What a model takes in. Apart from the model, so that who prepares items for it does not keep it open."""

    def __init__(self, shape: Sequence[int]) -> None:
        self.shape = tuple(shape)
        self.values = self.shape[0] * self.shape[1] * self.shape[2]
        self.sides = _sides(self.shape)

    def prepare(self, x: Any) -> tuple[numpy.ndarray, int, int]:
        """Items, copied only where their type or layout asks for it; the number of their type; how many they are."""
        values = x if isinstance(x, numpy.ndarray) else numpy.asarray(x)
        kind = _TYPES.get(values.dtype)
        if kind is None:
            if values.dtype.kind not in "fiub":
                raise OctetError(f"x has the type {values.dtype}: give uint8 pixels, int8 integers or floats")
            values, kind = _as_floats(values), FLOAT32
        if not (values.flags.c_contiguous and values.flags.aligned and type(values) is numpy.ndarray):
            values = numpy.array(values, order="C", subok=False)
        count, rest = divmod(values.size, self.values)
        if rest or not self._fits(values.shape, count):
            shape = " x ".join(map(str, self.shape))
            advice = "; channels go last" if self._has_channels_first(values.shape) else ""
            raise OctetError(
                f"x has the shape {values.shape}: the model takes items of {shape}, in the first axis{advice}")
        if kind == FLOAT32 and not numpy.isfinite(values).all():
            raise OctetError("x holds numbers that are not finite")
        return values, kind, count

    def _fits(self, shape: tuple[int, ...], count: int) -> bool:
        if _sides(shape) == self.sides and count == 1:
            return True
        if not shape or shape[0] != count:
            return False
        return _sides(shape[1:]) in (self.sides, [self.values] if self.values > 1 else [])

    def _has_channels_first(self, shape: tuple[int, ...]) -> bool:
        height, width, channels = self.shape
        return shape[-3:] == (channels, height, width)


def _sides(shape: Sequence[int]) -> list[int]:
    """Axes of one place may be there or not."""
    return [side for side in shape if side != 1]


def _as_floats(values: numpy.ndarray) -> numpy.ndarray:
    # What is too large for a float becomes infinite, and is refused as such.
    with numpy.errstate(over="ignore"):
        return values.astype(numpy.float32, copy=False)


def make_items(
    x: Any, y: Any, class_names: Sequence[str], shape: Optional[Sequence[int]] = None
) -> tuple[Items, list[numpy.ndarray]]:
    """Arrays with what is known of each item, and what must live as long."""
    values = numpy.asarray(x)
    if values.dtype != numpy.uint8:
        if values.dtype.kind not in "fiub":
            raise OctetError(f"x has the type {values.dtype}: give uint8 pixels or floats")
        values = _as_floats(values)
    values = numpy.ascontiguousarray(values)
    if values.ndim < 2 or not len(values):
        raise OctetError(f"x has the shape {values.shape}: give at least one item, items in the first axis")
    if shape is None:
        sides = values.shape[1:]
        if len(sides) > 3:
            raise OctetError(f"x has the shape {values.shape}: an item has at most height, width and channels")
        # One axis is a row of features, two are a picture in gray, three have the channels last.
        shape = {1: (1, 1) + sides, 2: sides + (1,), 3: sides}[len(sides)]
    elif values.size != len(values) * shape[0] * shape[1] * shape[2]:
        raise OctetError(f"x has the shape {values.shape}: the model takes items of {' x '.join(map(str, shape))}")
    items = Items(
        type=UINT8 if values.dtype == numpy.uint8 else FLOAT32, values=values.ctypes.data, count=len(values),
        height=shape[0], width=shape[1], channels=shape[2])
    keep = [values]
    if y is not None:
        truth = _truth(y, len(values), class_names)
        if truth.dtype == numpy.int32:
            items.classes = truth.ctypes.data
        else:
            items.numbers, items.targets = truth.ctypes.data, truth.size // len(values)
        keep.append(truth)
    return items, keep


def _truth(y: Any, count: int, class_names: Sequence[str]) -> numpy.ndarray:
    """Classes as int32, numbers as float32."""
    truth = numpy.asarray(y)
    if truth.ndim == 0 or len(truth) != count:
        raise OctetError(
            f"there are {count} items and {len(truth) if truth.ndim else 1} labels: give one for each")
    if truth.dtype.kind == "O":
        truth = numpy.array([str(name) for name in truth.ravel().tolist()])
    if truth.dtype.kind in "US":
        places = {str(name): place for place, name in enumerate(class_names)}
        names = [name.decode() if isinstance(name, bytes) else name for name in truth.ravel().tolist()]
        unknown = [name for name in names if name not in places]
        if unknown:
            known = ", ".join(places) or "none; give them with classes, or number them from 0"
            raise OctetError(f"there is no class {unknown[0]!r}; there are: {known}")
        truth = numpy.array([places[name] for name in names])
    if truth.dtype.kind in "iub" and truth.size == count:
        if truth.size and not -(1 << 31) <= int(truth.min()) <= int(truth.max()) < 1 << 31:
            raise OctetError("y holds numbers that are no classes: classes are numbered from 0")
        return numpy.ascontiguousarray(truth.reshape(-1), dtype=numpy.int32)
    if truth.dtype.kind in "fiub":
        return numpy.ascontiguousarray(_as_floats(truth))
    raise OctetError(f"y has the type {truth.dtype}: give classes or numbers")
