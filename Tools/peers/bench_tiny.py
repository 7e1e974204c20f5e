"""Prints a score sheet of MLPerf Tiny's int8 networks: Octet beside LiteRT, TensorFlow Lite Micro and ONNX Runtime.

usage: bench_tiny.py --octet PROGRAM --models FOLDER [--cifar FOLDER] [--rounds N] [--boards LIST] [--inputs N] [--json]
                     [--page FILE.html --bench PROGRAM] [--quick]

FOLDER has the reference models under the names that mlcommons/tiny gives them. For each: whether every integer before a
closing softmax equals LiteRT's reference kernels on random inputs, bytes of the file and of the arena, microseconds for
an image on one thread and in batches of 256, and instructions, code and RAM on emulated boards. Programs take turns, N
times; a figure is the median of its turns. What a peer cannot do, or a package that is not installed, is left empty.
Boards take longest: --boards '' leaves them out.

Accuracy, or AUC, is measured where there is data: of IC with --cifar, which names a folder with CIFAR-10's binary
files, and of the others with kws01.npz, vww01.npz, ad01.npz and sww01.npz beside the models, as docs/DATA.md describes
such files. --page writes everything as a page, with octet-bench as PROGRAM.
"""
import argparse
import importlib.metadata
import json
import os
import pathlib
import platform
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
BOARDS = ["microbit", "mps2-an386", "mps2-an386-m0", "mps2-an500", "mps3-an547", "riscv32-virt"]
# Beside the models; IC has a folder of its own.
DATA = {"KWS": "kws01.npz", "VWW": "vww01.npz", "AD": "ad01.npz", "SWW": "sww01.npz"}
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


def score(program, model, data):
    """Accuracy, or the AUC of anomalies, with the number of items; None without data."""
    if data is None or not data.exists():
        return None
    found = json.loads(run(program, "evaluate", model, "--data", data, "--json"))
    name = "accuracy" if "accuracy" in found else "auc"
    return {"name": name, "value": found[name], "items": found["images"]}


def processor():
    """The processor in words."""
    with open("/proc/cpuinfo") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith(("model name", "Hardware"))]
    return names[0] if names else platform.machine()


def programs():
    """What Octet is measured beside, with versions."""
    known = {"ai-edge-litert": "LiteRT", "onnxruntime": "ONNX Runtime", "tflite-micro": "TensorFlow Lite Micro"}
    found = []
    for package, name in known.items():
        try:
            found.append(f"{name} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} (not installed)")
    return found


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
    held = folder / f"{network}-held.octet"
    run(options.octet, "quantize", lite, "--data", "random", "--input", "held", "--out", held, "-q")
    data = options.cifar if network == "IC" else options.models / DATA[network]
    different, values = differences(options.octet, lite, model, folder, options.inputs)
    row = {
        "network": network, "multiply_adds": inspected["multiply_adds"], "values": values, "different": different,
        "file_bytes": inspected["file_bytes"], "tflite_bytes": lite.stat().st_size,
        "arena_bytes": inspected["arena_bytes"],
        "held_arena_bytes": json.loads(run(options.octet, "inspect", held, "--json"))["arena_bytes"],
        "score": perhaps(lambda: score(options.octet, model, data)),
        "tflm_arena_bytes": perhaps(lambda: micro_arena(lite)),
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

    def figure(row):
        found = row["score"]
        if not found:
            return ""
        return f"{100 * found['value']:.2f} %" if found["name"] == "accuracy" else f"AUC {found['value']:.4f}"

    lines = ["| network | multiply-adds | compared | different | accuracy | .tflite bytes | .octet bytes | TFLM "
             "| arena | held |", "|---|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        numbers = {key: shown(row[key]) for key in ["multiply_adds", "values", "different", "tflite_bytes",
                                                    "file_bytes", "tflm_arena_bytes", "arena_bytes",
                                                    "held_arena_bytes"]}
        cells = list(numbers.values())
        lines.append(f"| {row['network']} | " + " | ".join(cells[:3] + [figure(row)] + cells[3:]) + " |")
    # Microseconds; a factor is a peer's time to Octet's.
    for title, suffix in [("an image", ""), (f"an image of {BATCH}", "_batch")]:
        own = "octet" + suffix
        lines += ["", f"| {title} | Octet | LiteRT | factor | ONNX Runtime | factor |", "|---|---|---|---|---|---|"]
        for row in rows:
            cells = [micro(row, own)]
            for peer in ["litert", "onnxruntime"]:
                cells += [micro(row, peer + suffix), ratio(row, peer + suffix, own)]
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
    parser.add_argument("--cifar", type=pathlib.Path, help="a folder with CIFAR-10's binary files")
    parser.add_argument("--page", type=pathlib.Path, help="write a page, by octet-bench")
    parser.add_argument("--bench", help="octet-bench")
    parser.add_argument("--quick", action="store_true", help="too little to measure anything")
    options = parser.parse_args()
    if options.page and not options.bench:
        parser.error("--page needs --bench, the program octet-bench")
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
        if options.page:
            sheet = pathlib.Path(name) / "sheet.json"
            sheet.write_text(json.dumps({
                "machine": processor(), "version": run(options.octet, "--version").split()[1],
                "programs": programs(), "batch": BATCH, "boards": options.boards, "networks": rows}))
            run(options.bench, "page", sheet, "--out", options.page)
    if not options.json:
        print(tables(rows, options.boards))


if __name__ == "__main__":
    main()
