"""Random networks through `octet predict` and through a peer; see Tools/checks/random-models."""
import argparse
import collections
import concurrent.futures
import importlib
import multiprocessing
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "differential"))

import program
import results

# The module that makes, runs, shrinks and keeps the cases of each format.
FORMATS = {
    "onnx": "onnx_format", "onnx-int8": "onnx_quantized",
    "keras": "keras_format", "h5": "keras_format", "keras-onnx": "keras_format",
    "keras-tflite": "keras_format", "tflite-int8": "lite_format",
    "tflite-uint8": "lite_format",
}

# The least share of documented cases that has to be accepted, where there are so many that a share says something.
LEAST_ACCEPTED = 0.9
ENOUGH = 100

# The largest share that the peer may not be able to run; more would mean that nothing is compared.
MOST_INVALID = 0.1


def arguments():
    parser = argparse.ArgumentParser(
        prog="random-models",
        description="Makes random small networks with weights, and compares what Octet and a peer compute of them. "
        "Exits with status 1 if an output is wrong, if Octet ends without an answer or a reason, or if it accepts "
        "fewer than nine in ten of the networks that use only what docs/OPERATORS.md names.")
    parser.add_argument(
        "--format", choices=FORMATS, required=True, action="append", help="may be given several times")
    parser.add_argument("--count", type=int, default=200, help="networks to make in each format (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="what the networks follow from (default 1)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first network (default 0)")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for what fails: model, input, outputs, command")
    parser.add_argument("--jobs", type=int, default=2, help="networks at a time (default 2)")
    parser.add_argument("--shrink", type=float, default=20, help="seconds to make a failure smaller (default 20)")
    parser.add_argument("--quiet", action="store_true", help="print the summary only")
    return parser.parse_args()


def work(task):
    """Runs a piece of the cases in a process of its own."""
    name, seed, indices, keep, seconds = task
    module = importlib.import_module(FORMATS[name])
    found = []
    with program.temporary_folder("octet-random-") as folder:
        for index in indices:
            found += module.run(name, seed, index, pathlib.Path(folder), keep, seconds)
    return found


class Summary:
    def __init__(self):
        self.endings = collections.Counter()
        self.documented = collections.Counter()
        self.refusals = collections.Counter()
        self.documented_refusals = collections.Counter()
        self.invalid = collections.Counter()
        self.failures = []

    def add(self, result):
        self.endings[result.kind] += 1
        if result.is_documented:
            self.documented[result.kind] += 1
        if result.kind == "refused":
            counter = self.documented_refusals if result.is_documented else self.refusals
            counter[program.reason(result.note)] += 1
        if result.kind == "invalid":
            self.invalid[program.reason(result.note)] += 1
        if result.kind in ("wrong", "broken"):
            self.failures.append(result)

    def accepted(self):
        """Of the documented cases that the peer can run."""
        total = sum(self.documented.values()) - self.documented["invalid"]
        return (total - self.documented["refused"]) / total if total else 1.0

    def is_good(self):
        total = sum(self.endings.values())
        is_enough = sum(self.documented.values()) >= ENOUGH
        return (
            not self.failures and (self.accepted() >= LEAST_ACCEPTED or not is_enough)
            and self.endings["invalid"] <= MOST_INVALID * total)

    def print(self, name, seconds):
        count = sum(self.endings.values())
        kinds = ", ".join(f"{self.endings[kind]} {kind}" for kind in ("equal", "refused", "wrong", "broken"))
        invalid = self.endings["invalid"]
        print(f"{name}: {count} networks in {seconds:.0f} s: {kinds}; {invalid} that the peer cannot run")
        documented = sum(self.documented.values())
        print(f"  documented: {documented}, of which {100 * self.accepted():.1f} % were accepted", flush=True)
        counters = (
            ("documented, yet refused", self.documented_refusals), ("refused", self.refusals),
            ("not run by the peer", self.invalid))
        for title, counter in counters:
            for text, times in counter.most_common(12):
                print(f"  {title}, {times} times: {text}")


def each_result(tasks, jobs):
    """The results of all tasks, as they come.

    A peer may crash, and takes its process along. The tasks that were under way are then done again a network at a
    time, at last each in a process of its own; one that ends that too counts as a network that the peer cannot run.
    """
    waiting, suspects = list(tasks), []
    while waiting:
        unfinished = yield from through(waiting, jobs)
        waiting = []
        # Tasks are taken in order, so those under way are among the first.
        for task in unfinished[:jobs + 1]:
            name, seed, indices, keep, seconds = task
            if len(indices) == 1:
                suspects.append(task)
            else:
                waiting += [(name, seed, [index], keep, seconds) for index in indices]
        waiting += unfinished[jobs + 1:]
    for task in suspects:
        if (yield from through([task], 1)):
            name, seed, indices, _, _ = task
            yield results.Result(f"{name} {seed}.{indices[0]}", "invalid", "ends its process", True)


def through(tasks, jobs):
    """Gives the results of tasks, and returns those that were not finished when a process ended."""
    unfinished = []
    # The processes stay, as loading what makes the networks takes them seconds.
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
        for future, task in [(pool.submit(work, task), task) for task in tasks]:
            try:
                found = future.result()
            except concurrent.futures.process.BrokenProcessPool:
                unfinished.append(task)
            else:
                yield from found
    return unfinished


def main():
    options = arguments()
    program.executable()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    numbers = range(options.first, options.first + options.count)
    size = max(1, min(50, options.count // (4 * options.jobs)))
    summaries = []
    for name in options.format:
        start = time.monotonic()
        summary = Summary()
        tasks = [
            (name, options.seed, numbers[at:at + size], options.keep, options.shrink)
            for at in range(0, options.count, size)
        ]
        for result in each_result(tasks, options.jobs):
            summary.add(result)
            if result.kind in ("wrong", "broken") and not options.quiet:
                print(f"{result.kind}: {result.title}: {result.note}", flush=True)
        summary.print(name, time.monotonic() - start)
        summaries.append(summary)
    for failure in [failure for summary in summaries for failure in summary.failures][:20]:
        print(f"{failure.kind}: {failure.title}: {failure.note}\n{failure.text}")
    sys.exit(0 if all(summary.is_good() for summary in summaries) else 1)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
