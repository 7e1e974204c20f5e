"""Full-integer .tflite files in Octet and in LiteRT's reference kernels: see Tools/checks/litert."""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools" / "checks" / "differential"))

import numpy

import lite_oracle

PROGRAM = os.environ.get("OCTET_PROGRAM", str(ROOT / ".build" / "release" / "octet"))
KERNELS = {"x86_64": ["plain", "avx2", "avx512vnni"], "aarch64": ["plain", "neon", "neon-plain"]}

# Reads items of the model's size from standard input and writes each one's values as numbers.
MAIN = """
#include <stdio.h>
#include <stdint.h>
#include "model.c"

int main(void) {
  static uint8_t image[OCTET_IMAGE_HEIGHT * OCTET_ROW_BYTES];
  int32_t i;
  while (fread(image, 1, sizeof image, stdin) == sizeof image) {
    octet_start();
    for (i = 0; i < OCTET_IMAGE_HEIGHT; i++) octet_row(image + i * OCTET_ROW_BYTES);
    for (i = 0; i < OCTET_LOGITS; i++) printf("%ld\\n", (long)octet_logit(i));
  }
  return 0;
}
"""


def octet(*arguments, kernels=None):
    environment = dict(os.environ, **({"OCTET_KERNELS": kernels} if kernels else {}))
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr.strip())


def in_c(model, given, folder):
    """The values less their zero point, from the C source."""
    octet("export", model, "--c-source", folder / "model.c")
    (folder / "main.c").write_text(MAIN)
    subprocess.run(
        ["gcc", "-std=c99", "-O2", "-o", folder / "model", folder / "main.c"], check=True, cwd=folder)
    # A byte of the input is one of the file's integers plus 128.
    done = subprocess.run([folder / "model"], input=(given.view(numpy.uint8) ^ 0x80).tobytes(), capture_output=True)
    return numpy.array(done.stdout.split(), dtype=int)


def check(path, options):
    """How many values differ, for each way of computing them."""
    reference = lite_oracle.Reference(path.read_bytes())
    shape = [int(size) for size in reference.source["shape"][1:]]
    if reference.source["dtype"] != numpy.int8:
        raise SystemExit(f"{path}: the input is {reference.source['dtype'].__name__}, and int8 is compared here")
    if options.items:
        given = numpy.load(options.items)[:options.count].reshape([-1, *shape]).astype(numpy.int8)
    else:
        random = numpy.random.default_rng(options.seed)
        given = random.integers(-128, 128, [options.count, *shape]).astype(numpy.int8)
    if len(reference.targets) != 1:
        raise SystemExit(f"{path}: it has {len(reference.targets)} outputs, and one is compared here")
    last = reference.before_heads()[0]
    expected = reference.values([last], given)[0].reshape(len(given), -1).astype(int)
    zero_point = int(reference.tensors[last]["quantization_parameters"]["zero_points"][0])
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = folder / "model.octet"
        octet("quantize", path, "--data", "random", "--out", model, "-q")
        numpy.save(folder / "items.npy", given)
        for kernels in KERNELS[os.uname().machine]:
            octet(
                "predict", model, folder / "items.npy", "--integers", "--out", folder / "out.npy", kernels=kernels)
            values = numpy.load(folder / "out.npy").reshape(len(given), -1).astype(int)
            found[kernels] = int((values != expected).sum())
        values = in_c(model, given, folder).reshape(len(given), -1) + zero_point
        found["C99"] = int((values != expected).sum())
    counts = ", ".join(f"{kernels} {count}" for kernels, count in found.items())
    print(f"{path.name}: {expected.size:,} integers of {len(given):,} items; different: {counts}", flush=True)
    return any(found.values())


def main():
    parser = argparse.ArgumentParser(prog="litert")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--items", type=pathlib.Path)
    options = parser.parse_args()
    if any([check(path, options) for path in options.files]):
        raise SystemExit("litert: FAILED: integers differ from LiteRT's")


if __name__ == "__main__":
    main()
