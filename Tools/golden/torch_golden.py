"""Exports small PyTorch models with torch.onnx.export, for Octet's tests.

usage: python3 Tools/golden/torch_golden.py    (needs torch, onnx, onnxscript, onnxruntime and numpy)

Each exported-NAME.onnx in Tests/OctetInterchangeTests/ONNX/Models comes with a .json as onnx_golden.py writes it, here
with PyTorch's own outputs. The weights are random; what counts is the form that the exporter gives the graph.
"""
import json
import pathlib
import warnings

import numpy
import onnx
import torch
from torch import nn

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "OctetInterchangeTests" / "ONNX" / "Models"


def digits():
    """The usual first network, with channels flattened first."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(), nn.Dropout2d(0.2),
        nn.Flatten(), nn.Linear(6 * 25, 12), nn.ReLU(), nn.Dropout(0.5), nn.Linear(12, 5),
        nn.LogSoftmax(1)), (1, 12, 12)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.second(self.first(x)) + self.shortcut(x))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 3, 3, padding=1, groups=1)
        self.blocks = nn.Sequential(Block(3, 4, 2), Block(4, 4, 1))
        self.depthwise = nn.Conv2d(4, 8, 3, groups=4)
        self.last = nn.Linear(8, 3)

    def forward(self, x):
        x = torch.tanh(self.depthwise(self.blocks(torch.sigmoid(self.stem(x)))))
        x = nn.functional.adaptive_avg_pool2d(x, 1)
        return self.last(torch.flatten(x, 1))


def residual():
    return Residual(), (2, 11, 10)


class Viewed(nn.Module):
    """Reshapes by hand, takes means and pools over a border."""
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5, stride=2, padding=2)
        self.pool = nn.AvgPool2d(3, 2, 1, count_include_pad=False)
        self.hidden = nn.Linear(4 * 9, 7)
        self.last = nn.Linear(7, 1)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv(x)))
        x = torch.relu(self.hidden(x.view(x.size(0), -1)))
        return torch.sigmoid(self.last(x))


def viewed():
    return Viewed(), (1, 10, 9)


def dense():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, 9, bias=False), nn.Sigmoid(), nn.Linear(9, 4), nn.Softmax(dim=1)), (1, 8, 8)


def strip(path):
    """Takes out what the exporter notes of where the program lay on this machine."""
    model = onnx.load(path)
    del model.metadata_props[:]
    graph = model.graph
    for part in [graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer]:
        del part.metadata_props[:]
        part.ClearField("doc_string")
    onnx.save(model, path)


def main():
    warnings.filterwarnings("ignore")
    for make in [digits, residual, viewed, dense]:
        torch.manual_seed(4)
        model, shape = make()
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.weight, 1, 0.3)
                nn.init.normal_(module.bias, 0, 0.3)
                nn.init.normal_(module.running_mean, 0, 0.3)
                nn.init.uniform_(module.running_var, 0.5, 2)
        model.eval()
        example = torch.zeros(1, *shape)
        random = numpy.random.default_rng(6)
        pictures = random.integers(0, 256, (3, *shape), dtype=numpy.uint8)
        with torch.no_grad():
            outputs = model(torch.from_numpy(pictures.astype(numpy.float32) / 255)).numpy()
        if make is digits:
            outputs = numpy.exp(outputs)  # Octet gives probabilities for their logarithms.
        answers = json.dumps({
            "pictures": pictures.transpose(0, 2, 3, 1).reshape(3, -1).tolist(),
            "outputs": outputs.astype(float).tolist()})
        batch = {0: torch.export.Dim("batch")}
        forms = {
            "fixed": dict(dynamo=True), "any-batch": dict(dynamo=True, dynamic_shapes=(batch,)),
            "older": dict(dynamo=False, dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}}),
        }
        for form, options in forms.items():
            name = f"exported-{make.__name__}-{form}"
            if options["dynamo"]:
                options["external_data"] = False
            try:
                torch.onnx.export(
                    model, (example,), str(FOLDER / f"{name}.onnx"), input_names=["input"], output_names=["output"],
                    **options)
            except Exception as error:
                print(name, "is not exported:", str(error).splitlines()[0])
                continue
            strip(FOLDER / f"{name}.onnx")
            (FOLDER / f"{name}.json").write_text(answers + "\n")


main()
