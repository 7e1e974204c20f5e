"""Models that run."""

from __future__ import annotations

import ctypes
import json
import os
from ctypes import byref, c_size_t, c_void_p
from typing import TYPE_CHECKING, Any, Iterable, NamedTuple, Optional, Union

import numpy

from ._items import Preparing, make_items
from ._library import (
    CLASSES, FILES, PATHS, Input, OctetError, OutputInfo, addresses, check, library, taken, taken_bytes)
from ._report import Report
from ._runner import Runner, layout

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_INT32, _POINTER = numpy.dtype("i4"), numpy.dtype(numpy.uintp)
_TYPES = (numpy.dtype("u1"), numpy.dtype("i1"), numpy.dtype("f4"))
_CLOSED = -1
# Forms of other tools by the ends of files.
_FORMS = {".c": "c-source", ".h": "c-array", ".onnx": "onnx-qdq"}


def _arrays_are_read() -> bool:
    """Whether arrays lie in memory as ``_runner`` reads them."""
    samples = [
        numpy.arange(24, dtype="u1").reshape(2, 3, 4), numpy.zeros((0, 5), "f4"), numpy.array(7, "f4"),
        numpy.arange(6, dtype="i1").reshape(2, 3).T, numpy.zeros((3, 8), "f4")[:, ::2]]
    return all(
        layout(sample) == (
            sample.__array_interface__["data"][0], sample.shape,
            sample.flags.c_contiguous and sample.flags.aligned, id(sample.dtype))
        for sample in samples)


_READS_ARRAYS = _arrays_are_read()


def _fail(status: int) -> None:
    if status == _CLOSED:
        raise OctetError("the model is closed")
    check(status)


class Answers(NamedTuple):
    """What ``Model.classify`` made of pictures, one place for each."""

    #: The class of each by its name; empty where there is an error.
    classes: NDArray[Any]
    #: A row for each; zeros where there is an error.
    probabilities: NDArray[Any]
    #: Why a picture has no answer; None where it has one.
    errors: list[Optional[str]]


class Model:
    """An integer model, ready to run. ``octet.load`` and ``octet.quantize`` make one. Threads may share it.

    >>> model = octet.load("cnn-two-pool.octet")
    >>> model
    <octet.Model: 28 x 28 x 1 values in, 1 output(s), 182,016 bytes>
    >>> model.input_shape
    (28, 28, 1)
    >>> model.predict(images[:3])
    array(['8', '5', '0'], dtype='<U1')
    """

    def __init__(self, data: bytes, report: Optional[Report] = None) -> None:
        self._pointer = c_void_p()
        check(library.octet_host_open(data, len(data), byref(self._pointer)))
        self._bytes = bytes(data)
        #: What quantization did and cost; None for a model that was loaded.
        self.report = report
        told = Input()
        library.octet_host_input(self._pointer, byref(told))
        #: Shape of an item: height, width, channels.
        self.input_shape: tuple[int, int, int] = (told.height, told.width, told.channels)
        self._outputs: list[OutputInfo] = []
        for index in range(library.octet_host_outputs(self._pointer)):
            info = OutputInfo()
            check(library.octet_host_output(self._pointer, index, byref(info)))
            self._outputs.append(info)
        first = self._outputs[0]
        self._has_classes = first.meaning == CLASSES
        #: The names of the classes, or of labels of which several can hold; empty for a model of numbers.
        self.classes_: NDArray[Any] = numpy.array([
            library.octet_host_name(self._pointer, 0, index).decode("utf-8") for index in range(first.names)], str)
        preparing = Preparing(self.input_shape)
        self._runner = Runner(
            addresses(), self._pointer.value, preparing.values, tuple(preparing.sides),
            tuple(info.reals for info in self._outputs), first.integers, _READS_ARRAYS, numpy.ndarray, _TYPES,
            _INT32, _POINTER, numpy.empty, preparing.prepare, _fail)

    def __repr__(self) -> str:
        shape = " x ".join(map(str, self.input_shape))
        return f"<octet.Model: {shape} values in, {len(self._outputs)} output(s), {len(self._bytes):,} bytes>"

    # Running

    def predict(self, x: ArrayLike) -> NDArray[Any]:
        """The class of each item, by its name; what ``predict_proba`` gives where the model has no classes.

        >>> model.predict(images[0])
        array(['8'], dtype='<U1')
        """
        if not self._has_classes:
            return self._runner.reals(x)
        found = self._runner.classes(x)
        return self.classes_.take(found) if self.classes_.size else found

    def predict_proba(self, x: ArrayLike) -> NDArray[Any]:
        """The probability of each class or label; the numbers themselves of a model without probabilities.

        ``x`` holds items in its first axis, or is one item: uint8 pixels, int8 integers of the input, or floats as the
        float model took them. The result has a row for each item, of float32.

        >>> model.predict_proba(images).shape
        (20, 10)
        >>> round(float(model.predict_proba(images[1]).max()), 3)
        0.999
        """
        return self._runner.reals(x)

    def outputs(self, x: ArrayLike) -> list[NDArray[Any]]:
        """All outputs of the model, as ``predict_proba`` gives the first, each in the shape of its output.

        >>> [output.shape for output in model.outputs(images)]
        [(20, 10)]
        """
        results = self._runner.every(x)
        for place, info in enumerate(self._outputs):
            if info.reals == info.integers and info.height * info.width > 1:
                results[place] = results[place].reshape(-1, info.height, info.width, info.channels)
        return results

    def logits(self, x: ArrayLike) -> NDArray[Any]:
        """The integers of the first output before a closing softmax or sigmoid, less their zero point.

        They are the bits that every target gives: a board, the exported C program, `octet predict --integers`.

        >>> model.logits(images[:1]).dtype
        dtype('int32')
        """
        return self._runner.integers(x)

    def classify(self, pictures: Union[str, bytes, os.PathLike[str], Iterable[Any]]) -> Answers:
        """Reads pictures, fits them to the model and classifies them, as `octet classify` does.

        ``pictures`` are paths, or the bytes of files; PNG, and JPEG where libjpeg-turbo is installed. One that cannot
        be read has its error in ``errors`` and keeps no other from its answer.

        >>> answers = model.classify(["eight.png", "nothing.png"])
        >>> answers.classes.tolist()
        ['8', '']
        >>> answers.errors
        [None, 'cannot be opened (No such file or directory); check the path and its permissions']
        """
        if isinstance(pictures, (str, bytes, bytearray, memoryview, os.PathLike)):
            pictures = [pictures]
        given = list(pictures)
        are_files = [isinstance(picture, (bytes, bytearray, memoryview)) for picture in given]
        if any(are_files) and not all(are_files):
            raise OctetError("the pictures are paths and bytes: give all as paths, or all as bytes")
        parts = [bytes(part) for part in given] if any(are_files) else [os.fsencode(path) for path in given]
        joined = numpy.frombuffer(b"".join(parts) or b"\0", numpy.uint8)
        sizes = numpy.array([len(part) for part in parts], numpy.uintp)
        found, reals, errors = self.run_pictures(
            FILES if any(are_files) else PATHS, joined.ctypes.data, numpy.cumsum(sizes) - sizes, sizes, True)
        classes = numpy.zeros(len(given), self.classes_.dtype if self._has_classes else "U1")
        texts: list[Optional[str]] = [None] * len(given)
        if self._has_classes:
            good = found >= 0
            classes[good] = self.classes_[found[good]]
        for place, text in errors.items():
            texts[place] = text
        assert reals is not None
        return Answers(classes, reals, texts)

    def run_pictures(
        self, source: int, start: int, offsets: NDArray[Any], sizes: NDArray[Any], wants_reals: bool
    ) -> tuple[NDArray[Any], Optional[NDArray[Any]], dict[int, str]]:
        """Pictures in memory from the address ``start`` on. Classes by their numbers, reals, errors by their places.

        For programs that have many pictures in one piece of memory, as columns of Arrow do. ``source`` is PATHS or
        FILES. A picture whose size is -1 counts as missing.
        """
        places = numpy.empty((len(sizes), 2), numpy.uintp)
        places[:, 0] = offsets
        places[:, 0] += numpy.uintp(start)
        places[:, 1] = sizes
        missing = numpy.asarray(sizes) < 0
        if missing.any():
            places[missing] = 0
        classes, reals, errors = self._runner.pictures(source, places, len(places), wants_reals)
        texts = {int(place): taken(c_void_p(int(errors[place]))) for place in numpy.flatnonzero(errors)}
        return classes, reals, texts

    # Testing and keeping

    def evaluate(self, x: ArrayLike, y: ArrayLike, threads: Optional[int] = None) -> Report:
        """Tests the model on items whose classes (names, or numbers from 0) or numbers are known.

        >>> found = model.evaluate(images, labels)
        >>> found["accuracy"]
        0.8
        """
        items, keep = make_items(x, y, self.classes_.tolist(), self.input_shape)
        text = c_void_p()
        options = json.dumps({"threads": threads}).encode()
        check(library.octet_evaluate(self._open(), options, byref(items), byref(text)))
        del keep
        return Report(json.loads(taken(text)))

    def describe(self) -> dict[str, Any]:
        """Sizes, work, input and outputs of the model.

        >>> model.describe()["arena_bytes"]
        2616
        """
        text = c_void_p()
        check(library.octet_host_describe(self._open(), byref(text)))
        described: dict[str, Any] = json.loads(taken(text))
        return described

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the .octet file. It is whole, or as it was before.

        >>> model.save("again.octet")
        """
        _write(path, self._bytes)

    def to_bytes(self) -> bytes:
        """The .octet file.

        >>> len(model.to_bytes())
        182016
        """
        return self._bytes

    def export(self, path: Union[str, os.PathLike[str]], name: str = "octet") -> None:
        """Writes the model for other tools, in the form that the end of the path says.

        .c
            one C99 file without dependencies that runs the model with integers only, with the same bits.
        .h
            the .octet file as an array of C, for firmware that reads it in place.
        .onnx
            ONNX with QuantizeLinear and DequantizeLinear around each layer, to check the integers elsewhere.

        ``name`` is what names in C begin with.

        >>> model.export("digits.c", name="digits")
        """
        end = os.path.splitext(os.fsdecode(path))[1].lower()
        if end not in _FORMS:
            raise OctetError(f"{os.fsdecode(path)}: the end says the form: give .c, .h or .onnx")
        file, size = c_void_p(), c_size_t()
        check(library.octet_host_export(
            self._open(), _FORMS[end].encode(), name.encode(), byref(file), byref(size)))
        _write(path, taken_bytes(file, size))

    def _open(self) -> c_void_p:
        if not self._pointer:
            _fail(_CLOSED)
        return self._pointer

    def close(self) -> None:
        """Gives its memory back. Nothing can be asked of it afterwards but its bytes and its report.

        >>> with octet.load("cnn-two-pool.octet") as other:
        ...     answer = other.predict(images)
        >>> other.predict(images)
        Traceback (most recent call last):
        octet.OctetError: the model is closed
        """
        pointer, self._pointer = self._pointer, c_void_p()
        self._runner.close()
        library.octet_host_close(pointer)

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __del__(self) -> None:
        # Sessions stay good without their model.
        if getattr(self, "_pointer", None):
            library.octet_host_close(self._pointer)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Model, (self._bytes, self.report))


def _write(path: Union[str, os.PathLike[str]], data: bytes) -> None:
    name = os.fsdecode(path)
    beside = f"{name}.{os.getpid()}.part"
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, name)
    except OSError as error:
        try:
            os.unlink(beside)
        except OSError:
            pass
        raise OctetError(f"{name}: cannot be written: {error.strerror}") from None


def load(model: Union[str, os.PathLike[str], bytes, bytearray, memoryview]) -> Model:
    """Opens an .octet file, by its path or its bytes.

    >>> model = octet.load("cnn-two-pool.octet")
    >>> octet.load("no.octet")
    Traceback (most recent call last):
    octet.OctetError: no.octet: cannot be read: No such file or directory
    """
    if isinstance(model, (bytes, bytearray, memoryview)):
        return Model(bytes(model))
    path = os.fsdecode(model)
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise OctetError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return Model(data)
    except OctetError as error:
        raise OctetError(f"{path}: {error}", error.status) from None
