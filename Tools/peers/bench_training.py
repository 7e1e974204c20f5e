#!/usr/bin/env python3
"""Time training in Octet and in Keras, in turn on the same cores, and print both side by side.

usage: bench_training.py --octet PROGRAM --keras-python PYTHON --data FOLDER [--cifar FOLDER]
                         [--recipes LIST] [--runs R] [--quick] [--json]

Each run trains one recipe for a few epochs in a process of its own, from nothing, first in Keras and then in Octet.
A run's speed is the images of all its epochs over the time they took together; for Keras that is the time `fit` took,
the tracing of its first epoch included. The speed of the first epoch and of the later ones is given too. Both train
on all images, without a validation split and without random changes. Peak memory is the largest resident set of the
process.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

KERAS_TRAINING = pathlib.Path(__file__).resolve().parent / "keras_training.py"

# Epochs per run, and how many times as fast as Keras Octet means to be.
RECIPES = {
    "binary-dense": (3, 4.0),
    "dense-dropout": (3, 2.0),
    "cnn-two-pool": (2, 2.0),
    "cnn-deep": (2, 1.3),
    "resnet8": (2, 1.5),
    "mobilenet": (2, 1.5),
}
# Those on CIFAR-10; all others are on MNIST.
ON_CIFAR = ("resnet8", "mobilenet")
QUICK_IMAGES = 3000


class Failure(Exception):
    pass


def run(command, folder):
    """Runs a program to its end. Gives the JSON objects it printed and its peak memory in bytes."""
    with open(folder / "output", "w+b") as output, open(folder / "errors", "w+b") as errors:
        process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=errors, cwd=folder)
        # Rather than process.wait(), because this tells the peak memory of this one child.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        lines, complaint = output.read().decode(), errors.read().decode().strip()
    if process.returncode != 0:
        raise Failure(f"'{' '.join(map(str, command))}' ended with status {process.returncode}: {complaint[-2000:]}")
    try:
        records = [json.loads(line) for line in lines.splitlines() if line.strip()]
    except json.JSONDecodeError as error:
        raise Failure(f"'{' '.join(map(str, command))}' printed a line that is not JSON: {error}") from error
    # Linux counts this in KB, Darwin in bytes.
    return records, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measure(command, folder):
    records, memory = run(command, folder)
    epochs = [record for record in records if "epoch" in record and "seconds" in record]
    if not epochs or "test_accuracy" not in records[-1]:
        raise Failure(f"'{' '.join(map(str, command))}' did not print its epochs and its test accuracy")
    images = sum(epoch["images_per_second"] * epoch["seconds"] for epoch in epochs)
    seconds = records[-1].get("fit_seconds", sum(epoch["seconds"] for epoch in epochs))
    later = epochs[1:]
    return {
        "images_per_second": images / seconds,
        "first_epoch_images_per_second": epochs[0]["images_per_second"],
        "later_epochs_images_per_second": (
            sum(epoch["images_per_second"] * epoch["seconds"] for epoch in later)
            / sum(epoch["seconds"] for epoch in later) if later else None),
        "peak_memory_bytes": memory,
        "test_accuracy": records[-1]["test_accuracy"],
        "versions": {name: records[-1][name] for name in ("keras", "tensorflow") if name in records[-1]},
    }


def middle(values):
    values = sorted(value for value in values if value is not None)
    if not values:
        return None
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def summary(runs):
    """Median and spread of each figure over the runs of one program."""
    figures = [name for name in runs[0] if name != "versions"]
    result = {name: middle(run[name] for run in runs) for name in figures}
    speeds = [run["images_per_second"] for run in runs]
    result["slowest_images_per_second"] = min(speeds)
    result["fastest_images_per_second"] = max(speeds)
    result["peak_memory_bytes"] = max(run["peak_memory_bytes"] for run in runs)
    return result


def compare(recipe, arguments):
    epochs, target = RECIPES[recipe]
    limit = []
    if arguments.quick:
        epochs, limit = 2, ["--images", QUICK_IMAGES]
    runs = {"keras": [], "octet": []}
    data = arguments.cifar if recipe in ON_CIFAR else arguments.data
    with tempfile.TemporaryDirectory(prefix="octet-bench-") as name:
        folder = pathlib.Path(name)
        commands = {
            "keras": [
                arguments.keras_python, KERAS_TRAINING, recipe, "--data", data, "--epochs", epochs, *limit],
            "octet": [
                arguments.octet, "train", "--recipe", recipe, "--data", data, "--epochs", epochs,
                "--validation-split", "0", "--augment", "none", "--json", "--out", folder / "model.safetensors",
                *limit],
        }
        for number in range(arguments.runs):
            for program, command in commands.items():
                print(f"{recipe}: run {number + 1} of {arguments.runs}, {program}", file=sys.stderr, flush=True)
                runs[program].append(measure(command, folder))
    keras, octet = summary(runs["keras"]), summary(runs["octet"])
    # Of pairs that ran one after the other, so that a slow moment of the machine slows both.
    pairs = list(zip(runs["octet"], runs["keras"]))
    ratios = [ours["images_per_second"] / theirs["images_per_second"] for ours, theirs in pairs]
    later = "later_epochs_images_per_second"
    later_ratios = [ours[later] / theirs[later] for ours, theirs in pairs if ours[later] and theirs[later]]
    return {
        "recipe": recipe, "epochs": epochs, "runs": arguments.runs, "keras": keras, "octet": octet,
        "ratio": middle(ratios), "lowest_ratio": min(ratios), "highest_ratio": max(ratios),
        "later_ratio": middle(later_ratios), "target_ratio": target,
        "versions": runs["keras"][0]["versions"],
    }


def table(results, quick):
    def speed(figures):
        low, high = figures["slowest_images_per_second"], figures["fastest_images_per_second"]
        return [f"{figures['images_per_second']:,.0f}", f"{low:,.0f}-{high:,.0f}"]

    def rate(value):
        return "" if value is None else f"{value:,.0f}"

    def megabytes(figures):
        return f"{figures['peak_memory_bytes'] / 1e6:,.0f}"

    head = ["recipe", "Keras img/s", "(range)", "Octet img/s", "(range)", "ratio", "(range)", "target", "", "Keras MB",
            "Octet MB"]
    rows = [head]
    details = [["recipe", "Keras 1st epoch", "later", "Octet 1st epoch", "later", "later ratio",
                "Keras accuracy", "Octet accuracy"]]
    for result in results:
        keras, octet = result["keras"], result["octet"]
        # Too few images say nothing about the target: Keras spends most of its time on tracing then.
        reached = "" if quick else "reached" if result["ratio"] >= result["target_ratio"] else "MISSED"
        rows.append([
            result["recipe"], *speed(keras), *speed(octet), f"{result['ratio']:.2f}x",
            f"{result['lowest_ratio']:.2f}-{result['highest_ratio']:.2f}", f"{result['target_ratio']:g}x", reached,
            megabytes(keras), megabytes(octet)])
        details.append([
            result["recipe"], *(
                rate(figures[f"{part}_images_per_second"])
                for figures in (keras, octet) for part in ("first_epoch", "later_epochs")),
            "" if result["later_ratio"] is None else f"{result['later_ratio']:.2f}x",
            f"{keras['test_accuracy']:.4f}", f"{octet['test_accuracy']:.4f}"])
    return f"{aligned(rows)}\n\n{aligned(details)}"


def aligned(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths))).rstrip()
        for row in rows)


def recipe_list(text):
    names = text.split(",")
    for name in names:
        if name not in RECIPES:
            raise argparse.ArgumentTypeError(f"no recipe '{name}' here; there are {', '.join(RECIPES)}")
    return names


def positive(text):
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not '{text}'")
    return value


def main():
    parser = argparse.ArgumentParser(description="Time training in Octet and in Keras side by side.")
    parser.add_argument("--octet", type=pathlib.Path, required=True, help="the octet program")
    parser.add_argument("--keras-python", type=pathlib.Path, required=True, help="the Python that has Keras")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder with the four files of MNIST")
    parser.add_argument("--cifar", type=pathlib.Path, help="the folder of CIFAR-10's binary files")
    parser.add_argument("--recipes", type=recipe_list, metavar="LIST")
    parser.add_argument("--runs", type=positive, default=3, metavar="R")
    parser.add_argument(
        "--quick", action="store_true", help=f"2 epochs of {QUICK_IMAGES} images: shows that it works, not how fast")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    arguments = parser.parse_args()
    # The programs run in a folder of their own.
    arguments.octet, arguments.data = arguments.octet.resolve(), arguments.data.resolve()
    if arguments.cifar:
        arguments.cifar = arguments.cifar.resolve()
    if not arguments.recipes:
        arguments.recipes = [name for name in RECIPES if arguments.cifar or name not in ON_CIFAR]
    elif not arguments.cifar and any(name in ON_CIFAR for name in arguments.recipes):
        parser.error(f"{' and '.join(ON_CIFAR)} need --cifar FOLDER")
    try:
        results = [compare(recipe, arguments) for recipe in arguments.recipes]
    except (Failure, OSError) as error:
        sys.exit(f"bench_training.py: {error}")
    if arguments.json:
        print(json.dumps({"part": "training", "quick": arguments.quick, "results": results}))
    else:
        print(table(results, arguments.quick))


if __name__ == "__main__":
    main()
