"""Octet: small neural networks in integers.

>>> import octet
>>> model = octet.quantize("model.keras", calibration=x_train, labels=y_train)  # doctest: +SKIP
>>> model.report                                                                # doctest: +SKIP
>>> model.predict(x_test)                                                       # doctest: +SKIP
>>> model.save("model.octet")                                                   # doctest: +SKIP
"""

from . import _library
from ._library import OctetError
from ._model import Model, load
from ._quantize import quantize
from ._report import Report

__version__ = _library.library.octet_version().decode()
__all__ = ["Model", "OctetError", "Report", "load", "quantize"]
