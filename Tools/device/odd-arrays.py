#!/usr/bin/env python3
"""Writes what two small models are trained on, and .npy files of every kind that they may be given, with Python's
standard library alone.

usage: odd-arrays.py FOLDER

features.csv and features.network: 3 classes of 2 x 5 numbers. labels.npz and numbers.npz, with networks, are the same
items with 3 labels and with 2 numbers each. colors/ and colors.network: class folders of pictures of
6 x 4 pixels in color. arrays/: files of items for the first. They are the same at every run.
"""
import io
import os
import random
import struct
import sys
import zipfile
import zlib

folder = sys.argv[1]
draw = random.Random(5)


def write(name, data):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def npy(description, shape, data, order=False, version=1):
    text = f"{{'descr': '{description}', 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    start = 10 if version == 1 else 12
    text += b" " * (-(start + len(text) + 1) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text + data


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def picture(color):
    rows = b"".join(
        b"\0" + bytes(min(max(value + draw.randrange(-30, 30), 0), 255) for _ in range(6) for value in color)
        for _ in range(4))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 6, 4, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


rows = [[item % 3] + [draw.gauss(item % 3 - 1, 1) for _ in range(10)] for item in range(60)]
write("features.csv", "".join(",".join(map(str, row)) + "\n" for row in rows).encode())
write("features.network", b"input 2x5x1\nflatten\ndense 8 relu\ndense 3 softmax\nepochs 4\nbatch 8\nseed 1\n")
items = npy("<f4", (60, 10), struct.pack("<600f", *(number for row in rows for number in row[1:])))
targets = {
    "labels": ("sigmoid", 3, npy("|u1", (60, 3), bytes(row[place] > 0 for row in rows for place in (1, 2, 3)))),
    "numbers": ("", 2, npy("<f4", (60, 2), struct.pack(
        "<120f", *(number for row in rows for number in (row[1] - row[2], row[3] * 5))))),
}
for name, (head, count, wanted) in targets.items():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("x.npy"), items)
        file.writestr(zipfile.ZipInfo("y.npy"), wanted)
    write(f"{name}.npz", archive.getvalue())
    write(f"{name}.network",
          f"input 2x5x1\nflatten\ndense 8 relu\ndense {count} {head}\nepochs 4\nbatch 8\nseed 1\n".encode())
for name, color in [("blue", (40, 60, 200)), ("red", (210, 50, 30))]:
    for number in range(8):
        write(f"colors/{name}/{number}.png", picture(color))
write("colors.network",
      b"input 4x6x3\nconv 4 3x3 padding same relu\nflatten\ndense 2 softmax\nepochs 4\nbatch 4\nseed 1\n")

numbers = [draw.gauss(0, 1.5) for _ in range(70)]
floats = struct.pack("<70f", *numbers)
arrays = {
    "float32": npy("<f4", (7, 2, 5), floats),
    "float32-of-one-channel": npy("<f4", (7, 2, 5, 1), floats, version=2),
    "float64": npy("<f8", (7, 10), struct.pack("<70d", *numbers), version=3),
    "int16": npy("<i2", (7, 2, 5), struct.pack("<70h", *(round(number) for number in numbers))),
    "int8": npy("|i1", (7, 2, 5), bytes(draw.randrange(256) for _ in range(70))),
    "uint8": npy("|u1", (7, 2, 5), bytes(draw.randrange(256) for _ in range(70))),
    "one": npy("<f4", (2, 5), floats[:40]),
    "one-of-a-batch": npy("<f4", (1, 2, 5), floats[:40]),
    "one-flat": npy("<f4", "(10,)", floats[:40]),
    "extremes": npy("<f4", (2, 10), struct.pack("<20f", *([3e38, -3e38, 1e-45, -0.0, 0.5] * 4))),
    "none": npy("<f4", (0, 2, 5), b""),
    "other-shape": npy("<f4", (7, 5, 2), floats),
    "short": npy("<f4", (7, 2, 5), floats[:-1]),
    "long": npy("<f4", (7, 2, 5), floats + b"\0"),
    "not-finite": npy("<f4", (1, 10), struct.pack("<10f", *([1] * 9), float("nan"))),
    "infinite": npy("<f8", (1, 10), struct.pack("<10d", *([1] * 9), 1e300)),
    "big-endian": npy(">f4", (7, 2, 5), floats),
    "fortran": npy("<f4", (7, 2, 5), floats, order=True),
    "int32": npy("<i4", (7, 2, 5), floats),
    "huge": npy("<f4", (1 << 40, 1 << 40, 2, 5), floats),
    "empty": b"",
    "no-array": b"hello, this is text and no array",
    "cut-header": npy("<f4", (7, 2, 5), floats)[:40],
    "odd-header": npy("<f4", "(7, 2, 5), 'more': 1", floats),
    "version-9": npy("<f4", (7, 2, 5), floats, version=9),
}
for name, data in arrays.items():
    write(f"arrays/{name}.npy", data)
