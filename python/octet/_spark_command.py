"""The command `python -m octet.spark`: a folder of pictures through a model, and the answers as Parquet."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from typing import Any, Iterator, Optional, Sequence
from urllib.parse import urlsplit

from octet._library import OctetError
from octet._model import Model, load
from octet.spark import classify

ENDINGS = (".png", ".PNG", ".jpg", ".JPG", ".jpeg", ".JPEG")
# A task's pictures: what is lost of its work where it is interrupted, and enough that its start does not count.
_LEAST_IN_TASK, _MOST_IN_TASK = 1_000, 20_000
# Where what is said of the answers stands beside them; Spark does not read names that begin so.
_ABOUT = "_octet.json"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m octet.spark", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Classifies pictures with Spark, on all cores of this machine or on a cluster.",
        epilog="""\
INPUT is one of
  a folder       all .png, .jpg and .jpeg files in it and in its subfolders; their paths are listed here, and the
                 workers open them
  FILE.txt       paths, one a line
  FILE.parquet   a Parquet file or folder with a column path, content (of files) or another that --column names
  a URL          a folder that only Spark reaches, such as hdfs://... or s3a://...

OUTPUT is a Parquet folder with the columns path, class, probability and error. It grows while the command runs; where
it was interrupted, --resume goes on with what is missing.

On a cluster: spark-submit --master yarn FOLDER/octet/spark.py MODEL INPUT OUTPUT, where FOLDER is the one that
'import octet' finds; the workers need octet, numpy and pyarrow too.""")
    parser.add_argument("model", metavar="MODEL", help="the .octet file")
    parser.add_argument("input", metavar="INPUT")
    parser.add_argument("output", metavar="OUTPUT")
    parser.add_argument("--resume", action="store_true", help="go on with an OUTPUT that is not complete")
    parser.add_argument("--content", action="store_true", help="let Spark read the files of a folder, not the workers")
    parser.add_argument("--column", metavar="NAME", help="what to look at in a Parquet INPUT (content, else path)")
    parser.add_argument("--keep", metavar="A,B,...", help="columns of a Parquet INPUT to carry along")
    parser.add_argument("--probabilities", action="store_true", help="also write the probability of each class")
    parser.add_argument("--in-task", metavar="N", type=int, help="pictures of a task (1,000 to 20,000)")
    parser.add_argument("--master", metavar="URL", help="where to run (local[*,4], or what spark-submit says)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def main(arguments: Optional[Sequence[str]] = None) -> int:
    options = _parser().parse_args(arguments)
    if options.in_task is not None and options.in_task < 1:
        _parser().error(f"--in-task takes a number from 1 on, not {options.in_task}")
    try:
        found = _run(options)
    except OctetError as error:
        print(f"octet.spark: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(found))
    else:
        errors = f", {found['errors']:,} of them with an error" if found["errors"] else ""
        print(f"Wrote {options.output}: {found['rows']:,} rows{errors}")
    return 0


def _run(options: Any) -> dict[str, Any]:
    model = load(options.model)
    source = _Input(options.input, options.content)
    if source.is_table and options.content:
        raise OctetError(f"{options.input}: --content is for folders of pictures, and this is a table")
    if not source.is_table and (options.column or options.keep):
        raise OctetError(f"{options.input}: --column and --keep are for Parquet files, and this is a folder or a list")
    # What cannot be found is told before Spark is started.
    paths = list(source.paths()) if source.is_listed else None
    if paths is not None and not paths:
        raise OctetError(f"{options.input}: holds no pictures: name another folder")
    session = _session(options.master)
    try:
        output = _Output(session, options.output, _about(options, model))
        output.begin(options.resume)
        rows = source.rows(session, paths, options.in_task)
        if options.resume:
            rows = output.missing(rows, source.tasks)
        answers = classify(
            rows, model, options.column, probabilities=options.probabilities,
            keep=[name for name in (options.keep or "").split(",") if name])
        output.write(answers)
        return output.counts()
    finally:
        session.stop()


def _about(options: Any, model: Model) -> dict[str, Any]:
    """What answers must have in common to stand in one folder."""
    return {
        "model": hashlib.sha256(model.to_bytes()).hexdigest(), "probabilities": options.probabilities,
        "column": options.column, "keep": options.keep}


def _session(master: Optional[str]) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("octet").config(
        "spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
    if master or "PYSPARK_GATEWAY_PORT" not in os.environ:
        # Started by itself and not by spark-submit: a task is tried four times, as on clusters.
        builder = builder.master(master or "local[*,4]")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


class _Input:
    """What INPUT names."""

    def __init__(self, name: str, reads_content: bool) -> None:
        parts = urlsplit(name)
        # A Windows drive is no scheme, nor is what stands before a colon in a file's name.
        self.is_remote = "://" in name and parts.scheme != "file"
        self.name = name
        self.path = parts.path if parts.scheme == "file" else name
        self.is_table = name.rstrip("/").endswith(".parquet") or (not self.is_remote and self._holds_parquet())
        self.is_list = not self.is_table and not self.is_remote and name.endswith(".txt")
        self.is_listed = self.is_list or not (self.is_table or self.is_remote or reads_content)
        #: Tasks of a run over all of it; None for as many as Spark finds.
        self.tasks: Optional[int] = None
        if not self.is_remote and not os.path.exists(self.path):
            raise OctetError(f"{name}: there is no such file or folder")

    def _holds_parquet(self) -> bool:
        try:
            with os.scandir(self.path) as entries:
                return any(entry.name.endswith(".parquet") for entry in entries)
        except OSError:
            return False

    def paths(self) -> Iterator[str]:
        for path in _lines(self.path) if self.is_list else _pictures(os.path.abspath(self.path)):
            try:
                path.encode()
            except UnicodeEncodeError:
                shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
                raise OctetError(
                    f"{shown}: its name is no UTF-8, which columns of Spark hold: rename it, or use octet classify"
                ) from None
            yield path

    def rows(self, session: Any, paths: Optional[list[str]], in_task: Optional[int]) -> Any:
        """A DataFrame, of paths, of files, or what is in a table."""
        if paths is not None:
            count = in_task or _in_task(len(paths), session.sparkContext.defaultParallelism)
            # A row for each task with all its paths, which Spark takes apart without Python. No path has a zero byte.
            pieces = [("\0".join(paths[first:first + count]),) for first in range(0, len(paths), count)]
            self.tasks = len(pieces)
            spread = session.sparkContext.parallelize(pieces, len(pieces))
            together = session.createDataFrame(spread, "paths string", verifySchema=False)
            return together.selectExpr(r"explode(split(paths, '\\x00')) as path")
        if self.is_table:
            return session.read.parquet(self.name)
        # With the usual four megabytes for each file that is opened, small ones take ten times as long.
        session.conf.set("spark.sql.files.openCostInBytes", 4096)
        session.conf.set("spark.sql.files.maxPartitionBytes", 32 << 20)
        # Rows that go to Python at once; each has all bytes of a file.
        session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 1000)
        endings = ",".join(ending[1:] for ending in ENDINGS)
        return session.read.format("binaryFile").option("pathGlobFilter", f"*.{{{endings}}}").option(
            "recursiveFileLookup", True).load(self.name).select("path", "content")


def _in_task(count: int, cores: int) -> int:
    return max(_LEAST_IN_TASK, min(_MOST_IN_TASK, -(-count // (4 * cores))))


def _lines(path: str) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            for line in file:
                line = line.rstrip("\r\n")
                if line:
                    yield os.path.abspath(line) if "://" not in line and not line.startswith("file:") else line
    except OSError as error:
        raise OctetError(f"{path}: cannot be read: {error.strerror}") from None


def _pictures(folder: str) -> Iterator[str]:
    """Paths of all pictures in a folder and its subfolders, as `octet classify` finds them: none that are hidden."""
    entered: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            # However many links lead to a folder.
            status = os.stat(here)
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            with os.scandir(here) as entries:
                names = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            raise OctetError(f"{here}: cannot be listed: {error.strerror}") from None
        folders = []
        for entry in names:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                folders.append(entry.path)
            elif entry.name.endswith(ENDINGS):
                yield entry.path
        waiting.extend(reversed(folders))


class _Output:
    """The folder of the answers."""

    def __init__(self, session: Any, name: str, about: dict[str, Any]) -> None:
        self._session, self._name, self._about = session, name, about
        hadoop = session.sparkContext._jvm.org.apache.hadoop
        self._path = hadoop.fs.Path(name)
        self._files = self._path.getFileSystem(session.sparkContext._jsc.hadoopConfiguration())
        self._about_path = hadoop.fs.Path(self._path, _ABOUT)

    def begin(self, resumes: bool) -> None:
        """Sees to it that all answers in the folder are of one kind."""
        if self._files.exists(self._path):
            if not resumes:
                raise OctetError(f"{self._name}: exists: go on with it (--resume), or name another folder")
            if not self._files.exists(self._about_path):
                raise OctetError(f"{self._name}: was not written by this command: name another folder")
            stream = self._files.open(self._about_path)
            try:
                text = self._session.sparkContext._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8")
            finally:
                stream.close()
            different = [name for name, value in json.loads(text).items() if value != self._about.get(name)]
            if different:
                raise OctetError(
                    f"{self._name}: holds answers with another {different[0]}: name another folder, or give the same")
            return
        if resumes:
            raise OctetError(f"{self._name}: there is nothing to go on with: leave --resume out")
        stream = self._files.create(self._about_path)
        try:
            stream.write(bytearray(json.dumps(self._about).encode()))
        finally:
            stream.close()

    def _answers(self) -> Optional[Any]:
        """What has been written; None where nothing has."""
        names = [status.getPath().getName() for status in self._files.listStatus(self._path)]
        if not any(name.endswith(".parquet") for name in names):
            return None
        return self._session.read.parquet(self._name)

    def missing(self, rows: Any, tasks: Optional[int]) -> Any:
        """Rows whose paths have no answer yet."""
        if "path" not in rows.columns:
            raise OctetError("without a column path it cannot be told what is missing: begin anew")
        done = self._answers()
        if done is None:
            return rows
        rest = rows.join(done.select("path"), "path", "left_anti")
        # What a join leaves is in few large parts.
        return rest.repartition(tasks) if tasks else rest

    def write(self, answers: Any) -> None:
        # A task's file appears as a whole, by one renaming, when the task is done and the driver agrees: what is
        # finished is kept where the driver is killed.
        answers.write.mode("append").option("mapreduce.fileoutputcommitter.algorithm.version", "2").parquet(self._name)

    def counts(self) -> dict[str, Any]:
        answers = self._answers()
        row = answers.selectExpr("count(*) as count", "count(error) as errors").first() if answers is not None else None
        return {"output": self._name, "rows": row["count"] if row else 0, "errors": row["errors"] if row else 0}
