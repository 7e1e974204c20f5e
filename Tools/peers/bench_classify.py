#!/usr/bin/env python3
"""Time 'octet classify' against a Python script with Pillow and LiteRT, in turn on the same files and cores.

usage: bench_classify.py --octet PROGRAM --python PYTHON [--data FOLDER] [--tflite FILE] [--runs R] [--quick] [--json]

The files are MNIST's test digits as 'octet data export-png' writes them, the model is Models/cnn-two-pool: its .octet
file for Octet, and for LiteRT the same weights in an int8 .tflite file. Octet's time is that of the whole process; the
script's is without the start of Python and its libraries. The script is run in three ways: as most are written, one
file after the other with LiteRT on all cores; and with a process for each core, one file at a time or 32. The cold
start is the whole of one 'octet classify' of one file, the fastest and the median of many.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PEERS = pathlib.Path(__file__).resolve().parent
MODEL = PEERS.parents[1] / "Models" / "cnn-two-pool.octet"
# Ways to run the script, and what is said of them.
WAYS = {
    "plain": (["--plain"], "one file after the other"),
    "processes": (["--batch", "1"], "a process for each core"),
    "batches": (["--batch", "32"], "a process for each core, 32 files at a time"),
}
# How many times as fast Octet means to be, and the milliseconds of a cold start.
TARGET = 5.0
COLD_TARGET = 10.0


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"bench: '{' '.join(map(str, command))}' ended with status {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def time_octet(program, folder):
    # Into a file: reading a line for each file here meanwhile would take a core from the program that is timed.
    with tempfile.TemporaryFile("w+") as output:
        command = [program, "classify", MODEL, folder, "--labels", "names", "--json", "--quiet"]
        start = time.perf_counter()
        status = subprocess.run([str(word) for word in command], stdout=output).returncode
        seconds = time.perf_counter() - start
        if status != 0:
            sys.exit(f"bench: octet classify ended with status {status}")
        output.seek(0)
        summary = json.loads(output.readlines()[-1])
    return {"files": summary["images"], "seconds": seconds, "accuracy": summary["accuracy"]}


def cold_starts(program, file, count):
    found = []
    for _ in range(count):
        start = time.perf_counter()
        run([program, "classify", MODEL, file])
        found.append((time.perf_counter() - start) * 1000)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--octet", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--data")
    parser.add_argument("--tflite")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        data = ["--data", options.data] if options.data else []
        files = work / "digits"
        count = ["--count", "500"] if options.quick else []
        run([options.octet, "data", "export-png", *data, "--out", files, *count])
        tflite = options.tflite
        if tflite is None:
            environment = os.environ | ({"OCTET_MNIST": options.data} if options.data else {})
            run([options.python, PEERS / "litert_models.py", "--out", work, MODEL.stem], env=environment)
            tflite = next(work.glob("*.tflite"))
        octet, peers = [], {way: [] for way in WAYS}
        for _ in range(options.runs):
            for way, (words, _) in WAYS.items():
                output = run([options.python, PEERS / "litert_classify.py", tflite, files, *words])
                peers[way].append(json.loads(output.splitlines()[-1]))
            octet.append(time_octet(options.octet, files))
        cold = cold_starts(options.octet, min(files.glob("*.png")), 5 if options.quick else 40)

    def rate(runs):
        return statistics.median(found["files"] / found["seconds"] for found in runs)

    own = rate(octet)
    result = {
        "part": "classify", "files": octet[0]["files"], "runs": options.runs,
        "octet_files_per_second": own, "octet_accuracy": octet[0]["accuracy"], "target": TARGET,
        "peers": [
            {"way": way, "files_per_second": rate(runs), "accuracy": runs[0]["accuracy"], "ratio": own / rate(runs)}
            for way, runs in peers.items()
        ],
        "cold_start_ms": statistics.median(cold),
        "cold_start_fastest_ms": min(cold),
        "cold_start_target_ms": COLD_TARGET,
    }
    if options.json:
        print(json.dumps(result))
        return
    print(f"{result['files']:,} PNG files, median of {options.runs} runs")
    print(f"  {'octet classify':60}{own:9,.0f} files/s  accuracy {result['octet_accuracy']:.4f}")
    for peer in result["peers"]:
        name = f"Pillow and LiteRT, {WAYS[peer['way']][1]}"
        print(f"  {name:60}{peer['files_per_second']:9,.0f} files/s  accuracy {peer['accuracy']:.4f}"
              f"  ratio {peer['ratio']:.1f}  (target {TARGET:g})")
    print(f"  {'cold start':60}{result['cold_start_ms']:9.1f} ms, fastest {min(cold):.1f} ms  (target {COLD_TARGET:g})")


if __name__ == "__main__":
    main()
