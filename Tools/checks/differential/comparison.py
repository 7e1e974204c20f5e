"""When two outputs are the same, and what a case ends as."""
import dataclasses

import numpy

# Of the largest output; Octet and its peers add 32-bit floats in other orders.
TOLERANCE = 1e-4


@dataclasses.dataclass
class Ending:
    """equal, refused, wrong (other numbers), broken (no clean answer), or invalid (the peer has no answer)."""
    kind: str
    note: str = ""
    expected: numpy.ndarray | None = None
    found: numpy.ndarray | None = None

    @property
    def is_failure(self):
        return self.kind in ("wrong", "broken")


def floats(expected, answer, tolerance=TOLERANCE):
    """Compares an answer of `octet predict` with a peer's outputs."""
    if answer.failure:
        return Ending("broken", answer.failure, expected)
    if answer.refusal:
        return Ending("refused", answer.refusal, expected)
    found = answer.outputs
    if found.shape != expected.shape:
        return Ending("wrong", f"shape {found.shape}, expected {expected.shape}", expected, found)
    if not expected.size:
        return Ending("equal", "", expected, found)
    largest = float(numpy.abs(expected).max())
    difference = float(numpy.abs(expected.astype(numpy.float64) - found).max())
    # Outputs that are as good as 0 are what sums of larger floats leave.
    if difference <= tolerance * max(largest, 1e-2):
        return Ending("equal", "", expected, found)
    return Ending("wrong", f"off by {difference:.3g} where the largest output is {largest:.3g}", expected, found)


def each(expected, answer, compare):
    """Compares several outputs, of which an answer has a list; of one it has the array itself."""
    if answer.outputs is None:
        return compare(expected[0], answer)
    found = answer.outputs if isinstance(answer.outputs, list) else [answer.outputs]
    if len(found) != len(expected):
        return Ending("wrong", f"{len(found)} outputs, expected {len(expected)}")
    endings = [compare(own, dataclasses.replace(answer, outputs=other)) for own, other in zip(expected, found)]
    return next((ending for ending in endings if ending.is_failure), Ending("equal"))


def integers(expected, answer):
    """The same for int8 outputs, which are equal or wrong."""
    if answer.failure or answer.refusal:
        return floats(expected, answer)
    found = answer.outputs
    if found.shape != expected.shape or found.dtype != expected.dtype:
        note = f"{found.dtype} {found.shape}, expected {expected.dtype} {expected.shape}"
        return Ending("wrong", note, expected, found)
    apart = numpy.abs(expected.astype(int) - found.astype(int))
    if not apart.any():
        return Ending("equal", "", expected, found)
    return Ending("wrong", f"{int((apart > 0).sum())} values differ, by {int(apart.max())} at most", expected, found)
