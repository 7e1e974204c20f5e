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
    graph.write(model)
    numpy.save(folder / "items.npy", items)
    answer = program.predict(model, folder / "items.npy", folder / "outputs.npy")
    return comparison.floats(expected, answer, tolerance(graph))


def tolerance(graph):
    """Octet computes with 32 bits where a file rounds to 16."""
    types = {node.attributes.get("to") for node in graph.nodes if node.kind == "Cast"}
    return 3e-2 if 16 in types else 5e-3 if 10 in types else comparison.TOLERANCE


def with_several_outputs(graph, seed, index):
    """The graph with some of its other values as outputs too; None where it has none."""
    random = numpy.random.default_rng([seed, index, 2])
    values = graph.values()
    names = [name for node in graph.nodes for name in node.outputs if name in values and name != graph.output]
    if not names:
        return None
    chosen = [str(name) for name in random.choice(names, min(len(names), int(random.integers(1, 4))), replace=False)]
    cut = int(random.integers(0, len(chosen) + 1))
    made = graph.copy()
    made.outputs_before, made.outputs_behind = chosen[:cut], chosen[cut:]
    return made


def ending_of_each(graph, items, folder):
    """Runs both sides on a graph with several outputs, and compares each."""
    expected = onnx_oracle.every(graph, items)
    if expected is None or not all(numpy.isfinite(output).all() for output in expected):
        return comparison.Ending("invalid")
    model = folder / "several.onnx"
    graph.write(model)
    numpy.save(folder / "items.npy", items)
    answer = program.predict(model, folder / "items.npy", folder / "outputs.npz")
    return comparison.each(
        expected, answer, lambda own, answer: comparison.floats(own, answer, tolerance(graph)))


def run(name, seed, index, folder, keep, seconds):
    case = onnx_generator.make(seed, index)
    found = ending(case.graph, case.items, folder)
    title = f"{name} {seed}.{index}"
    documented = not case.marks
    if not found.is_failure:
        made = [results.Result(title, found.kind, found.note, documented)]
        several = with_several_outputs(case.graph, seed, index) if found.kind == "equal" else None
        if several:
            found = ending_of_each(several, case.items, folder)
            text = several.text() if found.is_failure else ""
            if keep and found.is_failure:
                results.keep(
                    keep, f"{name}-{seed}-{index}-outputs", several.bytes(), ".onnx", case.items, found, text)
            # Values within a network need not be such as can be given.
            made.append(results.Result(f"{title} with several outputs", found.kind, found.note, False, text))
        return made
    small, found = onnx_shrinking.shrink(
        case, found, lambda graph, items: ending(graph, items, folder), seconds)
    text = small.graph.text() + (f"\nbeyond: {', '.join(case.marks)}" if case.marks else "")
    if keep:
        results.keep(
            keep, f"{name}-{seed}-{index}", small.graph.bytes(), ".onnx", small.items, found, text)
    return [results.Result(title, found.kind, found.note, documented, text)]
