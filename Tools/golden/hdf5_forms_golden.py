"""Writes small Keras models in the newer forms of HDF5, with their outputs, for Octet's tests.

usage: python3 Tools/golden/hdf5_forms_golden.py    (needs keras and h5py)

Tests/OctetInterchangeTests/Keras/Models gets
  latest-forms.h5   an array in each form: every list of chunks, filters, holes, kinds of numbers; many layers and
                    attributes, which go into heaps with trees
  v108-forms.h5     the same as the oldest of the newer forms has it
  latest-text.h5    a configuration of more than 64 KB, which is no message of the object any more
  latest-small.keras, checked.h5   a tiny model; all of the second is under checksums
and Tests/OctetInterchangeTests/Keras/Refused what is refused by name, each a copy of the tiny model with one change.
"""
import json
import os
import pathlib
import shutil
import tempfile
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import keras
import numpy

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "OctetInterchangeTests" / "Keras"
kl = keras.layers


def pieces(array, settings, fill):
    """Only a part of the chunks is written; the others have the value that the file says."""
    def write(group, name):
        new = group.create_dataset(name, shape=array.shape, dtype="f4", fillvalue=fill, **settings)
        for start in new.iter_chunks():
            if (array[start] != fill).any():
                new[start] = array[start]
    return write


def early(array, chunks):
    """Chunks that follow each other, with room for all from the beginning."""
    def write(group, name):
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk(chunks)
        properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        space = h5py.h5s.create_simple(array.shape, tuple(size + 2 for size in array.shape))
        new = h5py.h5d.create(group.id, name.encode(), h5py.h5t.IEEE_F32LE, space, dcpl=properties)
        h5py.Dataset(new)[...] = array
    return write


def compact(array):
    def write(group, name):
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple(array.shape)
        new = h5py.h5d.create(group.id, name.encode(), h5py.h5t.IEEE_F32LE, space, dcpl=properties)
        h5py.Dataset(new)[...] = array
    return write


def brain(array):
    """Halves of float32, which have a type of their own."""
    def write(group, name):
        kind = h5py.h5t.IEEE_F32LE.copy()
        kind.set_fields(15, 7, 8, 0, 7)
        kind.set_precision(16)
        kind.set_size(2)
        kind.set_ebias(127)
        new = h5py.h5d.create(group.id, name.encode(), kind, h5py.h5s.create_simple(array.shape))
        new.write(h5py.h5s.ALL, h5py.h5s.ALL, array)
    return write


def plain(array, **settings):
    return lambda group, name: group.create_dataset(name, data=array, **settings)


def with_holes(array, chunks, random):
    """The array with some of its chunks at one value."""
    array = array.copy()
    for row in range(0, array.shape[0], chunks[0]):
        for column in range(0, array.shape[1], chunks[1]):
            if random.random() < 0.4:
                array[row:row + chunks[0], column:column + chunks[1]] = 0.25
    return array


def forms(random):
    """Kernels of a chain of layers, each with the function that writes it."""
    packed = {"compression": "gzip", "shuffle": True, "fletcher32": True}
    made = []
    size = 5

    def kernel(units):
        nonlocal size
        array = (random.standard_normal((size, units)) / 2).astype("f4")
        size = units
        return array

    def add(array, write):
        made.append((array, write))

    add(a := kernel(6), plain(a))
    add(a := kernel(6), compact(a))
    add(a := kernel(6), plain(a, chunks=(6, 6)))
    add(a := kernel(6), plain(a, chunks=(6, 6), **packed))
    add(a := kernel(7), early(a, (4, 3)))
    add(a := kernel(6), plain(a, chunks=(2, 5)))
    add(a := with_holes(kernel(7), (3, 2), random), pieces(a, {"chunks": (3, 2), "maxshape": (9, 9), **packed}, 0.25))
    # More chunks than a page of the list has, hardly any of them written.
    a = numpy.where(random.random((7, 180)) < 0.03, kernel(180), numpy.float32(0.25)).astype("f4")
    a[:6] = 0.25
    add(a, pieces(a, {"chunks": (1, 1)}, 0.25))
    # A list that grows, as far as to blocks of addresses of blocks.
    a = with_holes(kernel(2) / 8, (1, 1), random)
    add(a, pieces(a, {"chunks": (1, 1), "maxshape": (None, 3)}, 0.25))
    add(a := kernel(6), plain(a, chunks=(1, 4), maxshape=(2, None), **packed))
    # A tree of more records than a node has.
    add(a := kernel(24), plain(a, chunks=(1, 1), maxshape=(None, None)))
    add(a := kernel(6) / 4, plain(a, chunks=(5, 4), maxshape=(None, None), **packed))
    add(a := kernel(4).astype("f2").astype("f4"), plain(a, dtype="f2"))
    add(a := (kernel(4).view("u4") & 0xFFFF0000).view("f4"), brain(a))
    add(a := kernel(4), plain(a, dtype=">f8"))
    add(a := numpy.round(kernel(4) * 3), plain(a, dtype="i1", chunks=(3, 3), compression="gzip"))
    add(a := numpy.round(kernel(3) * 3), plain(a, dtype=">i4"))
    a = numpy.abs(numpy.round(kernel(3) * 3))
    add(a, plain(a, dtype="u2", chunks=(1, 3), shuffle=True, maxshape=(None, 3)))
    return made


def network(kernels, random):
    model = keras.Sequential(
        [kl.Input((kernels[0].shape[0],))]
        + [kl.Dense(kernel.shape[1], "tanh", name=f"layer{place:02}") for place, kernel in enumerate(kernels)])
    for layer, kernel in zip(model.layers, kernels):
        layer.set_weights([kernel, (random.standard_normal(kernel.shape[1]) / 4).astype("f4")])
    return model


def copy(source, target, writers, settings, text):
    for name, value in source.attrs.items():
        target.attrs[name] = text(value) if name == "model_config" else value
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            copy(item, target.create_group(name), writers, settings, text)
            continue
        layer = item.name.split("/")[-2]
        if name == "kernel" and layer in writers:
            writers[layer](target, name)
        elif item.shape:
            target.create_dataset(name, data=item[()], **settings)
        else:
            target[name] = item[()]
        for key, value in item.attrs.items():
            target[name].attrs[key] = value


def rewrite(source, target, low, writers=None, settings=None, text=lambda value: value, attributes=0, **how):
    with h5py.File(source) as old, h5py.File(target, "w", libver=(low, "latest"), **how) as new:
        for place in range(attributes):
            new.attrs[f"note {place}"] = numpy.arange(place * 9) + 0.5
        copy(old, new, writers or {}, settings or {}, text)


def save_answers(model, name, random):
    pictures = random.integers(0, 256, (6, model.input_shape[1]), dtype=numpy.uint8)
    outputs = model.predict((pictures / 255).astype(numpy.float32), verbose=0)
    (FOLDER / "Models" / f"{name}.json").write_text(json.dumps(
        {"pictures": pictures.tolist(), "pixels": [0, 1], "outputs": outputs.astype(float).tolist()}) + "\n")


def names(file):
    found = []
    file.visit(found.append)
    return found


def refused(source):
    """Copies of a model with one change each."""
    folder = FOLDER / "Refused"
    folder.mkdir(exist_ok=True)
    with h5py.File(source) as file:
        group = next(name for name in names(file) if name.endswith("/kernel")).rpartition("/")[0]

    def change(name, make, low="latest"):
        path = folder / f"{name}.h5"
        rewrite(source, path, low)
        with h5py.File(path, "r+", libver=(low, "latest")) as file:
            array = file[group]["kernel"][()]
            del file[group]["kernel"]
            make(file, file[group], array)

    def link(file, group, array):
        file["elsewhere"] = array
        group["kernel"] = h5py.SoftLink("/elsewhere")

    def committed(file, group, array):
        file["type"] = numpy.dtype("f4")
        group.create_dataset("kernel", data=array, dtype=file["type"])

    def virtual(file, group, array):
        layout = h5py.VirtualLayout(array.shape, "f4")
        layout[...] = h5py.VirtualSource("other.h5", "kernel", array.shape)
        group.create_virtual_dataset("kernel", layout)

    def outer(file, group, array):
        group["kernel"] = h5py.ExternalLink("other.h5", "/kernel")

    def external(file, group, array):
        group.create_dataset("kernel", shape=array.shape, dtype="f4", external=[("other.raw", 0, array.nbytes)])

    def loops(file, group, array):
        group["kernel"] = array
        outer = file["model_weights"].create_group("outer")
        for place in range(40):
            outer[f"again{place}"] = outer
        model = json.loads(file.attrs["model_config"])
        model["config"]["layers"][1:] = [{"class_name": "Sequential", "config": {
            "name": "outer", "layers": model["config"]["layers"][1:]}}]
        file.attrs["model_config"] = json.dumps(model)

    change("loops", loops)
    change("soft-link", link)
    change("old-soft-link", link, low="earliest")
    change("outer-link", outer)
    change("committed-type", committed)
    change("virtual", virtual)
    change("external-files", external)
    path = folder / "still-open.h5"
    rewrite(source, folder / "writing.h5", "latest")
    with h5py.File(folder / "writing.h5", "r+", libver="latest") as file:
        file.swmr_mode = True
        file.flush()
        shutil.copy(folder / "writing.h5", path)
    (folder / "writing.h5").unlink()
    change("lzf", lambda file, group, array: group.create_dataset("kernel", data=array, compression="lzf"))
    change("scale-offset", lambda file, group, array: group.create_dataset("kernel", data=array, scaleoffset=3))
    change("enumeration", lambda file, group, array: group.create_dataset("kernel", data=array > 0))


def main():
    random = numpy.random.default_rng(11)
    models = FOLDER / "Models"
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "source.h5"
        made = forms(random)
        model = network([kernel for kernel, _ in made], random)
        model.save(source)
        for name, low in (("latest-forms", "latest"), ("v108-forms", "v108")):
            made = forms(numpy.random.default_rng(11))
            writers = {f"layer{place:02}": write for place, (_, write) in enumerate(made)}
            rewrite(source, models / f"{name}.h5", low, writers, attributes=12, track_order=low == "v108")
        save_answers(model, "latest-forms", random)
        shutil.copy(models / "latest-forms.json", models / "v108-forms.json")

        model = keras.Sequential([kl.Input((3,)), kl.Dense(2, name="one")])
        model.layers[0].set_weights([random.standard_normal((3, 2)).astype("f4"), numpy.array([0.5, -1], "f4")])
        model.save(source)
        packed = {"chunks": True, "fletcher32": True}
        rewrite(
            source, models / "checked.h5", "latest", settings=packed, text=lambda value: numpy.bytes_(value.encode()))
        rewrite(
            source, models / "latest-text.h5", "latest",
            text=lambda value: numpy.bytes_(value.encode() + b" " * 65536))
        refused(source)
        archive = pathlib.Path(folder) / "model.keras"
        model.save(archive)
        with zipfile.ZipFile(archive) as old, zipfile.ZipFile(models / "latest-small.keras", "w") as new:
            for name in old.namelist():
                part = old.read(name)
                if name.endswith(".h5"):
                    (pathlib.Path(folder) / "old.h5").write_bytes(part)
                    rewrite(pathlib.Path(folder) / "old.h5", pathlib.Path(folder) / "new.h5", "latest")
                    part = (pathlib.Path(folder) / "new.h5").read_bytes()
                new.writestr(name, part)
        for name in ("checked", "latest-text", "latest-small"):
            save_answers(model, name, numpy.random.default_rng(5))


main()
