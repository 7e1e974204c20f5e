"""Runs `octet predict`, and says how it ended."""
import dataclasses
import os
import pathlib
import re
import subprocess
import tempfile

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[3]


@dataclasses.dataclass
class Answer:
    """What became of one run: outputs, or a refusal of one line, or a failure."""
    outputs: numpy.ndarray | None = None
    refusal: str | None = None
    failure: str | None = None


def executable():
    """The program: OCTET_PROGRAM, or what 'swift build -c release' makes."""
    path = os.environ.get("OCTET_PROGRAM") or str(ROOT / ".build" / "release" / "octet")
    if not os.access(path, os.X_OK):
        raise SystemExit(f"random-models: {path} is not there; run swift build -c release --product octet")
    return path


def temporary_folder(prefix):
    """In memory where there is such a place: Octet brings what it writes to the disk each time."""
    memory = "/dev/shm"
    return tempfile.TemporaryDirectory(prefix=prefix, dir=memory if os.access(memory, os.W_OK) else None)


def command(model, items, outputs, integers=False):
    words = [executable(), "predict", str(model), str(items), "--threads", "1", "--out", str(outputs)]
    return words + (["--integers"] if integers else [])


def predict(model, items, outputs, integers=False):
    """Gives the file `model` the array `items` (both paths); `outputs` is where the program writes: an .npy file, or an
    .npz file with an array for each output."""
    outputs = pathlib.Path(outputs)
    outputs.unlink(missing_ok=True)
    try:
        run = subprocess.run(
            command(model, items, outputs, integers), capture_output=True, text=True, errors="replace", timeout=60)
    except subprocess.TimeoutExpired:
        return Answer(failure="no answer within 60 seconds")
    lines = run.stderr.splitlines()
    if run.returncode == 0 and not lines:
        found = numpy.load(outputs)
        return Answer(outputs=found if isinstance(found, numpy.ndarray) else [found[name] for name in found.files])
    if run.returncode == 1 and len(lines) == 1 and lines[0].startswith("octet: ") and not outputs.exists():
        return Answer(refusal=lines[0])
    shown = " / ".join(lines[:3])
    return Answer(failure=f"exit status {run.returncode}, {len(lines)} lines of error: {shown}")


def reason(refusal):
    """A refusal without what differs from file to file: paths, names and numbers."""
    text = re.sub(r"^octet: \S+: ", "", refusal)
    text = re.sub(r"/\S+/", "", text)
    text = re.sub(r'"[^"]*"', '"…"', text)
    text = re.sub(r"\[[^]]*\]", "[…]", text)
    return re.sub(r"-?\d+(\.\d+)?(e-?\d+)?", "#", text)[:150]
