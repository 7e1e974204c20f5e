"""Writes the table of the models in Models/ into README.md and Models/README.md, between two comments.

The figures are those that 'octet quantize --json' left in Models/results.
"""

import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
ORDER = ["binary-dense", "binary-metrics", "dense-dropout", "cnn-two-pool", "cnn-deep", "best", "nano", "drawn"]
START = "<!-- models: written by Tools/models -->"
END = "<!-- end of models -->"


def row(name):
    result = json.loads((ROOT / "Models" / "results" / f"{name}.json").read_text())
    low, high = result["interval"]
    return (
        f"| `{name}` | {100 * result['float_accuracy']:.2f} % | {100 * result['accuracy']:.2f} % "
        f"| {-result['loss_points'] + 0:+.2f} ({-high:+.2f} to {-low:+.2f}) "
        f"| {result['changed']} of {result['images']:,} | {result['file_bytes']:,} | {result['arena_bytes']:,} |"
    )


def table():
    names = [name for name in ORDER if (ROOT / "Models" / "results" / f"{name}.json").exists()]
    head = [
        "| model | float | integers | accuracy change (95 % CI) | answers changed | file bytes | arena bytes |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join(head + [row(name) for name in names])


def main():
    for path in [ROOT / "README.md", ROOT / "Models" / "README.md"]:
        text = path.read_text()
        before, rest = text.split(START)
        _, after = rest.split(END)
        path.write_text(f"{before}{START}\n{table()}\n{END}{after}")


main()
