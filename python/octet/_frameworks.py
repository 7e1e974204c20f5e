"""Models of other packages as files that the library reads.

No package is imported here: whoever has an object of one has imported it.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import sys
from typing import Any, NamedTuple, Optional

import numpy

from ._library import OctetError
from ._onnx import dense_chain


class Written(NamedTuple):
    """A model's file, and what belongs to it."""

    path: str
    calibration: Any
    labels: Any
    test: Optional[tuple[Any, Any]]
    #: Names of the classes, where the object has some.
    classes: Optional[list[str]] = None


def written(
    model: Any, folder: str, calibration: Any, labels: Any, test: Optional[tuple[Any, Any]], example: Any
) -> Written:
    packages = {kind.__module__.split(".")[0] for kind in type(model).__mro__}
    if example is not None and "torch" not in packages:
        raise OctetError("example goes with PyTorch modules, which are traced with it: leave it out")
    if "keras" in packages:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        return Written(path, calibration, labels, test)
    if "torch" in packages:
        return _torch(model, folder, calibration, labels, test, example)
    if "sklearn" in packages:
        return _sklearn(model, folder, calibration, labels, test)
    raise OctetError(
        f"{_name(model)} is no model that Octet knows: give a path, a Keras model, a PyTorch module, or an "
        "MLPClassifier or MLPRegressor of scikit-learn")


def _name(model: Any) -> str:
    return f"{type(model).__module__}.{type(model).__qualname__}"


# PyTorch

def _torch(
    module: Any, folder: str, calibration: Any, labels: Any, test: Optional[tuple[Any, Any]], example: Any
) -> Written:
    torch = sys.modules["torch"]
    if example is None:
        if calibration is None:
            raise OctetError("a PyTorch module needs an example of its input: give example or calibration")
        example = numpy.asarray(calibration[:1], numpy.float32)
    if not isinstance(example, torch.Tensor):
        example = torch.as_tensor(numpy.asarray(example, numpy.float32))
    # Where the weights are.
    for weights in module.parameters():
        example = example.to(weights.device)
        break
    path = os.path.join(folder, "model.onnx")
    options: dict[str, Any] = {}
    # Weights within the file; older versions have no such option and write them so.
    if "external_data" in inspect.signature(torch.onnx.export).parameters:
        options["external_data"] = False
    was_training = module.training
    module.eval()
    said = io.StringIO()
    try:
        # The exporter tells of its steps.
        with torch.no_grad(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            torch.onnx.export(module, (example,), path, **options)
    except Exception as error:
        reason = " ".join(str(error).split())[:500] or type(error).__name__
        advice = " (pip install onnx onnxscript)" if isinstance(error, ImportError) else ""
        raise OctetError(f"{_name(module)}: torch.onnx.export cannot write it: {reason}{advice}") from error
    finally:
        module.train(was_training)
    sides = tuple(example.shape[1:])
    return Written(
        path, _channels_last(calibration, sides), labels,
        None if test is None else (_channels_last(test[0], sides), test[1]))


def _channels_last(x: Any, sides: tuple[int, ...]) -> Any:
    """Items in the order of a file of pictures, where they are in the module's.

    Of two possible orders, channels first is what the module takes.
    """
    if x is None or len(sides) != 3:
        return x
    values = numpy.asarray(x)
    return values.transpose(0, 2, 3, 1) if values.shape[1:] == sides else values


# scikit-learn

_OPERATORS = {
    "identity": None, "relu": "Relu", "tanh": "Tanh", "logistic": "Sigmoid", "softmax": "Softmax", "exp": "Exp"}


def _sklearn(
    model: Any, folder: str, calibration: Any, labels: Any, test: Optional[tuple[Any, Any]]
) -> Written:
    kinds = {kind.__name__ for kind in type(model).__mro__}
    is_classifier = "MLPClassifier" in kinds
    if not is_classifier and "MLPRegressor" not in kinds:
        advice = "its last step, with the items as the steps before make them" if hasattr(model, "steps") else "one"
        raise OctetError(
            f"{_name(model)} is read only where it is an MLPClassifier or MLPRegressor: give {advice}")
    if not hasattr(model, "coefs_"):
        raise OctetError(f"{_name(model)} has no weights yet: call its fit first")
    functions = [model.activation] * (len(model.coefs_) - 1) + [model.out_activation_]
    path = os.path.join(folder, "model.onnx")
    with open(path, "wb") as file:
        file.write(dense_chain(
            ((weights, biases, _OPERATORS[function])
             for weights, biases, function in zip(model.coefs_, model.intercepts_, functions)),
            "octet"))
    if not is_classifier:
        return Written(path, calibration, _numbers(labels), None if test is None else (test[0], _numbers(test[1])))
    # A matrix says for each label whether it holds.
    is_multilabel = model.out_activation_ == "logistic" and model.n_outputs_ > 1
    convert = _numbers if is_multilabel else lambda y: _places(y, model.classes_)
    return Written(
        path, calibration, convert(labels), None if test is None else (test[0], convert(test[1])),
        [str(name) for name in model.classes_])


def _numbers(y: Any) -> Any:
    return None if y is None else numpy.asarray(y, numpy.float32)


def _places(y: Any, classes: numpy.ndarray) -> Any:
    """Places of labels among the classes, which are sorted."""
    if y is None:
        return None
    labels = numpy.asarray(y)
    places = numpy.searchsorted(classes, labels).clip(0, len(classes) - 1)
    wrong = classes[places] != labels
    if numpy.any(wrong):
        raise OctetError(
            f"there is no class {labels[wrong].ravel().tolist()[0]!r}; there are: {', '.join(map(str, classes))}")
    return places
