"""Octet: small neural networks in integers.

>>> import octet
>>> model = octet.quantize("cnn-two-pool.safetensors", calibration=images, labels=labels)
>>> model.predict(images[:3])
array(['8', '5', '0'], dtype='<U1')
>>> model.save("model.octet")

``octet.spark`` classifies pictures with Spark; it is imported by its name.
"""

from . import _library
from ._library import OctetError
from ._model import Answers, Model, load
from ._quantize import quantize
from ._report import Report

__version__: str = _library.library.octet_version().decode()
__all__ = ["Answers", "Model", "OctetError", "Report", "load", "quantize"]
