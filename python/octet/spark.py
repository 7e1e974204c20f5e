"""Pictures and features through a model with Spark: a row of answers for each row.

>>> import octet.spark                                                                      # doctest: +SKIP
>>> pictures = spark.read.format("binaryFile").load("digits")                               # doctest: +SKIP
>>> octet.spark.classify(pictures, "cnn-two-pool.octet").write.parquet("answers")           # doctest: +SKIP

``python -m octet.spark MODEL INPUT OUTPUT`` does this for a folder of files, and goes on where it was interrupted. This
module needs pyspark and pyarrow; the workers need the package ``octet`` too.
"""

from __future__ import annotations

import hashlib
import os
import sys
from typing import TYPE_CHECKING, Any, Callable, Iterator, NamedTuple, Optional, Sequence, Union

import numpy

from octet._library import FILES, PATHS, OctetError
from octet._model import Model, load

# Before a session is made: Spark runs this Python, and not the first python3 of the PATH.
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)

try:
    import pyarrow
    import pyarrow.compute
    from pyspark.sql import types as spark_types
except ImportError as missing:
    raise ImportError(f"octet.spark needs pyspark and pyarrow (pip install pyspark pyarrow): {missing}") from None

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["classify"]

# Rows that are run in a call: enough that Python's own time does not count, and little memory for what they give.
_ROWS_TOGETHER = 4096
# Models that a worker keeps open.
_MOST_OPEN = 4


def classify(
    df: DataFrame,
    model: Union[str, os.PathLike[str], bytes, Model],
    column: Optional[str] = None,
    *,
    probabilities: bool = False,
    keep: Sequence[str] = (),
) -> DataFrame:
    """The answers of a model for each row of a DataFrame.

    df
        holds pictures or features in one column, and perhaps their paths in a column ``path``, as Spark's source
        ``binaryFile`` gives them.
    model
        an .octet file, by its path on the driver or its bytes, or an open ``Model``. It is sent to each machine once,
        and opened once by each of Spark's Python processes.
    column
        the column to look at: ``content`` if there is one, else ``path``, unless told. What it holds follows from its
        type: strings are paths of files, which the workers open; binary is the contents of PNG or JPEG files; arrays
        of numbers (or vectors of Spark ML) are items as ``Model.predict`` takes them: floats as the float model did,
        and bytes as integers of the input.
    probabilities
        whether there is a column with the probability of each class.
    keep
        other columns that are carried along.

    Each row becomes a row with ``path`` (where there is one), what is kept, ``class``, ``probability``, ``error``, and
    ``probabilities`` if asked. What cannot be read or run has a line in ``error``, and null in the others; ``error`` is
    null for all else. Pictures are fitted to the model as `octet classify` does, with the same answers. A task computes
    in one thread.
    """
    opened = model if isinstance(model, Model) else load(model)
    if not opened._has_classes:
        raise OctetError("the model's first output holds no classes")
    if probabilities and not opened._outputs[0].has_probabilities:
        raise OctetError("the model has no probabilities: leave probabilities out")
    session = df.sparkSession
    _use_this_python(session)
    column = _chosen_column(df, column)
    kind = _kind(df.schema[column])
    if kind in (_Kind.PATHS, _Kind.FILES) and opened.describe()["input"]["kind"] == "features":
        raise OctetError("the model takes features and no pictures: name a column of arrays of numbers")
    if isinstance(df.schema[column].dataType, spark_types.UserDefinedType):
        from pyspark.ml.functions import vector_to_array
        df = df.withColumn(column, vector_to_array(column, "float32"))
    path = column if kind == _Kind.PATHS else "path" if "path" in df.columns else None
    names = list(dict.fromkeys([*([path] if path else []), *keep, column]))
    unknown = [name for name in names if name not in df.columns]
    if unknown:
        raise OctetError(f"there is no column {unknown[0]!r}; there are: {', '.join(df.columns)}")
    fields = [spark_types.StructField("path", spark_types.StringType())] if path else []
    fields += [df.schema[name] for name in keep]
    fields += [
        spark_types.StructField("class", spark_types.StringType()),
        spark_types.StructField("probability", spark_types.FloatType()),
        spark_types.StructField("error", spark_types.StringType())]
    if probabilities:
        fields.append(
            spark_types.StructField("probabilities", spark_types.ArrayType(spark_types.FloatType(), False)))
    twice = [field.name for place, field in enumerate(fields) if field.name in [f.name for f in fields[:place]]]
    if twice:
        raise OctetError(f"two columns would be called {twice[0]!r}: rename the one that is kept")
    task = _Task(_Shared(session, opened.to_bytes()), kind, column, path, tuple(keep), probabilities)
    # Columns that are not used are not read.
    return df.select(*[_quoted(name) for name in names]).mapInArrow(task, spark_types.StructType(fields))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _use_this_python(session: Any) -> None:
    """For a session that was made before this module was imported."""
    context = getattr(session, "_sc", None)
    if context is None or context.getConf().get("spark.pyspark.python") is not None:
        return
    if context.pythonExec == "python3":
        context.pythonExec = os.environ["PYSPARK_PYTHON"]


class _Kind:
    """What a column holds."""

    PATHS, FILES, ARRAYS = "paths", "files", "arrays"


def _chosen_column(df: DataFrame, column: Optional[str]) -> str:
    if column is not None:
        if column in df.columns:
            return column
        raise OctetError(f"there is no column {column!r}; there are: {', '.join(df.columns)}")
    for name in ("content", "path"):
        if name in df.columns:
            return name
    raise OctetError(f"there is neither content nor path: name a column; there are: {', '.join(df.columns)}")


def _kind(field: spark_types.StructField) -> str:
    kind = field.dataType
    if isinstance(kind, spark_types.StringType):
        return _Kind.PATHS
    if isinstance(kind, spark_types.BinaryType):
        return _Kind.FILES
    if isinstance(kind, spark_types.ArrayType) and isinstance(kind.elementType, spark_types.NumericType):
        return _Kind.ARRAYS
    if isinstance(kind, spark_types.UserDefinedType) and kind.simpleString() == "vector":
        return _Kind.ARRAYS
    raise OctetError(
        f"column {field.name!r} holds {kind.simpleString()}: give strings (paths), binary (PNG files), or arrays of "
        "numbers")


# On the workers

class _Shared:
    """A model's bytes, which Spark sends to each machine once; where it cannot, they go with each task."""

    def __init__(self, session: Any, data: bytes) -> None:
        self.digest = hashlib.sha256(data).hexdigest()
        context = getattr(session, "_sc", None)
        self._data = data if context is None else context.broadcast(data)

    def bytes(self) -> bytes:
        return self._data if isinstance(self._data, bytes) else self._data.value


#: Open models of this process, the latest last.
_open_models: dict[str, Model] = {}


def _opened(shared: _Shared) -> Model:
    model = _open_models.pop(shared.digest, None) or Model(shared.bytes())
    _open_models[shared.digest] = model
    while len(_open_models) > _MOST_OPEN:
        _open_models.pop(next(iter(_open_models)))
    return model


class _Found(NamedTuple):
    """Answers of some rows: the class by its number or -1, probabilities, errors by the place of their rows."""

    classes: numpy.ndarray
    reals: numpy.ndarray
    errors: dict[int, str]


class _Task:
    """What runs over the batches of a partition. Made on the driver, and sent to the workers."""

    def __init__(
        self, shared: _Shared, kind: str, column: str, path: Optional[str], keep: tuple[str, ...],
        wants_probabilities: bool,
    ) -> None:
        self._shared, self._kind, self._column, self._path = shared, kind, column, path
        self._keep, self._wants_probabilities = keep, wants_probabilities

    def __call__(self, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        model = _opened(self._shared)
        run: Callable[[Model, Any], _Found] = {
            _Kind.PATHS: _run_paths, _Kind.FILES: _run_files, _Kind.ARRAYS: _run_arrays}[self._kind]
        for batch in batches:
            for first in range(0, batch.num_rows, _ROWS_TOGETHER):
                rows = batch.slice(first, _ROWS_TOGETHER)
                yield self._answers(model, rows, run(model, rows.column(self._column)))

    def _answers(self, model: Model, rows: pyarrow.RecordBatch, found: _Found) -> pyarrow.RecordBatch:
        failed = found.classes < 0
        classes = pyarrow.array(found.classes, mask=failed)
        named = (
            pyarrow.array(model.classes_.tolist(), pyarrow.string()).take(classes) if model.classes_.size
            else classes.cast(pyarrow.string()))
        columns: dict[str, Any] = {"path": rows.column(self._path)} if self._path else {}
        columns.update((name, rows.column(name)) for name in self._keep)
        columns["class"] = named
        if model._outputs[0].has_probabilities:
            places = numpy.arange(len(failed)), found.classes
            columns["probability"] = pyarrow.array(found.reals[places], mask=failed)
        else:
            columns["probability"] = pyarrow.nulls(len(failed), pyarrow.float32())
        texts: list[Optional[str]] = [None] * len(failed)
        for place, text in found.errors.items():
            texts[place] = text
        columns["error"] = pyarrow.array(texts, pyarrow.string())
        if self._wants_probabilities:
            width = found.reals.shape[1]
            starts = numpy.arange(len(failed) + 1, dtype=numpy.int32) * width
            columns["probabilities"] = pyarrow.ListArray.from_arrays(
                pyarrow.array(starts), pyarrow.array(found.reals.reshape(-1)), mask=pyarrow.array(failed))
        return pyarrow.RecordBatch.from_arrays(list(columns.values()), list(columns))


def _run_paths(model: Model, paths: Any) -> _Found:
    # A path as Spark writes it; with a name of a host it is of this machine too.
    if pyarrow.compute.any(pyarrow.compute.starts_with(paths, "file:")).as_py():
        paths = pyarrow.compute.replace_substring_regex(paths, r"(?s)^file:(?://[^/]*)?(/.*)$", r"\1")
    found = _run_pictures(model, PATHS, paths)
    for place in found.errors:
        path = paths[place].as_py()
        if path is not None and "://" in path:
            found.errors[place] = (
                "is on no file system of this machine; read it with spark.read.format(\"binaryFile\"), for the column "
                "content")
    return found


def _run_files(model: Model, contents: Any) -> _Found:
    return _run_pictures(model, FILES, contents)


def _run_pictures(model: Model, source: int, values: Any) -> _Found:
    """Arrow has strings and bytes in one piece of memory, with the place at which each begins."""
    kinds = (pyarrow.types.is_large_string, pyarrow.types.is_large_binary)
    width = numpy.int64 if any(is_large(values.type) for is_large in kinds) else numpy.int32
    buffers = values.buffers()
    starts = numpy.frombuffer(buffers[1], width, len(values) + 1, values.offset * width().itemsize)
    sizes = numpy.diff(starts).astype(numpy.int64)
    if values.null_count:
        sizes[values.is_null().to_numpy(zero_copy_only=False)] = -1
    start = buffers[2].address if buffers[2] is not None else 0
    classes, reals, errors = model.run_pictures(source, start, starts[:-1], sizes, True)
    assert reals is not None
    return _Found(classes, reals, errors)


def _run_arrays(model: Model, arrays: Any) -> _Found:
    lengths = arrays.value_lengths().fill_null(-1).to_numpy(zero_copy_only=False)
    values = model.input_shape[0] * model.input_shape[1] * model.input_shape[2]
    good = lengths == values
    errors = {
        int(place): "there is no array; give one" if lengths[place] < 0
        else f"has {lengths[place]} numbers; the model takes {values}"
        for place in numpy.flatnonzero(~good)}
    items = arrays.filter(pyarrow.array(good)) if errors else arrays
    # Null among numbers becomes NaN.
    numbers = items.flatten().to_numpy(zero_copy_only=False).reshape(-1, values)
    if numbers.dtype != numpy.int8:
        with numpy.errstate(over="ignore"):
            numbers = numbers.astype(numpy.float32, copy=False)
        finite = numpy.isfinite(numbers).all(axis=1)
        if not finite.all():
            places = numpy.flatnonzero(good)[~finite]
            errors.update((int(place), "holds null, or numbers that are not finite") for place in places)
            good[places] = False
            numbers = numbers[finite]
    width = model._outputs[0].reals
    classes, reals = numpy.full(len(good), -1, numpy.int32), numpy.zeros((len(good), width), numpy.float32)
    if len(numbers):
        classes[good], reals[good] = model._runner.answers(numbers.reshape(len(numbers), *model.input_shape))
    return _Found(classes, reals, errors)


if __name__ == "__main__":
    # From the package: what workers get is found there by its name.
    from octet._spark_command import main

    sys.exit(main())
