#!/usr/bin/env python3
"""Measures octet.spark beside what people write with Pillow and LiteRT, in turn in one session of Spark on two cores.

usage: bench_spark.py --octet PROGRAM --tflite FILE [--data FOLDER] [--files N] [--runs R] [--json] [--quick]

The files are MNIST's digits as PNG, N of them (100,000; the first ones twice where there are not enough), the network
is Models/cnn-two-pool, for LiteRT with the same weights. Each way begins with a folder and ends with a class for each
file, which goes nowhere. Before it is timed, each way has seen a tenth of the files once.

  batch udf        predict_batch_udf over Spark's binaryFile, as the documentation shows it
  paths            a pandas UDF that opens the same paths as octet does
  content          the same over binaryFile with openCostInBytes of 4,096
  octet paths      octet.spark.classify on the paths
  octet content    octet.spark.classify on the same tuned binaryFile

Answers are compared with octet classify's, and the peak memory of Spark's Python processes after a tenth and after all
files twice is told.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

MODEL = pathlib.Path(__file__).resolve().parents[2] / "Models" / "cnn-two-pool.octet"
# What is divided by what, and what the ratio is to be.
TARGETS = [("octet paths", "batch udf", 5.0), ("octet paths", "paths", 2.0), ("octet content", "content", 1.3)]
BATCH = 64


def make_files(program, folder, data, count):
    """PNG files in folders of at most 60,000."""
    options = ["--data", data] if data else []
    made, part = 0, 0
    while made < count:
        for kind in ("train", "test"):
            if made >= count:
                break
            target = folder / f"part-{part}-{kind}"
            subprocess.run(
                [program, "data", "export-png", *options, "--set", kind, "--count", str(count - made), "--out", target],
                check=True, stdout=subprocess.DEVNULL)
            made += len(os.listdir(target))
        part += 1


def interpreter_of(content, batch):
    import numpy
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    port = interpreter.get_input_details()[0]
    interpreter.resize_tensor_input(port["index"], [batch, *port["shape"][1:]])
    interpreter.allocate_tensors()
    scale, zero = port["quantization"]
    table = numpy.clip(numpy.round(numpy.arange(256) / 255 / scale) + zero, -128, 127).astype(numpy.int8)
    return interpreter, port["index"], interpreter.get_output_details()[0]["index"], table


def classes_of(state, pictures):
    """Classes of pictures that Pillow opens, a batch at a time."""
    import numpy
    from PIL import Image

    interpreter, source, target, table = state
    found = numpy.empty(len(pictures), numpy.int32)
    values = numpy.zeros((BATCH, 28, 28, 1), numpy.int8)
    for first in range(0, len(pictures), BATCH):
        part = pictures[first:first + BATCH]
        for place, picture in enumerate(part):
            with Image.open(picture) as opened:
                values[place, :, :, 0] = table[numpy.asarray(opened.convert("L"))]
        interpreter.set_tensor(source, values)
        interpreter.invoke()
        found[first:first + len(part)] = interpreter.get_tensor(target)[:len(part)].argmax(1)
    return found


def ways(spark, folder, tflite):
    import io
    from typing import Iterator

    import pandas
    from pyspark.ml.functions import predict_batch_udf
    from pyspark.sql.functions import pandas_udf
    from pyspark.sql.types import IntegerType

    import octet.spark
    from octet._spark_command import _Input

    content = pathlib.Path(tflite).read_bytes()

    def make_predict():
        state = interpreter_of(content, BATCH)
        return lambda files: classes_of(state, [io.BytesIO(data) for data in files])

    batch_udf = predict_batch_udf(make_predict, return_type=IntegerType(), batch_size=BATCH)

    @pandas_udf("int")
    def of_paths(parts: Iterator[pandas.Series]) -> Iterator[pandas.Series]:
        state = interpreter_of(content, BATCH)
        for part in parts:
            yield pandas.Series(classes_of(state, part.tolist()))

    @pandas_udf("int")
    def of_contents(parts: Iterator[pandas.Series]) -> Iterator[pandas.Series]:
        state = interpreter_of(content, BATCH)
        for part in parts:
            yield pandas.Series(classes_of(state, [io.BytesIO(data) for data in part]))

    def listed(where):
        source = _Input(str(where), False)
        return source.rows(spark, list(source.paths()), None)

    def binary(where, tuned):
        spark.conf.set("spark.sql.files.openCostInBytes", 4096 if tuned else 4 << 20)
        return spark.read.format("binaryFile").option("recursiveFileLookup", True).option(
            "pathGlobFilter", "*.png").load(str(where))

    return {
        "batch udf": lambda where: binary(where, False).select("path", batch_udf("content").alias("class")),
        "paths": lambda where: listed(where).select("path", of_paths("path").alias("class")),
        "content": lambda where: binary(where, True).select("path", of_contents("content").alias("class")),
        "octet paths": lambda where: octet.spark.classify(listed(where), MODEL),
        "octet content": lambda where: octet.spark.classify(binary(where, True).select("path", "content"), MODEL),
    }


def tree_seconds():
    """Processor time of this process and all below it, that of those which have ended too."""
    parents, spent = {}, {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.name)] = int(fields[1])
        spent[int(entry.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    own = os.getpid()

    def is_below(pid):
        while pid in parents and pid != own:
            pid = parents[pid]
        return pid == own

    return sum(seconds for pid, seconds in spent.items() if is_below(pid))




def check_answers(program, frame, folder):
    """Whether classes and probabilities are those of octet classify."""
    said = subprocess.run(
        [program, "classify", MODEL, folder, "--csv", "--quiet"], check=True, capture_output=True, text=True).stdout
    wanted = {}
    for line in said.splitlines()[1:]:
        path, name, probability = line.split(",")[:3]
        wanted[path] = (name, probability)
    found = {
        row["path"]: (row["class"], f"{(round(row.probability * 65536) * 15625 + 512) // 1024 / 1e6:.6f}")
        for row in frame.toLocalIterator()}
    if found != wanted:
        different = [path for path in wanted if found.get(path) != wanted[path]]
        sys.exit(f"bench: {len(different)} of {len(wanted)} answers are not octet classify's, such as {different[:2]}")
    return len(wanted)


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--octet", required=True)
    parser.add_argument("--tflite", required=True)
    parser.add_argument("--data")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.files, options.runs = 2_000, 1
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    work = pathlib.Path(tempfile.mkdtemp())
    try:
        make_files(options.octet, work / "all", options.data, options.files)
        make_files(options.octet, work / "few", options.data, options.files // 10)
        spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", False).config(
            "spark.ui.showConsoleProgress", False).config("spark.driver.memory", "3g").getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        measured = measure(spark, work, options)
        spark.stop()
    finally:
        shutil.rmtree(work)
    show(measured, options.json)


def measure(spark, work, options):
    every = ways(spark, work, options.tflite)

    def run(way, where):
        frame = every[way](where)
        frame.select("path", "class").write.format("noop").mode("overwrite").save()

    for way in every:
        run(way, work / "few")
    turns = {way: [] for way in every}
    for _ in range(options.runs):
        for way in every:
            started, used = time.perf_counter(), tree_seconds()
            run(way, work / "all")
            turns[way].append((time.perf_counter() - started, tree_seconds() - used))
    result = {"part": "spark", "files": options.files, "runs": options.runs, "ways": {}}
    for way, found in turns.items():
        result["ways"][way] = {
            "files_per_second": options.files / statistics.median(wall for wall, _ in found),
            "cpu_microseconds": statistics.median(cpu for _, cpu in found) / options.files * 1e6}
    result["ratios"] = [
        {"of": own, "to": other, "target": target,
         "ratio": result["ways"][own]["files_per_second"] / result["ways"][other]["files_per_second"],
         "cpu_ratio": result["ways"][other]["cpu_microseconds"] / result["ways"][own]["cpu_microseconds"]}
        for own, other, target in TARGETS]
    result["compared"] = check_answers(options.octet, every["octet paths"](work / "all"), work / "all")
    result["memory"] = memory(spark, every, work)
    return result


def memory(spark, every, work):
    """Peaks of new processes, after few files and after twenty times as many."""
    spark.sparkContext._jvm.System.gc()
    found = {}
    for way in ("octet paths", "octet content"):
        # Processes of Python are kept as long as their settings are the same.
        spark.sparkContext.environment["OCTET_BENCH"] = way
        all_twice = every[way](work / "all").union(every[way](work / "all"))
        for name, frame in (("a tenth", every[way](work / "few")), ("all twice", all_twice)):
            frame.select("path", "class").write.format("noop").mode("overwrite").save()
            found[f"{way}, {name}"] = peak_megabytes(way)
    return found


def peak_megabytes(mark):
    """The largest peak of the Python processes that were started with a mark."""
    peaks = [0.0]
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if f"OCTET_BENCH={mark}\0".encode() not in (entry / "environ").read_bytes() + b"\0":
                continue
            if b"pyspark.daemon" in (entry / "cmdline").read_bytes():
                line = next(line for line in (entry / "status").read_text().splitlines() if line.startswith("VmHWM"))
                peaks.append(int(line.split()[1]) / 1024)
        except (OSError, StopIteration):
            continue
    return max(peaks)


def show(result, is_json):
    if is_json:
        print(json.dumps(result))
        return
    print(f"{result['files']:,} PNG files on two cores, median of {result['runs']} runs")
    for way, found in result["ways"].items():
        print(f"  {way:16}{found['files_per_second']:9,.0f} files/s  {found['cpu_microseconds']:8.1f} us of a core")
    for ratio in result["ratios"]:
        print(f"  {ratio['of']} to {ratio['to']}: {ratio['ratio']:.2f} (target {ratio['target']:g}), by processor time "
              f"{ratio['cpu_ratio']:.2f}")
    print(f"  {result['compared']:,} answers are octet classify's")
    for name, peak in result["memory"].items():
        print(f"  peak of a Python process, {name}: {peak:.0f} MB")


if __name__ == "__main__":
    main()
