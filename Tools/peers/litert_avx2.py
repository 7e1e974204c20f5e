#!/usr/bin/env python3
"""Time LiteRT as on a processor that has AVX2 and nothing newer. There is no switch for that.

usage: litert_avx2.py [--seconds S] FILE.tflite...

LiteRT's kernels are chosen when the first model is opened, by what its copy of the library cpuinfo has found. This
script lets cpuinfo look first, clears what it says of AVX-512, and only then opens models. Where those variables lie is
read from the symbols of the shared library. Prints a JSON object: for each file the seconds of this thread for an
image, or an `error` where LiteRT cannot be limited, as with a library without symbols or another layout.
"""
import argparse
import ctypes
import json
import pathlib
import subprocess
import sys

from bench_inference import litert_call, timed

LIBRARY = "libpywrap_litert_common.so"
# The bytes of cpuinfo_isa that say what there is of AVX-512, from its foundation on.
AVX512 = range(0x1D, 0x2C)
# Bits of the second word of XNNPACK's hardware_config: AVX2, and everything after it but the bit for a plain FMA.
AVX2_BIT = 1 << 7
NEWER_BITS = ~((1 << 9) - 1) & 0xFFFFFFFF


def limit():
    """Clears what is newer than AVX2; returns a function that tells whether that held."""
    import ai_edge_litert.interpreter  # noqa: F401  loads the library

    line = next(line for line in open("/proc/self/maps") if LIBRARY in line)
    path = line.split()[-1]
    base = int(line.split("-")[0], 16) - int(line.split()[2], 16)
    listed = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout
    symbols = {words[2]: int(words[0], 16) for words in map(str.split, listed.splitlines()) if len(words) == 3}
    ctypes.CFUNCTYPE(ctypes.c_bool)(base + symbols["cpuinfo_initialize"])()
    facts = (ctypes.c_uint8 * len(AVX512)).from_address(base + symbols["cpuinfo_isa"] + AVX512.start)
    if facts[0] != 1 or any(fact > 1 for fact in facts):
        raise ValueError("this processor has no AVX-512, or the library keeps that elsewhere")
    facts[:] = [0] * len(AVX512)
    flags = ctypes.c_uint64.from_address(base + symbols["hardware_config"] + 8)
    return lambda: flags.value & AVX2_BIT != 0 and flags.value & NEWER_BITS == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    try:
        holds = limit()
        calls = {file.stem: litert_call(file, 1) for file in options.files}
        if not holds():
            raise ValueError("LiteRT still uses what is newer than AVX2")
    except (KeyError, OSError, StopIteration, ValueError, subprocess.CalledProcessError) as error:
        print(json.dumps({"error": f"LiteRT cannot be limited to AVX2 here: {error!r}"}))
        return
    print(json.dumps({name: timed(call, options.seconds) for name, call in calls.items()}))


if __name__ == "__main__":
    sys.exit(main())
