"""Prints a score sheet of MLPerf Tiny's int8 networks: Octet beside LiteRT, TensorFlow Lite Micro and ONNX Runtime.

usage: bench_tiny.py --octet PROGRAM --models FOLDER [--rounds N] [--boards LIST] [--inputs N] [--json] [--quick]

FOLDER has the reference models under the names that mlcommons/tiny gives them. For each: whether every integer before a
closing softmax equals LiteRT's reference kernels on random inputs, bytes of the file and of the arena, microseconds for
an image on one thread and in batches of 256, and instructions on emulated boards. Programs take turns, N times; a
figure is the median of its turns. What a peer cannot do, or a package that is not installed, is left empty. Boards take
longest: --boards '' leaves them out.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [os.path.dirname(__file__), str(ROOT / "Tools" / "checks" / "differential")]

import numpy

import lite_oracle
from bench_inference import litert_call, onnx_call, timed

NETWORKS = {
    "IC": "pretrainedResnet_quant", "KWS": "kws_ref_model", "VWW": "vww_96_int8", "AD": "ad01_int8",
    "SWW": "str_ww_ref_model",
}
BOARDS = ["mps2-an386", "mps2-an386-m0", "mps2-an500", "mps3-an547", "riscv32-virt"]
BATCH = 256


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"{command[0]} failed")
    return done.stdout


def perhaps(call):
    """What a peer gives, or None where it cannot."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - a peer may fail in any way
        print(f"bench: {error}", file=sys.stderr)
        return None


def differences(program, lite, model, folder, count):
    """Values that differ from LiteRT's reference kernels, and how many there are."""
    reference = lite_oracle.Reference(lite.read_bytes())
    shape = [int(size) for size in reference.source["shape"][1:]]
    given = numpy.random.default_rng(1).integers(-128, 128, [count, *shape]).astype(numpy.int8)
    expected = reference.values([reference.before_heads()[0]], given)[0].reshape(count, -1).astype(int)
    numpy.save(folder / "items.npy", given)
    run(program, "predict", model, folder / "items.npy", "--integers", "--out", folder / "out.npy")
    found = numpy.load(folder / "out.npy").reshape(count, -1).astype(int)
    return int((found != expected).sum()), int(expected.size)


def micro_arena(lite):
    from tflm_memory import arena_bytes

    return arena_bytes(lite)


def board(name, model):
    found = json.loads(run(ROOT / "firmware-sim" / "run", name, model, "--data", "random", "--count", 1, "--json")
                       .splitlines()[-1])
    if not found["bit_exact"]:
        raise RuntimeError(f"{name}: another answer than on the host")
    return {key: found[key] for key in ["instructions_per_inference", "code_bytes", "ram_bytes"]}


def measure(network, options, folder):
    lite = options.models / f"{NETWORKS[network]}.tflite"
    model, onnx = folder / f"{network}.octet", folder / f"{network}.onnx"
    run(options.octet, "quantize", lite, "--data", "random", "--out", model, "-q")
    inspected = json.loads(run(options.octet, "inspect", model, "--json"))
    different, values = differences(options.octet, lite, model, folder, options.inputs)
    row = {
        "network": network, "multiply_adds": inspected["multiply_adds"], "values": values, "different": different,
        "file_bytes": inspected["file_bytes"], "tflite_bytes": lite.stat().st_size,
        "arena_bytes": inspected["arena_bytes"], "tflm_arena_bytes": perhaps(lambda: micro_arena(lite)),
    }
    perhaps(lambda: run(options.octet, "export", model, "--onnx-qdq", onnx))
    calls = {
        "litert": perhaps(lambda: litert_call(lite, 1)), "litert_batch": perhaps(lambda: litert_call(lite, BATCH)),
        "onnxruntime": perhaps(lambda: onnx_call(onnx, 1)),
        "onnxruntime_batch": perhaps(lambda: onnx_call(onnx, BATCH)),
    }
    turns = {key: [] for key in [*calls, "octet", "octet_batch"]}
    least = 0.05 if options.quick else 0.5
    for _ in range(options.rounds):
        for key, call in calls.items():
            if call:
                turns[key].append(timed(call, least) / (BATCH if key.endswith("_batch") else 1))
        found = json.loads(run(options.octet, "bench", model, "--json", "--noise", "--threads", 1, "--rounds",
                               3 if options.quick else 9))
        turns["octet"].append(found["latency_seconds"]["median"])
        turns["octet_batch"].append(1 / found["throughput"][0]["images_per_second"]["median"])
    row["seconds"] = {key: statistics.median(values) if values else None for key, values in turns.items()}
    row["boards"] = {name: perhaps(lambda name=name: board(name, model)) for name in options.boards}
    return row


def shown(value, form="{:,}"):
    return "" if value is None else form.format(value)


def tables(rows, boards):
    """The same as Markdown."""
    def micro(row, key):
        seconds = row["seconds"][key]
        return shown(None if seconds is None else seconds * 1e6, "{:.1f}")

    def ratio(row, key, own):
        seconds = row["seconds"][key]
        return shown(None if seconds is None else seconds / row["seconds"][own], "{:.2f}")

    lines = ["| network | multiply-adds | values compared | different | .tflite bytes | .octet bytes | TFLM's arena "
             "| arena |", "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        cells = [row[key] for key in ["multiply_adds", "values", "different", "tflite_bytes", "file_bytes",
                                      "tflm_arena_bytes", "arena_bytes"]]
        lines.append(f"| {row['network']} | " + " | ".join(shown(cell) for cell in cells) + " |")
    # Microseconds; a factor is a peer's time to Octet's.
    lines += ["", "| network | Octet | LiteRT | factor | ONNX Runtime | factor | Octet, batch | LiteRT, batch "
              "| factor |", "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        cells = [micro(row, "octet"), micro(row, "litert"), ratio(row, "litert", "octet"), micro(row, "onnxruntime"),
                 ratio(row, "onnxruntime", "octet"), micro(row, "octet_batch"), micro(row, "litert_batch"),
                 ratio(row, "litert_batch", "octet_batch")]
        lines.append(f"| {row['network']} | " + " | ".join(cells) + " |")
    for title, key in [("instructions for an image", "instructions_per_inference"), ("bytes of code", "code_bytes"),
                       ("bytes of RAM", "ram_bytes")]:
        if not boards:
            break
        lines += ["", f"| {title} | " + " | ".join(boards) + " |", "|---" * (len(boards) + 1) + "|"]
        for row in rows:
            cells = [shown(row["boards"][name][key]) if row["boards"][name] else "" for name in boards]
            lines.append(f"| {row['network']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--octet", required=True)
    parser.add_argument("--models", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--inputs", type=int, default=100)
    parser.add_argument("--boards", default=",".join(BOARDS))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="too little to measure anything")
    options = parser.parse_args()
    options.boards = [name for name in options.boards.split(",") if name]
    if options.quick:
        options.rounds, options.inputs = 1, 2
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for network in NETWORKS:
            if not (options.models / f"{NETWORKS[network]}.tflite").exists():
                sys.exit(f"bench: {options.models} has no {NETWORKS[network]}.tflite; give the folder of MLPerf "
                         "Tiny's models")
            rows.append(measure(network, options, pathlib.Path(name)))
            if options.json:
                print(json.dumps(rows[-1]), flush=True)
    if not options.json:
        print(tables(rows, options.boards))


if __name__ == "__main__":
    main()
