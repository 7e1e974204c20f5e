"""What quantizing and testing found."""

from __future__ import annotations

import html
from typing import Any

# What of a layer is shown, and the heading.
_OF_LAYERS = {
    "name": "layer", "kind": "kind", "output": "output", "type": "type", "output_decibels": "decibels",
    "saturation": "clipped"}
_PERCENT = {"accuracy", "float_accuracy", "top_five", "float_top_five", "saturation"}


class Report(dict[str, Any]):
    """The members that `octet quantize --json` or `octet evaluate --json` prints, shown as tables.

    >>> report = octet.load("cnn-two-pool.octet").evaluate(images, labels)
    >>> report["images"], report["accuracy"]
    (20, 0.8)
    >>> print(report)                                                               # doctest: +ELLIPSIS
    meaning        classes
    images         20
    accuracy       80.00 %
    ...
    """

    def __repr__(self) -> str:
        tables = [_columns(self._figures())]
        layers = self._layers()
        if layers:
            tables.append(_columns([tuple(_OF_LAYERS.values()), *layers]))
        return "\n\n".join(tables)

    def _figures(self) -> list[tuple[str, ...]]:
        """Single figures, without tables."""
        return [
            (name.replace("_", " "), _text(name, value)) for name, value in self.items()
            if not isinstance(value, (list, dict)) or _is_interval(value)]

    def _layers(self) -> list[tuple[str, ...]]:
        layers = self.get("layers")
        if not isinstance(layers, list):
            return []
        return [tuple(_text(name, layer.get(name)) for name in _OF_LAYERS) for layer in layers]

    def _repr_html_(self) -> str:
        """For notebooks."""
        text = _table([f"<th>{html.escape(name)}</th>{_cell(value)}" for name, value in self._figures()])
        layers = self._layers()
        if layers:
            heads = "".join(f"<th>{html.escape(name)}</th>" for name in _OF_LAYERS.values())
            text += _table([heads, *("".join(map(_cell, layer)) for layer in layers)])
        return text


def _is_interval(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(one, float) for one in value)


def _text(name: str, value: Any) -> str:
    if value is None:
        return "·"
    if name in _PERCENT and isinstance(value, (int, float)):
        return f"{100 * value:.2f} %"
    if name == "output" and isinstance(value, list):
        return " x ".join(map(str, value))
    if isinstance(value, list):
        return " to ".join(_text("", one) for one in value)
    if isinstance(value, float):
        return f"{value:.4g}" if name else f"{value:+.3f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _columns(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def _cell(value: str) -> str:
    return f"<td>{html.escape(value)}</td>"


def _table(rows: list[str]) -> str:
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
