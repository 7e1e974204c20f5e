#!/usr/bin/env python3
"""Print what TensorFlow Lite Micro's arena takes for .tflite files, beside Octet's for the same networks.

usage: tflm_memory.py --octet PROGRAM FILE.tflite...

Runs one image, so that everything is allocated, and reads the line of TFLM's recording allocator. Octet's arena is that
of Models/NAME.octet. One JSON object per file. Needs the package tflite-micro, which comes for Python up to 3.11.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

MODELS = pathlib.Path(__file__).resolve().parents[2] / "Models"


def arena_bytes(path):
    import numpy
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_file(str(path))
    port = interpreter.get_input_details(0)
    interpreter.set_input(numpy.zeros(port["shape"], numpy.int8), 0)
    interpreter.invoke()
    # The allocator writes to the process's standard error or output, past Python.
    with tempfile.TemporaryFile() as file:
        saved = os.dup(1), os.dup(2)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        interpreter.print_allocations()
        os.dup2(saved[0], 1)
        os.dup2(saved[1], 2)
        file.seek(0)
        text = file.read().decode()
    found = re.search(r"Arena allocation total (\d+) bytes", text)
    if not found:
        sys.exit(f"tflm_memory: {path}: the allocator's report has no total: {text[:200]!r}")
    return int(found[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--octet", required=True)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    for path in options.files:
        command = [options.octet, "inspect", str(MODELS / f"{path.stem}.octet"), "--json"]
        inspected = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(json.dumps({"name": path.stem, "tflm_arena_bytes": arena_bytes(path),
                          "octet_arena_bytes": inspected["arena_bytes"]}), flush=True)


if __name__ == "__main__":
    main()
