"""What a case ended as, and the folder that a failure is kept in."""
import dataclasses
import shlex

import numpy

import program


@dataclasses.dataclass
class Result:
    title: str
    kind: str
    note: str
    is_documented: bool
    # The network for people, for failures.
    text: str = ""


def keep(folder, name, model, suffix, items, ending, text, integers=False, outputs="found.npy"):
    """Writes a failing model, its input, what was expected and found, and the command that shows it."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    (place / f"model{suffix}").write_bytes(model)
    numpy.save(place / "input.npy", items)
    if ending.expected is not None:
        numpy.save(place / "expected.npy", ending.expected)
    if ending.found is not None:
        numpy.save(place / "found.npy", ending.found)
    words = program.command(place / f"model{suffix}", place / "input.npy", place / outputs, integers)
    (place / "command").write_text(shlex.join(words) + "\n")
    (place / "note.txt").write_text(f"{ending.kind}: {ending.note}\n{text}\n")
    return place
