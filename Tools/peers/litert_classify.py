#!/usr/bin/env python3
"""Classify PNG files with Pillow and LiteRT in Python, on all cores that may be used.

usage: litert_classify.py MODEL.tflite FOLDER [--batch N] [--plain]

Each core has a process with an interpreter of its own, which takes N files at a time. With --plain it is done as in
most scripts: one process, one file after the other, and LiteRT has a thread for each core. The pictures have the
model's size. Prints one JSON object: how many files, the seconds from the first file to the last answer without the
start of Python, the accuracy by the labels in the names that 'octet data export-png' gives.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import re
import time

import numpy
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

state = {}


def prepare(model, batch, threads=1):
    interpreter = Interpreter(model_path=model, num_threads=threads)
    port = interpreter.get_input_details()[0]
    interpreter.resize_tensor_input(port["index"], [batch, *port["shape"][1:]])
    interpreter.allocate_tensors()
    scale, zero = port["quantization"]
    # From a byte of gray to the model's int8, for all 256.
    table = numpy.clip(numpy.round(numpy.arange(256) / 255 / scale) + zero, -128, 127).astype(numpy.int8)
    state.update(interpreter=interpreter, port=port, output=interpreter.get_output_details()[0], table=table)


def classify(paths):
    interpreter, port = state["interpreter"], state["port"]
    values = numpy.zeros(port["shape"] if len(paths) == 0 else interpreter.get_input_details()[0]["shape"], numpy.int8)
    for place, path in enumerate(paths):
        with Image.open(path) as picture:
            values[place] = state["table"][numpy.asarray(picture.convert("L"))].reshape(values.shape[1:])
    interpreter.set_tensor(port["index"], values)
    interpreter.invoke()
    return interpreter.get_tensor(state["output"]["index"])[:len(paths)].argmax(1).tolist()


def ready(_):
    time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("folder")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    paths = sorted(str(path) for path in pathlib.Path(options.folder).glob("*.png"))
    batches = [paths[start:start + options.batch] for start in range(0, len(paths), options.batch)]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if options.plain:
        prepare(options.model, 1, cores)
        # The first call makes what later ones use again.
        classify(paths[:1])
        start = time.perf_counter()
        found = [index for path in paths for index in classify([path])]
        seconds = time.perf_counter() - start
    else:
        with multiprocessing.get_context("fork").Pool(cores, prepare, (options.model, options.batch)) as pool:
            pool.map(ready, range(4 * cores), 1)
            start = time.perf_counter()
            found = [index for part in pool.map(classify, batches, max(1, 128 // options.batch)) for index in part]
            seconds = time.perf_counter() - start
    truths = [int(re.search(r"label-(\d+)", path).group(1)) for path in paths]
    right = sum(truth == answer for truth, answer in zip(truths, found))
    print(json.dumps({"files": len(paths), "seconds": seconds, "accuracy": right / len(paths)}))


if __name__ == "__main__":
    main()
