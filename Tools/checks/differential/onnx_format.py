"""The cases of the format ONNX: made, run, compared, made smaller where they fail."""
import numpy

import comparison
import onnx_generator
import onnx_oracle
import onnx_shrinking
import program
import results


def ending(graph, items, folder):
    """Runs both sides on a graph."""
    expected = onnx_oracle.outputs(graph, items)
    if expected is None or not numpy.isfinite(expected).all():
        return comparison.Ending("invalid")
    model = folder / "model.onnx"
    model.write_bytes(graph.bytes())
    numpy.save(folder / "items.npy", items)
    answer = program.predict(model, folder / "items.npy", folder / "outputs.npy")
    return comparison.floats(expected, answer)


def run(name, seed, index, folder, keep, seconds):
    case = onnx_generator.make(seed, index)
    found = ending(case.graph, case.items, folder)
    title = f"{name} {seed}.{index}"
    documented = not case.marks
    if not found.is_failure:
        return [results.Result(title, found.kind, found.note, documented)]
    small, found = onnx_shrinking.shrink(
        case, found, lambda graph, items: ending(graph, items, folder), seconds)
    text = small.graph.text() + (f"\nbeyond: {', '.join(case.marks)}" if case.marks else "")
    if keep:
        results.keep(
            keep, f"{name}-{seed}-{index}", small.graph.bytes(), ".onnx", small.items, found, text)
    return [results.Result(title, found.kind, found.note, documented, text)]
