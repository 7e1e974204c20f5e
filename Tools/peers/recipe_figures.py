#!/usr/bin/env python3
"""Train recipes with several seeds, quantize each model, and print the mean and spread of both figures.

usage: recipe_figures.py --octet PROGRAM [--recipes LIST] [--seeds N] [--epochs N] [--json] [--keras]
                         [--mnist FOLDER] [--cifar FOLDER] [--words FILE.npz] [--fashion FOLDER]

Recipes whose data is not given are left out. `keywords` is trained five times, each time without another fifth of its
file, which it is tested on, with the seeds 1 to 5; the features of the file are integers, whose scale is that of MLPerf
Tiny's model. `autoencoder` is judged by how well the error of what it gives tells the digit that it has never seen from
the others (AUC), all others by accuracy on the test items. With --keras the same networks are trained by Keras on the
same items, for as many epochs, by the same optimizer, schedule and random changes (flip and crop).
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
SCALE = "0.5847:83"
FOLDS = 5


class Failure(Exception):
    pass


def run(command):
    """Runs a program to its end, and gives the last JSON object that it printed."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise Failure(f"'{' '.join(map(str, command))}' ended with status {result.returncode}: {result.stderr[-2000:]}")
    return json.loads(result.stdout.strip().splitlines()[-1])


def folds(path, folder):
    """The file cut into five parts, each of which is the test part of one file."""
    arrays = np.load(path)
    order = np.random.default_rng(1).permutation(len(arrays["y"]))
    files = []
    for fold in range(FOLDS):
        held = np.zeros(len(order), bool)
        held[order[fold::FOLDS]] = True
        files.append(folder / f"fold-{fold}.npz")
        np.savez(
            files[-1], x_train=arrays["x"][~held], y_train=arrays["y"][~held], x_test=arrays["x"][held],
            y_test=arrays["y"][held])
    return files


class Recipe:
    def __init__(self, name, data, options=(), anomaly=None):
        self.name, self.data, self.options, self.anomaly = name, data, list(options), anomaly

    def figures(self, arguments, folder, seed):
        """Float and int8 figure of one seed."""
        data = self.data[(seed - 1) % len(self.data)]
        float_model, int8_model = folder / "model.safetensors", folder / "model.octet"
        shared = ["--data", data, *self.options]
        epochs = ["--epochs", arguments.epochs] if arguments.epochs else []
        run([arguments.octet, "train", "--recipe", self.name, *shared, *epochs, "--seed", seed, "--json", "--quiet",
             "--out", float_model])
        run([arguments.octet, "quantize", float_model, *shared, "--json", "--out", int8_model])
        anomaly = ["--anomaly", self.anomaly] if self.anomaly else []
        found = run(
            [arguments.octet, "evaluate", int8_model, "--against", float_model, *shared, *anomaly, "--json"])
        figure = "auc" if self.anomaly else "accuracy"
        return found[f"float_{figure}"], found[figure]


def recipes(arguments, folder):
    made = []
    if arguments.cifar:
        made += [Recipe("resnet8", [arguments.cifar]), Recipe("mobilenet", [arguments.cifar])]
    if arguments.mnist:
        made.append(Recipe("autoencoder", [arguments.mnist], anomaly="0"))
    if arguments.words:
        made.append(Recipe("keywords", folds(arguments.words, folder), ["--input-scale", SCALE]))
    made.append(Recipe("sensor", ["sensor"]))
    if arguments.fashion:
        made.append(Recipe("fashion", [arguments.fashion]))
    return [recipe for recipe in made if not arguments.recipes or recipe.name in arguments.recipes.split(",")]


def spread(values):
    return f"{statistics.mean(values):.4f} ({min(values):.4f} to {max(values):.4f})"


def keras_figures(recipe, arguments, seed):
    epochs = ["--epochs", arguments.epochs] if arguments.epochs else ["--recipe-epochs"]
    return run([
        sys.executable, HERE / "keras_training.py", recipe.name, "--data", recipe.data[(seed - 1) % len(recipe.data)],
        "--seed", seed, "--augment", "--recipe-settings", *epochs])["test_accuracy"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--octet", type=pathlib.Path, required=True, help="the octet program")
    parser.add_argument("--recipes", help="names with commas between; all whose data is given unless set")
    parser.add_argument("--seeds", type=int, default=3, help="seeds 1 to N; keywords has five folds at least")
    parser.add_argument("--epochs", type=int, help="in place of the recipe's own")
    parser.add_argument("--mnist", type=pathlib.Path)
    parser.add_argument("--cifar", type=pathlib.Path, help="the folder of CIFAR-10's binary files")
    parser.add_argument("--words", type=pathlib.Path, help="kws01.npz of MLPerf Tiny's features")
    parser.add_argument("--fashion", type=pathlib.Path, help="a folder of IDX files")
    parser.add_argument("--keras", action="store_true", help="train resnet8 and mobilenet in Keras too")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    arguments.octet = arguments.octet.resolve()
    results = []
    try:
        with tempfile.TemporaryDirectory(prefix="octet-recipes-") as name:
            folder = pathlib.Path(name)
            for recipe in recipes(arguments, folder):
                seeds = range(1, 1 + max(arguments.seeds, FOLDS if recipe.name == "keywords" else 1))
                pairs = []
                for seed in seeds:
                    print(f"{recipe.name}: seed {seed} of {len(seeds)}", file=sys.stderr, flush=True)
                    pairs.append(recipe.figures(arguments, folder, seed))
                result = {
                    "recipe": recipe.name, "figure": "auc" if recipe.anomaly else "accuracy",
                    "float": [pair[0] for pair in pairs], "int8": [pair[1] for pair in pairs]}
                if arguments.keras and recipe.name in ("resnet8", "mobilenet"):
                    result["keras"] = [keras_figures(recipe, arguments, seed) for seed in seeds]
                results.append(result)
                if not arguments.json:
                    keras = f", Keras {spread(result['keras'])}" if "keras" in result else ""
                    print(f"{recipe.name}: {result['figure']} float {spread(result['float'])}, "
                          f"int8 {spread(result['int8'])}{keras}", flush=True)
    except (Failure, OSError) as error:
        sys.exit(f"recipe_figures.py: {error}")
    if arguments.json:
        print(json.dumps({"part": "recipes", "results": results}))


if __name__ == "__main__":
    main()
