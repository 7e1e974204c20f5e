"""Measures the Python package beside LiteRT: an image per call, and batches.

usage: bench_python.py --octet PROGRAM --out FOLDER [--tiny FOLDER] [--rounds N] [--json] [--quick]

LiteRT's call is set_tensor, invoke and get_tensor; Octet's is predict_proba on a numpy array of the same values. The
networks are those of Models, which are made for LiteRT once and kept in FOLDER, and with --tiny MLPerf Tiny's. Programs
take turns, N times; a figure is the median of its turns, in time that the thread has had of a processor. Batches are of
256 items; beside their ratio stands that of 'octet bench' on as many, with Octet's own noise as items, which the
package is to keep within 5 %.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.dirname(__file__))

import numpy
import octet

from bench_inference import BATCH, MODELS, timed
from bench_tiny import NETWORKS

NAMES = ["binary-dense", "dense-dropout", "cnn-two-pool", "cnn-deep"]
# How much of the ratio of the command line a batch is to keep.
KEPT = 0.95


def lite_calls(path, count):
    """invoke alone, and all of a call; what it gives is looked at once."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), num_threads=1)
    port = interpreter.get_input_details()[0]
    shape = [count, *map(int, port["shape"][1:])]
    interpreter.resize_tensor_input(port["index"], shape)
    interpreter.allocate_tensors()
    source, target = port["index"], interpreter.get_output_details()[0]["index"]
    values = numpy.random.default_rng(1).integers(-128, 128, shape).astype(numpy.int8)

    def call():
        interpreter.set_tensor(source, values)
        interpreter.invoke()
        return interpreter.get_tensor(target)

    call()
    return interpreter.invoke, call, values


def own_call(model, given, has_pixels):
    """Pixels as files of pictures have them, or the integers that LiteRT has."""
    items = (given.astype(int) + 128).astype(numpy.uint8) if has_pixels else given
    items = items.reshape(len(given), *model.input_shape)
    return lambda: model.predict_proba(items)


def command_line(program, path):
    """Seconds for an item on noise, one at a time and many."""
    said = subprocess.run(
        [program, "bench", path, "--json", "--rounds", "5", "--noise", "--threads", "1"], check=True,
        capture_output=True, text=True).stdout
    found = json.loads(said)
    return found["latency_seconds"]["median"], 1 / found["throughput"][0]["images_per_second"]["median"]


def measure(name, octet_file, lite_file, has_pixels, program, rounds, least):
    model = octet.load(octet_file)
    invoke, lite_one, given = lite_calls(lite_file, 1)
    _, lite_many, many = lite_calls(lite_file, BATCH)
    calls = {
        "invoke": (invoke, 1), "litert": (lite_one, 1), "octet": (own_call(model, given, has_pixels), 1),
        "litert_batch": (lite_many, BATCH), "octet_batch": (own_call(model, many, has_pixels), BATCH)}
    turns = {key: [] for key in [*calls, "program", "program_batch"]}
    for _ in range(rounds):
        for key, (call, count) in calls.items():
            turns[key].append(timed(call, least) / count)
        one, batch = command_line(program, octet_file)
        turns["program"].append(one)
        turns["program_batch"].append(batch)
    seconds = {key: statistics.median(found) for key, found in turns.items()}
    return {
        "part": "python", "name": name, "rounds": rounds,
        "microseconds": {key: found * 1e6 for key, found in seconds.items()},
        "ratio": seconds["litert"] / seconds["octet"],
        "ratio_batch": seconds["litert_batch"] / seconds["octet_batch"],
        "kept_of_command_line": seconds["program_batch"] / seconds["octet_batch"],
    }


def show(found):
    times = found["microseconds"]
    print(f"{found['name']:<14} an item: octet {times['octet']:8.2f} us, LiteRT {times['litert']:8.2f} us (invoke "
          f"{times['invoke']:8.2f}), ratio {found['ratio']:5.2f}")
    print(f"{'':<14} of 256:  octet {times['octet_batch']:8.2f} us, LiteRT {times['litert_batch']:8.2f} us, ratio "
          f"{found['ratio_batch']:5.2f}; octet bench {times['program_batch']:8.2f} us, kept "
          f"{100 * found['kept_of_command_line']:.0f} % (target {100 * KEPT:.0f} %)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--octet", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--tiny", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    rounds, least = (1, 0.002) if options.quick else (options.rounds, 0.3)
    options.out.mkdir(parents=True, exist_ok=True)
    missing = [name for name in NAMES if not (options.out / f"{name}.tflite").exists()]
    if missing:
        maker = pathlib.Path(__file__).with_name("litert_models.py")
        subprocess.run([sys.executable, maker, "--out", options.out, *missing], check=True, stdout=sys.stderr)
    models = [(name, MODELS / f"{name}.octet", options.out / f"{name}.tflite", True) for name in NAMES]
    with tempfile.TemporaryDirectory() as folder:
        for name, file in NETWORKS.items() if options.tiny else []:
            path = options.tiny / f"{file}.tflite"
            octet.quantize(path).save(f"{folder}/{name}.octet")
            models.append((name, f"{folder}/{name}.octet", path, False))
        for name, octet_file, lite_file, has_pixels in models:
            found = measure(name, octet_file, lite_file, has_pixels, options.octet, rounds, least)
            print(json.dumps(found)) if options.json else show(found)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
