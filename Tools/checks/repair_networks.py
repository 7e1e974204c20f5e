#!/usr/bin/env python3
"""Quantizes networks that plain int8 hurts, with and without --repair, and says how much of the loss is won back.

usage: Tools/checks/repair [NAME ...] [--make] [--vww MODEL --cifar10 FOLDER] [--data DATA] [--keep FOLDER]

The networks are in Models/repair. They were trained on MNIST and then made to suffer, most of them without a change of
what they compute; with --make they are made anew:

- depthwise   depthwise and 1x1 convolutions, whose channels are scaled by up to 2^6 either way
- swish       swish and hard-swish between convolutions; in each layer two channels reach 200 times as far as the
              others, and the network is trained on with them
- mobilenet   a MobileNet with batch normalization, quantized with one scale for all weights of a layer
- outlier     one channel of one layer reaches 200 times as far as the others
- vww         MLPerf Tiny's vww_96.h5 on those CIFAR-10 pictures, brought to 96x96, that it is least sure of; its own
              float answers are the truth. Needs --vww and --cifar10, a folder in CIFAR-10's binary format

It prints a line for each network: the accuracy of float, of plain int8 and of int8 after --repair on test items, which
--repair does not see, and the share of the lost points that is won back. The exit status is 1 if a network that plain
int8 costs more than 2 points is left with more than a tenth of the loss.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
from safetensors import safe_open
from safetensors.numpy import save_file

MODELS = pathlib.Path(__file__).resolve().parents[2] / "Models" / "repair"
TRAINING = "optimizer adam\nlearning-rate 0.002\nschedule cosine\nbatch 64\nseed 1\n"
DEPTHWISE = """
input 28x28x1
stem = conv 16 3x3 stride 2 padding same relu
dw1 = depthwise 3x3 padding same relu
pw1 = conv 32 1x1 relu
dw2 = depthwise 3x3 stride 2 padding same relu
pw2 = conv 32 1x1 relu
dw3 = depthwise 3x3 padding same relu
pw3 = conv 48 1x1 relu
globalaveragepool
out = dense 10 softmax
"""
SWISH = """
input 28x28x1
one = conv 16 3x3 stride 2 padding same silu
two = conv 24 3x3 padding same hardswish
maxpool 2x2
three = conv 32 3x3 padding same silu
globalaveragepool
out = dense 10 softmax
"""
MOBILENET = """
input 28x28x1
stem = conv 16 3x3 stride 2 padding same no-bias
bn0 = batchnorm relu
dw1 = depthwise 3x3 padding same no-bias
bn1 = batchnorm relu
pw1 = conv 32 1x1 no-bias
bn2 = batchnorm relu
dw2 = depthwise 3x3 stride 2 padding same no-bias
bn3 = batchnorm relu
pw2 = conv 32 1x1 no-bias
bn4 = batchnorm relu
dw3 = depthwise 3x3 padding same no-bias
bn5 = batchnorm relu
pw3 = conv 48 1x1 no-bias
bn6 = batchnorm relu
globalaveragepool
out = dense 10 softmax
"""
OUTLIER = """
input 28x28x1
one = conv 16 3x3 stride 2 padding same relu
two = conv 24 3x3 padding same relu
maxpool 2x2
three = conv 32 3x3 padding same relu
globalaveragepool
out = dense 10 softmax
"""


def data_options(data):
    return ["--data", str(data)] if data else []


def read(path):
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name).copy() for name in file.keys()}, file.metadata()


def divide(arrays, maker, reader, factors):
    """Makes a layer's channels smaller by the factors, and the weights that meet them larger."""
    for name in ("weight", "bias", "scale", "offset"):
        if f"{maker}.{name}" in arrays:
            array = arrays[f"{maker}.{name}"]
            # The channels are the last axis, but for a depthwise layer, which ends with its multiplier, 1.
            array /= factors[:, None] if array.shape[-1] == 1 else factors
    # Here they are the last but one: cells, channels, and outputs or the multiplier.
    arrays[f"{reader}.weight"] *= factors[:, None]


class Maker:
    def __init__(self, octet, folder, data, makes):
        self.octet, self.folder, self.data, self.makes = octet, folder, data, makes

    def run(self, *arguments):
        done = subprocess.run([self.octet, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"repair: octet {' '.join(map(str, arguments))}: {done.stderr.strip()}")
        return done.stdout

    def train(self, name, text, epochs, start=None):
        network = self.folder / f"{name}.network"
        network.write_text(text.strip() + f"\n{TRAINING}epochs {epochs}\n")
        path = self.folder / f"{name}.safetensors"
        begin = ["--from", start] if start else []
        self.run("train", "--network", network, "--out", path, "--quiet", *data_options(self.data), *begin)
        return path

    def save(self, name, arrays, metadata):
        path = self.folder / f"{name}.safetensors"
        save_file(arrays, path, metadata)
        return path

    def made(self, name):
        """The network of a name: the one in Models/repair, or a new one."""
        # Whatever other networks are made in the same run.
        self.random = numpy.random.default_rng(1)
        options = ["--weight-scales", "layer"] if name == "mobilenet" else []
        return getattr(self, name)() if self.makes else MODELS / f"{name}.safetensors", self.data, options

    def uneven(self, name, path, pairs, octaves):
        arrays, metadata = read(path)
        for maker, reader in pairs:
            count = arrays.get(f"{maker}.bias", arrays.get(f"{maker}.offset")).size
            factors = (2.0 ** self.random.uniform(-octaves, octaves, count)).astype(numpy.float32)
            divide(arrays, maker, reader, factors)
        return self.save(name, arrays, metadata)

    def depthwise(self):
        path = self.train("depthwise-even", DEPTHWISE, 4)
        layers = ["stem", "dw1", "pw1", "dw2", "pw2", "dw3", "pw3", "out"]
        return self.uneven("depthwise", path, list(zip(layers, layers[1:])), 6)

    def swish(self):
        path = self.train("swish-even", SWISH, 4)
        arrays, metadata = read(path)
        for maker, reader in (("one", "two"), ("two", "three"), ("three", "out")):
            factors = numpy.ones(arrays[f"{maker}.bias"].shape, numpy.float32)
            factors[self.random.choice(len(factors), 2, replace=False)] = 1 / 200
            divide(arrays, maker, reader, factors)
        wild = self.save("swish-wild", arrays, metadata)
        return self.train("swish", SWISH, 2, wild)

    def mobilenet(self):
        path = self.train("mobilenet-even", MOBILENET, 4)
        pairs = [("bn0", "dw1"), ("bn1", "pw1"), ("bn2", "dw2"), ("bn3", "pw2"), ("bn4", "dw3"), ("bn5", "pw3"),
                 ("bn6", "out")]
        return self.uneven("mobilenet", path, pairs, 4)

    def outlier(self):
        path = self.train("outlier-even", OUTLIER, 4)
        arrays, metadata = read(path)
        factors = numpy.ones(arrays["two.bias"].shape, numpy.float32)
        factors[self.random.integers(len(factors))] = 1 / 200
        divide(arrays, "two", "three", factors)
        return self.save("outlier", arrays, metadata)

    def vww(self, model, cifar10):
        arrays = {}
        for part, names, count in (
                ("train", ["data_batch_1.bin", "data_batch_2.bin"], 3000), ("test", ["test_batch.bin"], 1000)):
            raw = numpy.concatenate([numpy.fromfile(pathlib.Path(cifar10) / name, numpy.uint8) for name in names])
            pictures = raw.reshape(-1, 3073)[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
            pictures = pictures.repeat(3, axis=1).repeat(3, axis=2)
            numpy.save(self.folder / "in.npy", pictures)
            self.run("predict", model, self.folder / "in.npy", "--out", self.folder / "out.npy")
            answers = numpy.load(self.folder / "out.npy").astype(numpy.float64)
            # Of hardly any picture it says that there is a person; those that it is least sure of tell models apart.
            margin = numpy.abs(numpy.log(answers[:, 1] + 1e-9) - numpy.log(answers[:, 0] + 1e-9))
            chosen = numpy.sort(numpy.argsort(margin)[:count])
            arrays[f"x_{part}"], arrays[f"y_{part}"] = pictures[chosen], answers[chosen].argmax(axis=1)
        path = self.folder / "vww.npz"
        numpy.savez(path, **arrays)
        return model, path, []


def accuracy(octet, model, data, options, out):
    start = time.time()
    command = [octet, "quantize", str(model), "--out", str(out), "--json", *data_options(data), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"repair: {' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout), time.time() - start


def main():
    parser = argparse.ArgumentParser(
        prog="Tools/checks/repair", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["depthwise", "swish", "mobilenet", "outlier", "vww"]
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--octet", default=".build/release/octet")
    parser.add_argument("--make", action="store_true", help="train the networks and make them suffer")
    parser.add_argument("--data", help="digits; those that octet finds otherwise")
    parser.add_argument("--vww", help="vww_96.h5")
    parser.add_argument("--cifar10", help="a folder with data_batch_1.bin and test_batch.bin")
    parser.add_argument("--keep", help="where networks go; they are deleted otherwise")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"{', '.join(sorted(unknown))}: the networks are {', '.join(names)}")
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(options.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        maker = Maker(options.octet, folder, options.data, options.make)
        print(f"{'network':10} {'float':>8} {'int8':>8} {'repaired':>8}  {'won back':>8} {'seconds':>8}  bytes")
        for name in options.names or names:
            if name == "vww":
                if not (options.vww and options.cifar10):
                    print("vww        not run: give --vww and --cifar10")
                    continue
                model, data, more = maker.vww(options.vww, options.cifar10)
            else:
                model, data, more = maker.made(name)
            plain, _ = accuracy(options.octet, model, data, more, folder / f"{name}-plain.octet")
            mended, seconds = accuracy(
                options.octet, model, data, more + ["--repair"], folder / f"{name}-repaired.octet")
            (folder / f"{name}.json").write_text(json.dumps(mended, indent=1))
            real, before, after = (
                plain["float_accuracy"], plain["accuracy"], mended["accuracy"])
            won = (after - before) / (real - before) if real > before else 1.0
            print(f"{name:10} {real:8.2%} {before:8.2%} {after:8.2%}  {won:8.0%} {seconds:8.0f}"
                  f"  {plain['file_bytes']} to {mended['file_bytes']}", flush=True)
            for step in mended["repair"]["kept"]:
                print(f"           {step['words']}" + (f", {step['layer']}" if step["layer"] else ""))
            failed += real - before > 0.02 and won < 0.9
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
