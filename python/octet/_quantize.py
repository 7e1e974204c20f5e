"""From a float model to one of integers."""

import ctypes
import json
import os
import sys
import tempfile
from ctypes import byref, c_size_t, c_void_p

from ._library import OctetError, Progress, check, library, taken
from ._model import Model, make_items
from ._report import Report


def quantize(model, calibration=None, labels=None, test=None, *, progress=None, **options):
    """Turns a float model into one of integers.

    model
        a path (.safetensors, .onnx, .keras, .h5, .tflite) or a Keras model. A full-integer .tflite file keeps its
        integers and needs no calibration.
    calibration
        items such as the model was trained on, in the first axis, channels last: floats as it took them, or uint8
        pixels.
    labels
        the class of each, from 0, or numbers that it should give; may be left out.
    test
        a pair of items and labels that the report compares both models on; else the calibration items are.
    options
        those of docs/C-LIBRARY.md: classes, pixels, method, calibration_images, seed, weight_scales,
        bias_correction, arena, regions, input, threads.

    Returns a ``Model``, whose ``report`` says what quantization did and cost.

    >>> model = octet.quantize("model.keras", calibration=x_train, labels=y_train)  # doctest: +SKIP
    """
    if isinstance(model, (str, bytes, os.PathLike)):
        return _quantize(os.fsdecode(model), calibration, labels, test, progress, options)
    with tempfile.TemporaryDirectory() as folder:
        path = _written(model, folder)
        return _quantize(path, calibration, labels, test, progress, options)


def _written(model, folder):
    """The object of a framework as a file. Its framework is imported already, as the object is one of its own."""
    modules = {kind.__module__.split(".")[0] for kind in type(model).__mro__}
    if "keras" in modules:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        return path
    if "torch" in modules:
        raise OctetError(
            "PyTorch modules are read from files: torch.onnx.export(module, example, \"model.onnx\", "
            "external_data=False), then octet.quantize(\"model.onnx\", x) with the channels last")
    raise OctetError(
        f"{type(model).__module__}.{type(model).__qualname__} is no model that Octet knows: give a path or "
        "a Keras model")


def _bar(total_width=30):
    """Progress on a terminal; None elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(done, total):
        filled = total_width * done // max(total, 1)
        end = "\r" + " " * (total_width + 20) + "\r" if done >= total else ""
        sys.stderr.write(f"\rquantize [{'#' * filled}{'.' * (total_width - filled)}]{end}")
        sys.stderr.flush()

    return show


def _quantize(path, calibration, labels, test, progress, options):
    class_names = [str(name) for name in options.get("classes") or []]
    if "classes" in options:
        options["classes"] = class_names or None
    items = keep = tested = test_keep = None
    if calibration is not None:
        items, keep = make_items(calibration, labels, class_names)
    if test is not None:
        tested, test_keep = make_items(test[0], test[1], class_names)
    show = progress or _bar()
    failures = []

    def tell(_, done, total):
        try:
            show(done, total)
        except BaseException as error:  # A callback cannot raise through C.
            failures.append(error)

    callback = Progress(tell) if show else Progress()
    file, size, text = c_void_p(), c_size_t(), c_void_p()
    check(library.octet_quantize(
        os.fsencode(path), json.dumps(options).encode(), byref(items) if items else None,
        byref(tested) if tested else None, callback, None, byref(file), byref(size), byref(text)))
    del keep, test_keep
    try:
        data = ctypes.string_at(file.value, size.value)
    finally:
        library.octet_free(file)
    report = Report(json.loads(taken(text)))
    if failures:
        raise failures[0]
    return Model(data, report)
