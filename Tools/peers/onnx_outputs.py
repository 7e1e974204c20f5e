"""Checks an ONNX file and runs it with onnxruntime on pictures.

usage: python3 Tools/peers/onnx_outputs.py MODEL.onnx PICTURES

PICTURES holds bytes, picture after picture, channels last. Prints a JSON object: for each output of the model its name
and a row of numbers per picture.
"""
import json
import sys

import numpy
import onnx
import onnxruntime


def main(path, pictures):
    onnx.checker.check_model(path, full_check=True)
    # Fused kernels for integers saturate sums of two products at 16 bits on processors without dot products of bytes.
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    shape = port.shape[1:]
    pixels = numpy.fromfile(pictures, numpy.uint8).astype(numpy.float32) / 255
    if len(shape) == 3 and shape[0] < shape[2]:
        pixels = pixels.reshape(-1, *shape[1:], shape[0]).transpose(0, 3, 1, 2)
    pixels = numpy.ascontiguousarray(pixels.reshape(-1, *shape))
    single = port.shape[0] == 1
    names = [output.name for output in session.get_outputs()]
    rows = {name: [] for name in names}
    for start in range(0, len(pixels), 1 if single else 500):
        found = session.run(None, {port.name: pixels[start:start + (1 if single else 500)]})
        for name, values in zip(names, found):
            rows[name] += values.reshape(len(values), -1).astype(float).tolist()
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
