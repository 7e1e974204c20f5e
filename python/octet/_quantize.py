"""From a float model to one of integers."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import tempfile
from ctypes import byref, c_size_t, c_void_p
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._frameworks import written
from ._items import make_items
from ._library import OctetError, Progress, check, library, taken, taken_bytes
from ._model import Model
from ._report import Report

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def quantize(
    model: Any,
    calibration: Optional[ArrayLike] = None,
    labels: Optional[ArrayLike] = None,
    test: Optional[tuple[ArrayLike, ArrayLike]] = None,
    *,
    example: Any = None,
    progress: Optional[Callable[[int, int], None]] = None,
    **options: Any,
) -> Model:
    """Turns a float model into one of integers.

    model
        a path (.safetensors, .onnx, .keras, .h5, .tflite), a Keras model, a PyTorch module, or an MLPClassifier or
        MLPRegressor of scikit-learn. A full-integer .tflite file keeps its integers and needs no calibration.
    calibration
        items such as the model was trained on, in the first axis, channels last: floats as it took them, or uint8
        pixels. For a PyTorch module, channels first as it takes them.
    labels
        the class of each, from 0 (for scikit-learn, as it knows them), or numbers that it should give; may be left
        out.
    test
        a pair of items and labels that the report compares both models on; else the calibration items are.
    example
        for a PyTorch module, an input that it is traced with; else the first calibration item is.
    progress
        called with the steps that are done, and how many there are. On a terminal there is a bar.
    options
        those of docs/C-LIBRARY.md: classes, pixels, method, calibration_images, seed, weight_scales,
        bias_correction, repair, arena, regions, input, threads.

    Returns a ``Model``, whose ``report`` says what quantization did and cost.

    >>> model = octet.quantize("cnn-two-pool.safetensors", calibration=images, labels=labels)
    >>> model.report["accuracy"]
    0.8
    >>> model.save("mine.octet")
    """
    if isinstance(model, (str, bytes, os.PathLike)):
        if example is not None:
            raise OctetError("example goes with PyTorch modules, which are traced with it: leave it out")
        return _quantize(os.fsdecode(model), calibration, labels, test, progress, options)
    with tempfile.TemporaryDirectory() as folder:
        found = written(model, folder, calibration, labels, test, example)
        if found.classes is not None:
            options.setdefault("classes", found.classes)
        name = f"{type(model).__module__.split('.')[0]}.{type(model).__qualname__}"
        try:
            made = _quantize(found.path, found.calibration, found.labels, found.test, progress, options)
        except OctetError as error:
            # The file was only for the library.
            raise OctetError(str(error).replace(found.path, name), error.status) from None
    if made.report is not None:
        made.report["source"] = name
    return made


class _Bar:
    """Progress on a terminal."""

    width = 30

    def __call__(self, done: int, total: int) -> None:
        filled = self.width * done // max(total, 1)
        sys.stderr.write(f"\rquantize [{'#' * filled}{'.' * (self.width - filled)}]")
        sys.stderr.flush()

    def clear(self) -> None:
        sys.stderr.write("\r" + " " * (self.width + 11) + "\r")
        sys.stderr.flush()


def _quantize(
    path: str, calibration: Any, labels: Any, test: Any, progress: Optional[Callable[[int, int], None]],
    options: dict[str, Any],
) -> Model:
    class_names = [str(name) for name in options.get("classes") or []]
    if "classes" in options:
        options["classes"] = class_names or None
    items, keep = make_items(calibration, labels, class_names) if calibration is not None else (None, None)
    tested, test_keep = make_items(test[0], test[1], class_names) if test is not None else (None, None)
    bar = _Bar() if progress is None and sys.stderr is not None and sys.stderr.isatty() else None
    show = progress or bar
    failures: list[BaseException] = []

    def tell(_: Any, done: int, total: int) -> None:
        try:
            if show and not failures:
                show(done, total)
        except BaseException as error:  # A callback cannot raise through C.
            failures.append(error)

    callback = Progress(tell) if show else Progress()
    file, size, text = c_void_p(), c_size_t(), c_void_p()
    try:
        check(library.octet_quantize(
            os.fsencode(path), json.dumps(options).encode(), byref(items) if items else None,
            byref(tested) if tested else None, callback, None, byref(file), byref(size), byref(text)))
    finally:
        if bar:
            bar.clear()
    del keep, test_keep
    data = taken_bytes(file, size)
    report = Report(json.loads(taken(text)))
    if failures:
        raise failures[0]
    return Model(data, report)
