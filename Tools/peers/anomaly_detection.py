#!/usr/bin/env python3
"""Quantizes MLPerf Tiny's autoencoder on data made for it, and compares how well float and int8 tell anomalies.

usage: .peers/test/bin/python3 Tools/peers/anomaly_detection.py MODEL [--octet PROGRAM] [--items N] [--seed N]

MODEL is ad01.h5 or ad01_fp32.tflite of mlcommons/tiny. Its own data, sounds of toy cars, is not needed: what is
compared is the AUC of the same network before and after quantization, not how good the network is. So the data is made
of what the network itself gives again well:

- A start is a smooth random curve over the mel bands of five frames, with the level and spread of such features. The
  network's reconstruction of it is taken for the next start, five times, and the half of the points is kept that the
  network then gives again best: they lie near what it has learned.
- Normal items are such points with noise of 3 dB, which is about what the network leaves of real sounds. Anomalies have
  the same noise, and a narrow peak or gap of random place, width and height, so that the two overlap.

It prints the AUC of both, the difference with its interval, and fails if the AUC differs by more than 0.005.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy

FRAMES, BANDS = 5, 128
LIMIT = 0.005


def network(octet, model, items, folder):
    numpy.save(folder / "in.npy", items.astype(numpy.float32))
    subprocess.run([octet, "predict", model, folder / "in.npy", "--out", folder / "out.npy"], check=True)
    return numpy.load(folder / "out.npy")


def curves(random, count):
    """Log mel energies: a level, a slope over the bands, some bumps, little change from frame to frame."""
    bands = numpy.arange(BANDS) / BANDS
    curve = random.normal(-25, 8, (count, 1)) - random.uniform(10, 35, (count, 1)) * bands
    for _ in range(6):
        place, width = random.uniform(0, 1, (count, 1)), random.uniform(0.02, 0.2, (count, 1))
        curve += random.normal(0, 8, (count, 1)) * numpy.exp(-((bands - place) / width) ** 2)
    frames = curve[:, None, :] + random.normal(0, 2, (count, FRAMES, BANDS))
    return frames.reshape(count, FRAMES * BANDS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--octet", default=".build/release/octet")
    parser.add_argument("--items", type=int, default=4000)
    parser.add_argument("--options", default="", help="options for octet quantize")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = numpy.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        points = curves(random, 2 * options.items)
        for _ in range(5):
            points = network(options.octet, options.model, points, folder)
        errors = numpy.square(network(options.octet, options.model, points, folder) - points).mean(1)
        points = points[random.permutation(numpy.argsort(errors)[:options.items])]
        print(f"mean square error of the points that are kept: {numpy.sort(errors)[:options.items].mean():.4f}")
        tested = options.items // 2
        isAnomaly = numpy.zeros(options.items, int)
        isAnomaly[-tested // 2:] = 1
        bands = numpy.arange(BANDS)
        place, width = random.uniform(0, BANDS, (options.items, 1)), random.uniform(2, 6, (options.items, 1))
        peak = random.normal(0, 8, (options.items, 1)) * numpy.exp(-((bands - place) / width) ** 2)
        items = points + random.normal(0, 3, points.shape) + isAnomaly[:, None] * numpy.tile(peak, FRAMES)
        items = items.astype(numpy.float32)
        numpy.savez(
            folder / "data.npz", x_train=items[:-tested], y_train=isAnomaly[:-tested], x_test=items[-tested:],
            y_test=isAnomaly[-tested:])
        said = subprocess.run(
            [options.octet, "quantize", options.model, "--data", folder / "data.npz", "--out", folder / "ad.octet",
             "--json"] + options.options.split(), check=True, capture_output=True, text=True)
    found = json.loads(said.stdout)
    change = found["auc"] - found["float_auc"]
    low, high = found["auc_change_interval"]
    print(f"{tested} test items; mean square error: float {found['float_mean_square_error']:.4f}, "
          f"int8 {found['mean_square_error']:.4f}; float stands {found['decibels']:.1f} dB above the difference")
    print(f"AUC: float {found['float_auc']:.4f}, int8 {found['auc']:.4f}: {change:+.4f} ({low:+.4f} to {high:+.4f})")
    return abs(change) > LIMIT


sys.exit(main())
