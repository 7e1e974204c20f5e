"""Runs a full-integer .tflite file with LiteRT's reference kernels on pictures.

usage: python3 Tools/peers/lite_outputs.py MODEL.tflite PICTURES

PICTURES holds bytes, picture after picture. Prints a JSON object: "classes", and "logits", the integers that go into
the last function, a row per picture.
"""
import json
import sys

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def main(path, pictures):
    interpreter = Interpreter(
        model_path=path, experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True)
    port, output = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    pixels = numpy.fromfile(pictures, numpy.uint8).reshape(-1, *port["shape"][1:])
    batch = 100
    interpreter.resize_tensor_input(port["index"], [batch, *port["shape"][1:]])
    interpreter.allocate_tensors()
    last = interpreter._get_ops_details()[-1]
    logits = last["inputs"][0] if last["op_name"] in ("SOFTMAX", "LOGISTIC") else output["index"]
    scale, zero = port["quantization"]
    found = {"classes": [], "logits": []}
    for start in range(0, len(pixels), batch):
        part = pixels[start:start + batch]
        values = numpy.zeros((batch, *part.shape[1:]), numpy.float32)
        values[:len(part)] = part / 255
        integers = numpy.clip(numpy.round(values / scale) + zero, -128, 127).astype(numpy.int8)
        interpreter.set_tensor(port["index"], integers)
        interpreter.invoke()
        rows = interpreter.get_tensor(output["index"])[:len(part)].astype(int)
        # Half, as the output writes it.
        half = 0.5 / output["quantization"][0] + output["quantization"][1]
        found["classes"] += ((rows[:, 0] > half) if rows.shape[1] == 1 else rows.argmax(1)).astype(int).tolist()
        found["logits"] += interpreter.get_tensor(logits)[:len(part)].astype(int).tolist()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
