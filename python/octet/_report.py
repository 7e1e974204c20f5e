"""What quantizing and testing found."""

import html
import json


class Report(dict):
    """The members that `octet quantize --json` or `octet evaluate --json` prints, shown as a table in notebooks."""

    def __repr__(self):
        return json.dumps(self, indent=2, ensure_ascii=False)

    def _figures(self):
        """Single figures, without lists."""
        return [(name, value) for name, value in self.items() if not isinstance(value, (list, dict))]

    @staticmethod
    def _text(value):
        if value is None:
            return "·"
        if isinstance(value, float):
            return f"{value:.6g}"
        return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)

    def _repr_html_(self):
        rows = "".join(
            f"<tr><th>{html.escape(name.replace('_', ' '))}</th><td>{html.escape(self._text(value))}</td></tr>"
            for name, value in self._figures())
        text = f"<table>{rows}</table>"
        layers = self.get("layers")
        if isinstance(layers, list) and layers and isinstance(layers[0], dict):
            names = list(layers[0])
            head = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in names)
            body = "".join(
                "<tr>" + "".join(f"<td>{html.escape(self._text(layer.get(name)))}</td>" for name in names) + "</tr>"
                for layer in layers)
            text += f"<table><tr>{head}</tr>{body}</table>"
        return text
