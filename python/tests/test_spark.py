"""Tests of octet.spark with the real Spark. OCTET_PROGRAM names the program octet, OCTET_MODELS the folder Models."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings

import numpy
from pyspark.sql import SparkSession, functions

import octet
import octet.spark

MODELS = pathlib.Path(os.environ["OCTET_MODELS"])
PROGRAM = os.environ["OCTET_PROGRAM"]
MODEL = MODELS / "cnn-two-pool.octet"
FILES = 600


def program(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True).stdout


def digits(folder):
    """Pictures of digits in two folders, one in a hundred of them broken, and some with unusual names."""
    program("data", "export-png", "--count", FILES, "--out", folder)
    files = sorted(folder.glob("*.png"))
    inner = folder / "more of them"
    inner.mkdir()
    for place, file in enumerate(files):
        if place % 100 == 7:
            data = file.read_bytes()
            broken = [data[:len(data) // 2], b"", b"no picture", data[:60] + b"\xff" * 8 + data[68:], data[:20]]
            file.write_bytes(broken[place // 100 % len(broken)])
        if place % 3 == 0:
            file.rename(inner / file.name)
    shutil.copy(files[1], inner / "sieben 7 ü %20.png")
    return folder


def by_program(folder):
    """What octet classify says of each file."""
    lines = [json.loads(line) for line in program("classify", MODEL, folder, "--json", "--quiet").splitlines()]
    return {line["file"]: line for line in lines}


def session(master="local[2,4]"):
    return SparkSession.builder.master(master).config("spark.ui.enabled", False).config(
        "spark.ui.showConsoleProgress", False).config("spark.sql.shuffle.partitions", 4).getOrCreate()


def millionths(probability):
    """As octet classify rounds."""
    return (round(probability * 65536) * 15625 + 512) // 1024


class Spark(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore")
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.files = digits(cls.folder / "digits")
        cls.expected = by_program(cls.files)
        cls.spark = session()
        cls.spark.sparkContext.setLogLevel("OFF")

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()
        shutil.rmtree(cls.folder)

    def check(self, rows, has_probabilities=False, without=()):
        """Rows are what octet classify says, a row for each file."""
        self.assertEqual(len(rows), len(self.expected) - len(without))
        self.assertEqual({self.plain(row.path) for row in rows}, set(self.expected) - set(without))
        broken = 0
        for row in rows:
            wanted = self.expected[self.plain(row.path)]
            if "error" in wanted:
                broken += 1
                self.assertEqual((row["class"], row.probability, row.error), (None, None, wanted["error"]))
                continue
            self.assertIsNone(row.error)
            self.assertEqual(row["class"], wanted["class"])
            self.assertEqual(millionths(row.probability), round(wanted["probability"] * 1e6))
            if has_probabilities:
                self.assertEqual(
                    [millionths(one) for one in row.probabilities],
                    [round(one * 1e6) for one in wanted["probabilities"]])
        self.assertEqual(broken, FILES // 100 - len(without))

    @staticmethod
    def plain(path):
        return path[5:] if path.startswith("file:") else path

    def paths(self):
        return self.spark.createDataFrame([(path,) for path in self.expected], "path string").repartition(3)

    def binary(self):
        return self.spark.read.format("binaryFile").option("recursiveFileLookup", True).load(str(self.files))

    def test_paths(self):
        answers = octet.spark.classify(self.paths(), MODEL, probabilities=True)
        self.assertEqual(answers.columns, ["path", "class", "probability", "error", "probabilities"])
        rows = answers.collect()
        self.check(rows, has_probabilities=True)
        self.assertTrue(all(row.probabilities is None for row in rows if row.error))

    def test_files_of_spark(self):
        # That source has no rows for files without bytes.
        empty = [path for path in self.expected if not os.path.getsize(path)]
        self.assertEqual(len(empty), 1)
        answers = octet.spark.classify(self.binary(), MODEL.read_bytes(), keep=["length"])
        self.assertEqual(answers.columns, ["path", "length", "class", "probability", "error"])
        self.check(answers.collect(), without=empty)
        # Paths as that source writes them.
        self.check(octet.spark.classify(self.binary(), octet.load(MODEL), "path").collect(), without=empty)

    def test_bytes_without_paths(self):
        data = (self.files / next(iter(self.expected))).read_bytes()
        frame = self.spark.createDataFrame([(data,), (None,), (b"",)], "png binary").coalesce(1)
        rows = octet.spark.classify(frame, MODEL, "png").collect()
        self.assertEqual(rows[0].asDict().keys(), {"class", "probability", "error"})
        self.assertEqual(rows[0]["class"], self.expected[next(iter(self.expected))]["class"])
        self.assertEqual(
            [row.error for row in rows[1:]], ["there are no bytes; give some", "is empty; save the picture again"])

    def test_paths_that_are_none(self):
        given = [(None,), ("",), ("s3a://bucket/one.png",), (str(self.files),), ("file:///no/such.png",)]
        frame = self.spark.createDataFrame(given, "uri string").coalesce(1)
        rows = octet.spark.classify(frame, MODEL, "uri").collect()
        self.assertEqual([row.path for row in rows], [path for path, in given])
        expected = ["there is no path", "cannot be opened", "binaryFile", "is a folder", "cannot be opened"]
        for row, words in zip(rows, expected):
            self.assertIn(words, row.error)

    def test_arrays(self):
        rng = numpy.random.default_rng(1)
        items = rng.integers(0, 256, (40, 784)).astype(numpy.float32) / 255
        model = octet.load(MODELS / "dense-dropout.octet")
        expected = model.predict(items)
        rows = [(place, item.tolist()) for place, item in enumerate(items)]
        wrong = [(40, None), (41, [1.0]), (42, [float("nan")] * 784), (43, [None] + [0.0] * 783)]
        for kind in ("float", "double"):
            frame = self.spark.createDataFrame(rows + wrong, f"id int, features array<{kind}>").repartition(2)
            found = {row.id: row for row in octet.spark.classify(frame, model, "features", keep=["id"]).collect()}
            self.assertEqual([found[place]["class"] for place in range(40)], expected.tolist())
            self.assertTrue(all(found[place].error is None for place in range(40)))
            self.assertEqual(
                [found[place].error for place in range(40, 44)],
                ["there is no array; give one", "has 1 numbers; the model takes 784"]
                + ["holds null, or numbers that are not finite"] * 2)
        integers = rng.integers(-128, 128, (9, 784)).astype(numpy.int8)
        frame = self.spark.createDataFrame(
            [(place, item.tolist()) for place, item in enumerate(integers)], "id int, features array<tinyint>")
        found = {row.id: row["class"] for row in octet.spark.classify(frame, model, "features", keep=["id"]).collect()}
        self.assertEqual([found[place] for place in range(9)], model.predict(integers).tolist())

    def test_vectors_of_spark_ml(self):
        from pyspark.ml.linalg import Vectors

        items = numpy.random.default_rng(2).random((5, 784)).astype(numpy.float32)
        model = octet.load(MODELS / "dense-dropout.octet")
        rows = [(place, Vectors.dense(item)) for place, item in enumerate(items)]
        frame = self.spark.createDataFrame(rows, ["id", "v"])
        found = {row.id: row["class"] for row in octet.spark.classify(frame, model, "v", keep=["id"]).collect()}
        self.assertEqual([found[place] for place in range(5)], model.predict(items).tolist())

    def test_wrong_arguments(self):
        frame = self.spark.createDataFrame([(1, "a")], "id int, path string")
        wrong = [
            (dict(column="none"), "no column 'none'; there are: id, path"),
            (dict(column="id"), "holds int: give strings"),
            (dict(keep=["b"]), "no column 'b'"),
            (dict(keep=["path"]), "two columns would be called 'path'"),
            (dict(model="/no/such.octet"), "/no/such.octet: cannot be read"),
            (dict(model=b"nothing"), "shorter than a header"),
        ]
        for options, words in wrong:
            with self.subTest(words), self.assertRaisesRegex(octet.OctetError, words):
                octet.spark.classify(frame, **{"model": MODEL, **options})

    def test_the_model_is_opened_once_in_a_process(self):
        octet.spark.classify(self.paths().repartition(12), MODEL).collect()

        def opened(batches):
            import pyarrow

            from octet.spark import _open_models

            for batch in batches:
                pids = [f"{os.getpid()} {id(model)}" for model in _open_models.values()]
                yield pyarrow.record_batch({"found": [" ".join(pids)] * batch.num_rows})

        first = {row.found for row in self.paths().repartition(12).mapInArrow(opened, "found string").collect()}
        octet.spark.classify(self.paths().repartition(12), MODEL).collect()
        again = {row.found for row in self.paths().repartition(12).mapInArrow(opened, "found string").collect()}
        # Processes may be new; those that were there before have the same model.
        self.assertLessEqual(len(first), 4)
        self.assertTrue(first & again)

    def test_python_of_a_session_that_was_there_before(self):
        code = f"""
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", False).getOrCreate()
import octet.spark
frame = spark.createDataFrame([("/no/such.png",)], "path string")
row = octet.spark.classify(frame, {str(MODEL)!r}).first()
assert row.error.startswith("cannot be opened"), row
assert spark.sparkContext.pythonExec == sys.executable
"""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYSPARK")}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_worker_that_is_killed(self):
        many = self.paths().crossJoin(self.spark.range(400)).select("path").repartition(16)
        answers = octet.spark.classify(many, MODEL)
        found, pids = [], []

        def job():
            found.append(answers.groupBy("path", "class", "error").agg(functions.count("*").alias("times")).collect())

        thread = threading.Thread(target=job)
        thread.start()
        # When workers have computed for a while.
        deadline = time.time() + 120
        while thread.is_alive() and not pids and time.time() < deadline:
            pids = [pid for pid in workers_of(os.getpid()) if cpu_seconds(pid) > 1.5]
            time.sleep(0.01)
        self.assertTrue(pids and thread.is_alive(), "the job was over before a worker could be killed")
        os.kill(pids[0], signal.SIGKILL)
        thread.join()
        rows = found[0]
        self.assertEqual(len(rows), len(self.expected))
        self.assertEqual({row.times for row in rows}, {400})
        for row in rows:
            self.assertEqual(row["class"], self.expected[row.path].get("class"))


def processes():
    """Process, parent and command of each process."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        yield int(folder.name), int(status.rpartition(")")[2].split()[1]), command


def workers_of(ancestor):
    """Python workers of the Spark that runs below a process."""
    known = {pid: (parent, command) for pid, parent, command in processes()}

    def is_below(pid):
        while pid in known and pid != ancestor:
            pid = known[pid][0]
        return pid == ancestor

    return [
        pid for pid, (parent, command) in known.items()
        if "pyspark.daemon" in command and "pyspark.daemon" in known.get(parent, (0, ""))[1] and is_below(pid)]


def cpu_seconds(pid):
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Command(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.files = digits(cls.folder / "digits")
        cls.expected = by_program(cls.files)
        # Many names of the same files, so that there is something to interrupt.
        cls.many = cls.folder / "many"
        for copy in range(100):
            for path in cls.files.rglob("*.png"):
                target = cls.many / str(copy) / path.relative_to(cls.files)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def command(self, *arguments, **options):
        words = [sys.executable, "-m", "octet.spark", *map(str, arguments), "--master", "local[2,4]"]
        return subprocess.run(words, capture_output=True, text=True, **options)

    def answers(self, output):
        spark = session()
        try:
            return spark.read.parquet(str(output)).collect()
        finally:
            spark.stop()

    def check(self, rows):
        for row in rows:
            wanted = self.expected[str(self.files / pathlib.Path(row.path).relative_to(self.many).relative_to(
                pathlib.Path(row.path).relative_to(self.many).parts[0]))]
            self.assertEqual((row["class"], row.error), (wanted.get("class"), wanted.get("error")))

    def test_a_driver_that_is_killed(self):
        output = self.folder / "killed"
        words = [sys.executable, "-m", "octet.spark", MODEL, self.many, output, "--in-task", 2000]
        driver = subprocess.Popen(
            list(map(str, words + ["--master", "local[2,4]"])), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        deadline = time.time() + 180
        while len(list(output.glob("part-*.parquet"))) < 3 and driver.poll() is None and time.time() < deadline:
            time.sleep(0.01)
        self.assertIsNone(driver.poll(), "the job was over before it could be killed")
        os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()
        kept = {path.name: path.read_bytes() for path in output.glob("part-*.parquet")}
        self.assertGreaterEqual(len(kept), 3)
        self.assertFalse((output / "_SUCCESS").exists())

        refused = self.command(MODEL, self.many, output)
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("exists: go on with it (--resume)", refused.stderr)
        other = self.command(MODELS / "cnn-deep.octet", self.many, output, "--resume")
        self.assertIn("another model", other.stderr)

        resumed = self.command(MODEL, self.many, output, "--resume", "--json")
        total = 100 * len(self.expected)
        self.assertEqual(json.loads(resumed.stdout), {"output": str(output), "rows": total, "errors": 600})
        for name, data in kept.items():
            self.assertEqual((output / name).read_bytes(), data, name)
        rows = self.answers(output)
        self.assertEqual(len(rows), total)
        self.assertEqual(len({row.path for row in rows}), total)
        self.check(rows)
        # And nothing is left to be done.
        again = self.command(MODEL, self.many, output, "--resume", "--json")
        self.assertEqual(json.loads(again.stdout)["rows"], total)

    def test_lists_tables_and_files_of_spark(self):
        listed = self.folder / "list.txt"
        listed.write_text("\n".join(self.expected) + "\n")
        counted = {"rows": len(self.expected), "errors": FILES // 100}
        first = self.command(MODEL, listed, self.folder / "from-list", "--json", "--probabilities")
        self.assertEqual(json.loads(first.stdout), {"output": str(self.folder / "from-list"), **counted})
        # A table with a column of paths, in which the answers keep a column.
        second = self.command(
            MODEL, self.folder / "from-list", self.folder / "from-table", "--json", "--column", "path", "--keep",
            "probabilities")
        self.assertEqual(json.loads(second.stdout), {"output": str(self.folder / "from-table"), **counted})
        third = self.command(MODEL, self.files, self.folder / "from-content", "--json", "--content")
        # Without the file that has no bytes.
        self.assertEqual(
            json.loads(third.stdout),
            {"output": str(self.folder / "from-content"), "rows": counted["rows"] - 1, "errors": counted["errors"] - 1})

    def test_errors_are_one_line(self):
        empty = self.folder / "empty"
        empty.mkdir()
        for arguments, words in [
            (["/no/such.octet", self.files, "out"], "/no/such.octet: cannot be read"),
            ([MODEL, "/no/such", "out"], "/no/such: there is no such file or folder"),
            ([MODEL, empty, "out"], "holds no pictures"),
            ([MODEL, self.files, "out", "--column", "a"], "are for Parquet files"),
        ]:
            with self.subTest(words):
                done = self.command(*arguments)
                self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1))
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
