"""Writes an .h5 or weights file once more, in a random one of the forms that HDF5 has for the same contents."""
import dataclasses
import itertools

import h5py
import numpy

VERSIONS = ["earliest", "v108", "v110", "v112", "v114", "latest"]


@dataclasses.dataclass
class Form:
    """What a file is like; what an array is like is drawn for each."""
    low: str
    high: str
    track_order: bool
    pages: bool
    many_attributes: bool
    fixed_texts: bool

    @staticmethod
    def draw(random):
        place = int(random.integers(len(VERSIONS)))
        high = str(random.choice([v for v in VERSIONS[place:] if v != "earliest"]))
        form = Form(
            VERSIONS[place], high, *(bool(random.random() < share) for share in (0.3, 0.2, 0.4, 0.3)))
        # Files in pages came with 1.10.
        return dataclasses.replace(form, pages=form.pages and high != "v108")

    def open(self, path):
        settings = {"fs_strategy": "page", "fs_persist": True} if self.pages else {}
        return h5py.File(path, "w", libver=(self.low, self.high), track_order=self.track_order, **settings)


def rewrite(source, plain, target, random):
    """Copies the file `source` to `target` in a form that is drawn, and says which.

    Some arrays are rounded or have a part set to one value, as some forms hold such numbers only; `plain` is a copy in
    the form of `source` with the same numbers.
    """
    form = Form.draw(random)
    notes = set()
    with h5py.File(source) as one, h5py.File(plain, "w") as other, form.open(target) as new:
        copy(one, other, new, form, random, notes)
    return f"{form.low} to {form.high}", notes


def copy(source, plain, target, form, random, notes):
    attributes(source, plain, target, form, random, notes)
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            copy(item, plain.create_group(name), target.create_group(name, track_order=form.track_order), form, random,
                 notes)
        else:
            values, settings = drawn(item[()], random, notes)
            plain.create_dataset(name, data=values.numbers)
            write(target, name, values, settings)
            attributes(item, plain[name], target[name], form, random, notes)


def attributes(source, plain, target, form, random, notes):
    if form.many_attributes and random.random() < 0.3:
        notes.add("many attributes")
        for index in range(int(random.integers(5, 40))):
            target.attrs[f"note{index}"] = random.standard_normal(int(random.integers(1, 900)))
    for name, value in source.attrs.items():
        plain.attrs[name] = value
        if form.fixed_texts and isinstance(value, str) and (len(value) < 64000 or form.low != "earliest"):
            notes.add("texts of fixed size" + (" beyond 64 KB" if len(value) > 64000 else ""))
            value = numpy.bytes_(value.encode())
        target.attrs[name] = value


@dataclasses.dataclass
class Values:
    numbers: numpy.ndarray
    stored: numpy.dtype
    # The chunks that are left out, and what their elements are.
    holes: list
    fill: float


def drawn(numbers, random, notes):
    """The numbers of an array after what its form does to them, and the form: layout, filters, type, holes."""
    numbers = numpy.array(numbers)
    kinds = [("<f4", 8), (">f4", 1), ("<f8", 1), (">f8", 1), ("<f2", 1), (">f2", 0.5)]
    kinds += [(order + kind, 0.4) for order in "<>" for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")]
    weights = numpy.array([weight for _, weight in kinds])
    stored = numpy.dtype(str(random.choice([kind for kind, _ in kinds], p=weights / weights.sum())))
    if numbers.dtype.kind != "f":
        stored = numbers.dtype
    elif stored.kind in "iu":
        scale = float(random.choice([1, 2, 5]))
        numbers = numpy.clip(numpy.round(numbers * scale), 0 if stored.kind == "u" else -100, 100).astype("f4")
    else:
        numbers = numbers.astype(stored).astype("f4")
    notes.add(f"numbers {stored.str}")
    values = Values(numbers, stored, [], 0)
    settings = {}
    if numbers.ndim == 0 or numbers.size == 0:
        return values, settings
    layout = str(random.choice(["contiguous", "compact", "chunked"], p=[0.15, 0.1, 0.75]))
    if layout == "compact" and numbers.size * stored.itemsize > 60000:
        layout = "contiguous"
    settings["layout"] = layout
    if random.random() < 0.4:
        values.fill = settings["fillvalue"] = 1 if stored.kind in "iu" else 0.25
    if layout != "chunked":
        notes.add(layout)
        if layout == "contiguous" and random.random() < 0.1:
            notes.add("not written")
            values.numbers = numpy.full_like(numbers, values.fill)
            values.holes = [tuple(slice(None) for _ in numbers.shape)]
        return values, settings
    rank = numbers.ndim
    chunk = tuple(int(random.integers(1, size + 1)) for size in numbers.shape)
    # At most some thousands of chunks.
    while numpy.prod([-(-size // step) for size, step in zip(numbers.shape, chunk)]) > 4000:
        chunk = tuple(min(size, 2 * step) for size, step in zip(numbers.shape, chunk))
    if random.random() < 0.2:
        chunk = numbers.shape
    growth = str(random.choice(["none", "some", "one", "several"], p=[0.4, 0.2, 0.25, 0.15]))
    largest = list(numbers.shape)
    if growth == "some":
        largest = [size + int(random.integers(0, 9)) for size in largest]
    for axis in random.permutation(rank)[:{"none": 0, "some": 0, "one": 1, "several": 2}[growth]]:
        largest[axis] = None
    if growth == "one" and random.random() < 0.5:
        largest = [size and size + int(random.integers(0, 4)) for size in largest]
    settings["maxshape"], settings["chunks"] = tuple(largest), chunk
    settings["early"] = bool(random.random() < 0.25)
    filters = [kind for kind in ("shuffle", "gzip", "fletcher32") if random.random() < 0.4]
    random.shuffle(filters)
    settings["filters"] = filters
    notes.add("chunks that may grow along " + growth)
    notes.update(filters)
    if settings["early"] and not filters:
        notes.add("early")
    pieces = list(itertools.product(*(range(0, size, step) for size, step in zip(numbers.shape, chunk))))
    if random.random() < 0.4:
        for start in pieces:
            if random.random() < 0.3:
                place = tuple(slice(begin, begin + step) for begin, step in zip(start, chunk))
                values.numbers[place] = values.fill
                values.holes.append(place)
        notes.add("chunks not written")
    settings["pieces"] = pieces
    return values, settings


def write(group, name, values, settings):
    shape = values.numbers.shape
    if not settings:
        group.create_dataset(name, data=values.numbers.astype(values.stored))
        return
    space = h5py.h5s.create_simple(shape, tuple(
        h5py.h5s.UNLIMITED if size is None else size for size in settings.get("maxshape", shape)))
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if "fillvalue" in settings:
        properties.set_fill_value(numpy.array(settings["fillvalue"], values.stored))
    layouts = {"contiguous": h5py.h5d.CONTIGUOUS, "compact": h5py.h5d.COMPACT, "chunked": h5py.h5d.CHUNKED}
    properties.set_layout(layouts[settings["layout"]])
    if settings["layout"] == "chunked":
        properties.set_chunk(settings["chunks"])
        for kind in settings["filters"]:
            if kind == "gzip":
                properties.set_deflate(6)
            elif kind == "shuffle":
                properties.set_shuffle()
            else:
                properties.set_fletcher32()
        if settings["early"]:
            properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    array = h5py.Dataset(h5py.h5d.create(
        group.id, name.encode(), h5py.h5t.py_create(values.stored), space, dcpl=properties))
    holes = {tuple(part.start or 0 for part in place) for place in values.holes}
    if settings["layout"] != "chunked":
        if not holes:
            array[...] = values.numbers
        return
    if not holes:
        array[...] = values.numbers
        return
    for start in settings["pieces"]:
        if start not in holes:
            place = tuple(slice(begin, begin + step) for begin, step in zip(start, settings["chunks"]))
            array[place] = values.numbers[place]
