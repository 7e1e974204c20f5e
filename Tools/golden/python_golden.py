"""Quantizes PyTorch modules with octet.quantize, and keeps what PyTorch wrote of one for Octet's tests.

usage: python3 Tools/golden/python_golden.py    (needs torch, onnx, onnxscript, and the wheel of Tools/build-wheel)

python/tests/torch gets the module's ONNX file, and items with PyTorch's outputs and the integers of octet.quantize. So
the tests need no PyTorch, which is 5 GB.
"""
import pathlib
import tempfile

import numpy
import octet
import onnx
import torch
from octet import _frameworks
from torch import nn

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "python" / "tests" / "torch"


class Residual(nn.Module):
    """Pictures in color, no square, with a shortcut, a normalization and dropout."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU())
        self.block = nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 6, 3, padding=1))
        self.drop = nn.Dropout(0.5)
        self.last = nn.Linear(6, 4)

    def forward(self, x):
        x = self.stem(x)
        x = torch.relu(x + self.block(x))
        return torch.softmax(self.last(self.drop(x.mean((2, 3)))), 1)


def check(module, x, **options):
    """Quantizes a module, and compares with it; the module is as it was before."""
    was_training = module.training
    model = octet.quantize(module, x, **options)
    assert module.training == was_training
    module.eval()
    with torch.no_grad():
        expected = module(torch.as_tensor(x)).numpy()
    items = x.transpose(0, 2, 3, 1) if x.ndim == 4 else x
    found = model.predict_proba(items)
    span = max(1.0, float(numpy.abs(expected).max()))
    assert numpy.abs(found - expected).max() < 0.05 * span, numpy.abs(found - expected).max()
    print(f"{type(module).__name__}: {model}, largest difference {numpy.abs(found - expected).max():.4f}")
    return model, expected


def without_traces(source, target):
    """A copy without the places in the code that each node came from, which name folders of this machine."""
    model = onnx.load(source)
    for part in [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input,
                 *model.graph.output, *model.graph.initializer]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.save(model, target)


def main():
    torch.manual_seed(1)
    rng = numpy.random.default_rng(1)
    x = rng.normal(size=(60, 3, 8, 10)).astype(numpy.float32)
    module = Residual()
    # Statistics of the normalization.
    for _ in range(5):
        module(torch.as_tensor(rng.normal(size=(60, 3, 8, 10)).astype(numpy.float32)))
    model, expected = check(module.train(), x, labels=rng.integers(0, 4, 60), classes=list("abcd"))
    assert model.input_shape == (8, 10, 3) and list(model.classes_) == list("abcd")
    # The same with the channels last, and traced with an example.
    again = octet.quantize(module, x.transpose(0, 2, 3, 1), example=torch.zeros(1, 3, 8, 10), classes=list("abcd"))
    assert again.to_bytes() == model.to_bytes()
    features = rng.normal(size=(200, 12)).astype(numpy.float32)
    check(nn.Sequential(nn.Linear(12, 16), nn.Tanh(), nn.Linear(16, 3)), features)
    gray = rng.random((50, 1, 12, 12)).astype(numpy.float32)
    check(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(100, 5)), gray)
    # Items and labels of PyTorch's own.
    octet.quantize(module, torch.as_tensor(x), torch.as_tensor(rng.integers(0, 4, 60)))
    for wrong, given, words in [
        (nn.LSTM(12, 4), features, "torch.LSTM: LSTM node"), (module, None, "needs an example"),
    ]:
        try:
            octet.quantize(wrong, given)
        except octet.OctetError as error:
            assert words in str(error) and "\n" not in str(error), error
            print(f"refused: {error}")
        else:
            raise AssertionError("accepted")

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        without_traces(_frameworks.written(module, folder, x, None, None, None).path, FOLDER / "module.onnx")
    plain = octet.quantize(FOLDER / "module.onnx", x.transpose(0, 2, 3, 1))
    numpy.savez_compressed(
        FOLDER / "items.npz", x=x, outputs=expected, logits=plain.logits(x.transpose(0, 2, 3, 1)))
    print("wrote", *sorted(f"{path.name} ({path.stat().st_size:,} bytes)" for path in FOLDER.iterdir()))


if __name__ == "__main__":
    main()
