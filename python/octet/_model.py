"""Models that run."""

import ctypes
import json
import os
import threading
from ctypes import byref, c_void_p

import numpy
from numpy import empty

from ._library import (
    CLASSES, FLOAT32, INT8, LABELS, UINT8, Destination, Input, Items, OctetError, OutputInfo, check, library, run,
    taken)
from ._report import Report

_TYPES = {numpy.dtype("u1"): UINT8, numpy.dtype("i1"): INT8, numpy.dtype("f4"): FLOAT32}


class _Session:
    """What a thread needs to run a model."""

    def __init__(self, model, outputs):
        pointer = c_void_p()
        check(library.octet_host_open_session(model, byref(pointer)))
        self.pointer = pointer.value
        self.destinations = (Destination * len(outputs))()
        self.address = ctypes.addressof(self.destinations)
        # One destination for each thing that can be wanted of the first output alone.
        self.places = (Destination * 3)()
        self.addresses = [ctypes.addressof(place) for place in self.places]
        first = outputs[0]
        self.wanted = {
            "classes": (0, (), numpy.dtype("i4")), "reals": (1, (first.reals,), numpy.dtype("f4")),
            "integers": (2, (first.integers,), numpy.dtype("i4"))}

    def __del__(self):
        library.octet_host_close_session(self.pointer)


class Model:
    """An integer model, ready to run. Threads may share it.

    >>> model = octet.load("model.octet")
    >>> model.predict(images)                    # doctest: +SKIP
    array(['7', '2', '1'], dtype='<U1')
    """

    def __init__(self, data, report=None):
        self._pointer = c_void_p()
        check(library.octet_host_open(data, len(data), byref(self._pointer)))
        self._bytes = bytes(data)
        #: What quantization did and cost; None for a model that was loaded.
        self.report = report
        self._local = threading.local()
        self._pid = os.getpid()
        told = Input()
        library.octet_host_input(self._pointer, byref(told))
        self._values = told.values
        #: Shape of an item: height, width, channels.
        self.input_shape = (told.height, told.width, told.channels)
        self._outputs = []
        for index in range(library.octet_host_outputs(self._pointer)):
            info = OutputInfo()
            check(library.octet_host_output(self._pointer, index, byref(info)))
            self._outputs.append(info)
        first = self._outputs[0]
        #: The names of the classes, or of labels of which several can hold; empty for a model of numbers.
        self.classes_ = numpy.array([
            library.octet_host_name(self._pointer, 0, index).decode("utf-8") for index in range(first.names)])

    def __repr__(self):
        shape = " x ".join(map(str, self.input_shape))
        return f"<octet.Model: {shape} values in, {len(self._outputs)} output(s), {len(self._bytes):,} bytes>"

    # Running

    def predict(self, x):
        """The class of each item, by its name; what ``predict_proba`` gives where the model has no classes."""
        if self._outputs[0].meaning != CLASSES:
            return self.predict_proba(x)
        found = self._run(x, "classes")
        return self.classes_[found] if len(self.classes_) else found

    def predict_proba(self, x):
        """The probability of each class or label; the numbers themselves of a model without probabilities.

        ``x`` holds items in its first axis, or is one item: uint8 pixels, int8 integers of the input, or floats as the
        float model took them. The result has a row for each item.
        """
        return self._run(x, "reals")

    def outputs(self, x):
        """All outputs of the model, as ``predict_proba`` gives the first, each in the shape of its output."""
        values, kind, count = self._items(x)
        session = self._session()
        results = []
        for destination, info in zip(session.destinations, self._outputs):
            result = numpy.empty((count, info.reals), numpy.float32)
            destination.reals, destination.integers, destination.classes = result.ctypes.data, 0, 0
            results.append(result)
        check(run(session.pointer, kind, values.ctypes.data, count, session.address, len(results)))
        shapes = [
            (count, info.height, info.width, info.channels)
            if info.reals == info.integers and info.height * info.width > 1 else (count, info.reals)
            for info in self._outputs]
        return [result.reshape(shape) for result, shape in zip(results, shapes)]

    def logits(self, x):
        """The integers of the first output before a closing softmax or sigmoid, less their zero point."""
        return self._run(x, "integers")

    def _run(self, x, wanted):
        # With one item a call this function's own time counts: what is known of the last array is not asked again.
        local = self._local
        known = getattr(local, "known", None)
        if (
            known is not None and type(x) is numpy.ndarray and x.dtype is known[0] and x.shape == known[1]
            and x.flags.c_contiguous
        ):
            values, kind, count, session = x, known[2], known[3], local.session
        else:
            values, kind, count = self._items(x)
            session = self._session()
            if values is x and kind != FLOAT32:
                local.known = (x.dtype, x.shape, kind, count)
        place, shape, numbers = session.wanted[wanted]
        result = empty((count, *shape), numbers)
        # The two that are not wanted stay 0.
        setattr(session.places[place], wanted, result.__array_interface__["data"][0])
        status = run(
            session.pointer, kind, values.__array_interface__["data"][0], count, session.addresses[place], 1)
        if status:
            check(status)
        return result

    def _session(self):
        session = getattr(self._local, "session", None)
        if session is None:
            if not self._pointer:
                raise OctetError("the model is closed")
            session = self._local.session = _Session(self._pointer, self._outputs)
        return session

    def _items(self, x):
        """Items as the library takes them, copied only where their type or layout asks for it."""
        if not self._pointer:
            raise OctetError("the model is closed")
        values = x if isinstance(x, numpy.ndarray) else numpy.asarray(x)
        kind = _TYPES.get(values.dtype)
        if kind is None:
            if values.dtype.kind not in "fiub":
                raise OctetError(f"x has the type {values.dtype}: give uint8 pixels, int8 integers or floats")
            values, kind = values.astype(numpy.float32), FLOAT32
        if not values.flags.c_contiguous:
            values = numpy.ascontiguousarray(values)
        count, rest = divmod(values.size, self._values)
        if rest or not self._fits(values.shape, count):
            shape = " x ".join(map(str, self.input_shape))
            raise OctetError(f"x has the shape {values.shape}: the model takes items of {shape}, in the first axis")
        if kind == FLOAT32 and not numpy.isfinite(values).all():
            raise OctetError("x holds numbers that are not finite")
        return values, kind, count

    def _fits(self, shape, count):
        def sides(shape):
            return [side for side in shape if side != 1]
        item = sides(self.input_shape)
        if sides(shape) == item and count == 1:
            return True
        if not shape or shape[0] != count:
            return False
        return sides(shape[1:]) in (item, [self._values] if self._values > 1 else [])

    # Testing and keeping

    def evaluate(self, x, y, threads=None):
        """Tests the model on items whose classes (names, or numbers from 0) or numbers are known. A ``Report``."""
        items, keep = make_items(x, y, self.classes_, self.input_shape)
        text = c_void_p()
        options = json.dumps({"threads": threads}).encode()
        check(library.octet_evaluate(self._pointer, options, byref(items), byref(text)))
        del keep
        return Report(json.loads(taken(text)))

    def describe(self):
        """Sizes, work, input and outputs of the model as a dictionary."""
        text = c_void_p()
        check(library.octet_host_describe(self._pointer, byref(text)))
        return json.loads(taken(text))

    def save(self, path):
        """Writes the .octet file. It is whole, or as it was before."""
        path = os.fspath(path)
        beside = f"{path}.{os.getpid()}.part"
        try:
            with open(beside, "wb") as file:
                file.write(self._bytes)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        except OSError as error:
            try:
                os.unlink(beside)
            except OSError:
                pass
            raise OctetError(f"{path}: cannot be written: {error.strerror}") from None

    def to_bytes(self):
        """The .octet file."""
        return self._bytes

    def close(self):
        """Gives its memory back. Nothing can be asked of it afterwards."""
        pointer, self._pointer = self._pointer, c_void_p()
        self._local = threading.local()
        library.octet_host_close(pointer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_pointer", None):
            library.octet_host_close(self._pointer)

    def __reduce__(self):
        return (Model, (self._bytes, self.report))


def make_items(x, y, class_names, shape=None):
    """Arrays as the library takes them, and what must live as long."""
    values = numpy.asarray(x)
    if values.dtype != numpy.uint8:
        if values.dtype.kind not in "fiub":
            raise OctetError(f"x has the type {values.dtype}: give uint8 pixels or floats")
        values = values.astype(numpy.float32, copy=False)
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
        truth = numpy.asarray(y)
        if len(truth) != len(values):
            raise OctetError(f"there are {len(values)} items and {len(truth)} labels: give one for each")
        if truth.dtype.kind in "US":
            places = {name: place for place, name in enumerate(class_names)}
            unknown = [name for name in truth.tolist() if name not in places]
            if unknown:
                raise OctetError(f"there is no class {unknown[0]!r}; there are: {', '.join(class_names)}")
            truth = numpy.array([places[name] for name in truth.tolist()])
        if truth.dtype.kind in "iub" and truth.size == len(values):
            truth = numpy.ascontiguousarray(truth.reshape(-1), dtype=numpy.int32)
            items.classes = truth.ctypes.data
        elif truth.dtype.kind in "fiub":
            truth = numpy.ascontiguousarray(truth, dtype=numpy.float32)
            items.numbers, items.targets = truth.ctypes.data, truth.size // len(values)
        else:
            raise OctetError(f"y has the type {truth.dtype}: give classes or numbers")
        keep.append(truth)
    return items, keep


def load(model):
    """Opens an .octet file, by its path or its bytes.

    >>> model = octet.load("model.octet")
    """
    if isinstance(model, (bytes, bytearray, memoryview)):
        return Model(bytes(model))
    path = os.fspath(model)
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise OctetError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return Model(data)
    except OctetError as error:
        raise OctetError(f"{path}: {error}", error.status) from None
