"""liboctet through ctypes: types of octet_host.h, and errors as exceptions. Items are run by ``_runner``."""

from __future__ import annotations

import ctypes
import os
import pathlib
from ctypes import POINTER, c_char_p, c_float, c_int, c_int32, c_size_t, c_uint32, c_void_p
from typing import Any

UINT8, INT8, FLOAT32 = 0, 1, 2
CLASSES, LABELS, NUMBERS = 0, 1, 2
PATHS, FILES = 0, 1


class Input(ctypes.Structure):
    _fields_ = [
        ("height", c_uint32), ("width", c_uint32), ("channels", c_uint32), ("kind", c_uint32),
        ("values", c_size_t), ("scale", c_float), ("zero_point", c_int32)]


class OutputInfo(ctypes.Structure):
    _fields_ = [
        ("height", c_uint32), ("width", c_uint32), ("channels", c_uint32), ("meaning", c_uint32),
        ("integers", c_size_t), ("reals", c_size_t), ("names", c_size_t), ("has_probabilities", c_uint32),
        ("scale", c_float)]


class Items(ctypes.Structure):
    _fields_ = [
        ("type", c_int), ("values", c_void_p), ("count", c_size_t), ("height", c_size_t), ("width", c_size_t),
        ("channels", c_size_t), ("classes", c_void_p), ("numbers", c_void_p), ("targets", c_size_t)]


Progress = ctypes.CFUNCTYPE(None, c_void_p, c_size_t, c_size_t)


class OctetError(Exception):
    """Why Octet cannot do what it was asked: one line that says what, where, and what to do.

    ``status`` is the number that octet.h and octet_host.h give to the kind of error.

    >>> octet.load(b"no model")
    Traceback (most recent call last):
    octet.OctetError: the file is shorter than a header, or larger than 1 GB (at byte 0, found 8)
    """

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


# As users see it in tracebacks, and as pickle finds it.
OctetError.__module__ = "octet"


def _open() -> Any:
    # CDLL lets go of the interpreter's lock during a call.
    beside = pathlib.Path(__file__).with_name("liboctet.so")
    path = os.environ.get("OCTET_LIBRARY") or str(beside)
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"liboctet cannot be loaded: {error}") from None

    def function(name: str, result: Any, *arguments: Any) -> None:
        found = getattr(library, name)
        found.restype, found.argtypes = result, list(arguments)

    function("octet_version", c_char_p)
    function("octet_message", c_char_p)
    function("octet_free", None, c_void_p)
    function("octet_host_open", c_int, c_char_p, c_size_t, POINTER(c_void_p))
    function("octet_host_close", None, c_void_p)
    function("octet_host_input", None, c_void_p, POINTER(Input))
    function("octet_host_outputs", c_size_t, c_void_p)
    function("octet_host_output", c_int, c_void_p, c_size_t, POINTER(OutputInfo))
    function("octet_host_name", c_char_p, c_void_p, c_size_t, c_size_t)
    function("octet_host_describe", c_int, c_void_p, POINTER(c_void_p))
    function("octet_host_export", c_int, c_void_p, c_char_p, c_char_p, POINTER(c_void_p), POINTER(c_size_t))
    function(
        "octet_quantize", c_int, c_char_p, c_char_p, POINTER(Items), POINTER(Items), Progress, c_void_p,
        POINTER(c_void_p), POINTER(c_size_t), POINTER(c_void_p))
    function("octet_evaluate", c_int, c_void_p, c_char_p, POINTER(Items), POINTER(c_void_p))
    return library


library = _open()


def addresses() -> tuple[int, ...]:
    """Of the functions that ``_runner`` calls, in its order."""
    names = ["octet_host_run", "octet_host_run_pictures", "octet_host_open_session", "octet_host_close_session"]
    return tuple(ctypes.cast(getattr(library, name), c_void_p).value or 0 for name in names)


def check(status: int) -> None:
    """Raises what the last call of this thread said, if it failed."""
    if status:
        raise OctetError(library.octet_message().decode("utf-8", "replace"), status)


def taken(pointer: Any) -> str:
    """A text that the library has allocated, which is given back."""
    try:
        return ctypes.string_at(pointer.value).decode("utf-8", "replace")
    finally:
        library.octet_free(pointer)


def taken_bytes(pointer: Any, size: Any) -> bytes:
    """A file that the library has allocated, which is given back."""
    try:
        return ctypes.string_at(pointer.value, size.value)
    finally:
        library.octet_free(pointer)
