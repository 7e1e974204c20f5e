#!/usr/bin/env python3
"""Writes PNG files of every kind, and files that are none, with Python's standard library alone.

usage: odd-pictures.py FOLDER

Tools/device/test has the device's program and the host's read them. They are the same at every run.
"""
import os
import random
import struct
import sys
import zlib

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Adam7: first row and column, and the steps.
PASSES = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(pixels, color_type, depth):
    """One row's samples in their bits, behind the byte that says that it is not filtered."""
    if depth == 16:
        return b"\0" + b"".join(struct.pack(">H", sample) for pixel in pixels for sample in pixel)
    bits = "".join(format(sample, f"0{depth}b") for pixel in pixels for sample in pixel)
    bits += "0" * (-len(bits) % 8)
    return b"\0" + int("1" + bits, 2).to_bytes(len(bits) // 8 + 1, "big")[1:]


def png(width, height, color_type, depth, pixel, interlaced=False, between=b"", level=6):
    """`pixel(row, column)` gives a tuple of samples."""
    rows = []
    for top, left, down, across in PASSES if interlaced else [(0, 0, 1, 1)]:
        if left < width:
            rows += [packed([pixel(row, column) for column in range(left, width, across)], color_type, depth)
                     for row in range(top, height, down)]
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + between
            + chunk(b"IDAT", zlib.compress(b"".join(rows), level)) + chunk(b"IEND", b""))


def is_ink(row, column, size, thickness=0.08):
    """A seven."""
    down, across = row / size, column / size
    if not 0.15 <= down <= 0.85:
        return False
    if down < 0.15 + thickness:
        return 0.25 <= across <= 0.75
    return abs(across - (0.75 - (down - 0.15) * 0.5)) < thickness / 2


def largest():
    """The largest picture that is read, in colors of 16 bits, interlaced, in uneven light: the most memory."""
    side = 4096
    header = struct.pack(">IIBBBBB", side, side, 16, 6, 0, 0, 1)
    compressor = zlib.compressobj(1)
    stream = []
    for top, left, down, across in PASSES:
        columns = range(left, side, across)
        paper = b"".join(struct.pack(">HHHH", *((40000 + 5 * column,) * 3), 65535) for column in columns)
        ink = b"\0\0\0\0\0\0\xFF\xFF" * len(range(1800, 2300, across))
        start = 8 * len(range(left, 1800, across))
        inked = paper[:start] + ink + paper[start + len(ink):]
        for row in range(top, side, down):
            stream.append(compressor.compress(b"\0" + (inked if 1000 < row < 3000 else paper)))
    stream.append(compressor.flush())
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"".join(stream)) + chunk(b"IEND", b"")


def samples(gray, color_type, depth):
    """A gray value from 0 to 255 as a pixel of the type."""
    full = (1 << depth) - 1
    value = gray * full // 255
    return {0: (value,), 2: (value,) * 3, 3: (value,), 4: (value, full), 6: (value, value, value, full)}[color_type]


def palette(depth):
    count = 1 << depth
    return chunk(b"PLTE", b"".join(bytes([index * 255 // (count - 1)] * 3) for index in range(count)))


def main(folder):
    os.makedirs(folder)

    def write(name, contents):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(contents)

    for color_type, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items():
        for depth in depths:
            for interlaced in (False, True):
                for size in (28, 61):
                    def pixel(row, column):
                        return samples(0 if is_ink(row, column, size) else 255, color_type, depth)

                    write(f"type-{color_type}-{depth}-{'woven' if interlaced else 'plain'}-{size}.png",
                          png(size, size, color_type, depth, pixel, interlaced,
                              palette(depth) if color_type == 3 else b""))

    noise = random.Random(4)

    def photo(row, column):
        paper = 205 - column // 9 - row // 12 + noise.randrange(-6, 7)
        gray = paper - 110 if is_ink(row - 60, column - 140, 260, 0.05) else paper
        return (min(255, gray + 12), gray, max(0, gray - 25))

    good = png(28, 28, 0, 8, lambda row, column: (255 * is_ink(row, column, 28),))
    write("photo.png", png(480, 360, 2, 8, photo))
    write("photo-woven.png", png(480, 360, 2, 8, photo, interlaced=True))
    write("hairline.png", png(1000, 800, 0, 8, lambda row, column: (
        0 if is_ink(row - 200, column - 300, 400, 0.0025) else 255,)))
    write("transparent.png", png(90, 70, 6, 8, lambda row, column: (0, 0, 0, 255 * is_ink(row, column, 70))))
    write("color-key.png", png(90, 70, 0, 8, lambda row, column: (20 if is_ink(row, column, 70) else 9,), False,
                               chunk(b"tRNS", b"\0\x09")))
    write("largest.png", largest())
    write("wide.png", png(4096, 1, 0, 8, lambda row, column: (255 * (1000 < column < 1100),)))
    write("one-pixel.png", png(1, 1, 0, 8, lambda row, column: (0,)))
    write("blank-28.png", png(28, 28, 0, 8, lambda row, column: (0,)))
    write("blank-page.png", png(300, 200, 0, 8, lambda row, column: (255,)))
    write("name with \"quotes\", comma\nand line.png", good)
    write("größe-数.png", good)
    write("text-chunk.png", png(28, 28, 0, 8, lambda row, column: (255 * is_ink(row, column, 28),), False,
                                chunk(b"tEXt", b"Title\0seven")))

    for name in (b"tEXt", b"iTXt", b"eXIf", b"iCCP", b"prVt"):
        large = chunk(name, b"Title\0" + bytes(300_000))
        write(f"large-{name.decode()}.png", good[:33] + large + good[33:-12] + large + good[-12:])

    write("empty.png", b"")
    write("no-png.png", b"GIF89a and so on, which is no PNG file at all")
    write("folder-of-it.png.txt", good)
    for length in (4, 8, 20, 33, 60, len(good) - 12, len(good) - 1):
        write(f"cut-at-{length:04}.png", good[:length])
    for place in (16, 29, 45, len(good) - 2):
        broken = bytearray(good)
        broken[place] ^= 1
        write(f"flipped-{place:04}.png", bytes(broken))
    sizes = ("huge", 1 << 31, 1 << 31), ("large", 4097, 10), ("no-columns", 0, 28), ("most", 0x7FFFFFFF, 1)
    for name, width, height in sizes:
        header = struct.pack(">IIBBBBB", width & 0xFFFFFFFF, height & 0xFFFFFFFF, 8, 0, 0, 0, 0)
        write(f"size-{name}.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"\0" * 50)
    write("palette-index.png", png(28, 28, 3, 8, lambda row, column: (row,), False, chunk(b"PLTE", bytes(30))))
    write("unknown-critical.png", good[:33] + chunk(b"QQQQ", b"?") + good[33:])
    write("behind-the-end.png", good + b"more")
    os.mkdir(os.path.join(folder, "a-folder.png"))
    os.mkfifo(os.path.join(folder, "a-pipe.png"))


if __name__ == "__main__":
    main(sys.argv[1])
