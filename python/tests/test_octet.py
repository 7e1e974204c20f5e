"""Tests of the installed package. OCTET_PROGRAM names the program octet, OCTET_MODELS the folder Models."""

import contextlib
import doctest
import importlib
import io
import json
import os
import pathlib
import pickle
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings
import zlib

import numpy

import octet

HERE = pathlib.Path(__file__).parent
MODELS = pathlib.Path(os.environ["OCTET_MODELS"])
PROGRAM = os.environ["OCTET_PROGRAM"]
NOISE = numpy.random.default_rng(1)


def program(*arguments, **options):
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], check=True, capture_output=True, text=True, **options).stdout


def pixels(file):
    """Of a PNG file as octet writes it: gray, one chunk of data, rows without filters."""
    data = file.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    place = data.index(b"IDAT")
    rows = zlib.decompress(data[place + 4:place + 4 + int.from_bytes(data[place - 4:place], "big")])
    return numpy.frombuffer(rows, numpy.uint8).reshape(height, width + 1)[:, 1:].copy()


class Running(unittest.TestCase):
    def setUp(self):
        self.path = MODELS / "cnn-two-pool.octet"
        self.model = octet.load(self.path)
        self.images = NOISE.integers(0, 256, (37, 28, 28), dtype=numpy.uint8)

    def predicted(self, items, *options):
        with tempfile.TemporaryDirectory() as folder:
            numpy.save(f"{folder}/items.npy", items)
            program("predict", self.path, f"{folder}/items.npy", "--out", f"{folder}/out.npy", *options)
            return numpy.load(f"{folder}/out.npy")

    def test_numbers_are_those_of_the_program(self):
        numpy.testing.assert_array_equal(self.model.predict_proba(self.images), self.predicted(self.images))
        integers = self.predicted(self.images, "--integers").astype(int)
        zero = integers[0, 0] - self.model.logits(self.images)[0, 0]
        numpy.testing.assert_array_equal(self.model.logits(self.images), integers - zero)

    def test_floats_and_integers_are_those_of_the_program(self):
        floats = NOISE.uniform(0, 1, (5, 28, 28)).astype(numpy.float32)
        numpy.testing.assert_array_equal(self.model.predict_proba(floats), self.predicted(floats))
        numpy.testing.assert_array_equal(
            self.model.predict_proba(floats.astype(float)), self.model.predict_proba(floats))
        integers = (self.images.astype(int) - 128).astype(numpy.int8)
        numpy.testing.assert_array_equal(self.model.predict_proba(integers), self.predicted(integers))

    def test_one_item_alone(self):
        together = self.model.predict_proba(self.images)
        for image, expected in zip(self.images, together):
            for shape in ((28, 28), (1, 28, 28), (28, 28, 1), (1, 28, 28, 1), (1, 784)):
                numpy.testing.assert_array_equal(self.model.predict_proba(image.reshape(shape))[0], expected)

    def test_views_are_read_as_they_look(self):
        expected = self.model.logits(numpy.ascontiguousarray(self.images[::-2]))
        numpy.testing.assert_array_equal(self.model.logits(self.images[::-2]), expected)
        # The same type and shape as before, and another layout.
        turned = self.images.transpose(0, 2, 1)
        self.model.logits(self.images)
        numpy.testing.assert_array_equal(self.model.logits(turned), self.model.logits(turned.copy()))

    def test_results_stay_when_others_are_made(self):
        first = self.model.predict_proba(self.images[:1])
        kept = first.copy()
        self.model.predict_proba(self.images[1:2])
        numpy.testing.assert_array_equal(first, kept)

    def test_classes(self):
        self.assertEqual(list(self.model.classes_), list("0123456789"))
        best = self.model.predict_proba(self.images).argmax(axis=1)
        self.assertEqual(list(self.model.predict(self.images)), [str(place) for place in best])

    def test_errors_are_one_line(self):
        wrong = [
            (lambda: octet.load("/no/such.octet"), "/no/such.octet: cannot be read"),
            (lambda: octet.load(b"nothing"), "shorter than a header"),
            (lambda: self.model.predict(self.images[:, :27]), "28 x 28 x 1"),
            (lambda: self.model.predict(self.images.transpose(1, 2, 0)), "items of 28 x 28 x 1"),
            (lambda: self.model.predict(numpy.full((1, 28, 28), numpy.nan)), "not finite"),
            (lambda: self.model.predict(numpy.array(["a"])), "type <U1"),
            (lambda: self.model.evaluate(self.images, [1, 2]), "37 items and 2 labels"),
            (lambda: self.model.evaluate(self.images, ["x"] * 37), "no class 'x'"),
            (lambda: self.model.save("/no/such/folder/model.octet"), "cannot be written"),
        ]
        for call, words in wrong:
            with self.subTest(words), self.assertRaises(octet.OctetError) as caught:
                call()
            self.assertIn(words, str(caught.exception))
            self.assertNotIn("\n", str(caught.exception))

    def test_closed_models(self):
        model = octet.load(self.path)
        with model:
            model.predict(self.images)
        calls = [model.predict, model.predict_proba, model.logits, model.outputs]
        calls += [lambda x: model.classify("a.png"), lambda x: model.evaluate(x, [0] * len(x))]
        calls += [lambda x: model.describe(), lambda x: model.export("never.c")]
        for call in calls:
            with self.assertRaisesRegex(octet.OctetError, "closed"):
                call(self.images)
        model.close()
        self.assertEqual(model.to_bytes(), self.path.read_bytes())

    def test_pickle_and_save(self):
        again = pickle.loads(pickle.dumps(self.model))
        numpy.testing.assert_array_equal(again.logits(self.images), self.model.logits(self.images))
        with tempfile.TemporaryDirectory() as folder:
            self.model.save(f"{folder}/model.octet")
            self.assertEqual(os.listdir(folder), ["model.octet"])
            self.assertEqual(pathlib.Path(f"{folder}/model.octet").read_bytes(), self.path.read_bytes())

    def test_threads_share_a_model(self):
        expected = self.model.logits(self.images)
        wrong = []

        def work():
            for _ in range(20):
                if not numpy.array_equal(self.model.logits(self.images), expected):
                    wrong.append(threading.get_ident())

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_a_model_is_closed_while_others_use_it(self):
        model = octet.load(self.path)
        said = []

        def work():
            try:
                while True:
                    model.predict_proba(self.images)
            except octet.OctetError as error:
                said.append(str(error))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        model.close()
        for thread in threads:
            thread.join()
        self.assertEqual(said, ["the model is closed"] * 4)

    def test_arrays_are_read_from_memory_and_by_their_attributes(self):
        from octet import _model

        self.assertTrue(_model._READS_ARRAYS)
        expected = self.model.predict_proba(self.images)
        _model._READS_ARRAYS = False
        try:
            model = octet.load(self.path)
        finally:
            _model._READS_ARRAYS = True
        numpy.testing.assert_array_equal(model.predict_proba(self.images), expected)
        numpy.testing.assert_array_equal(model.predict_proba(self.images[3]), expected[3:4])
        self.assertEqual(model.classify(["/no/such.png"]).errors[0][:16], "cannot be opened")

    def test_arrays_of_all_kinds(self):
        class Mine(numpy.ndarray):
            pass

        expected = self.model.logits(self.images)
        floats = self.images.astype(numpy.float32)
        shifted = numpy.empty(floats.nbytes + 1, numpy.uint8)[1:].view(numpy.float32).reshape(floats.shape)
        shifted[:] = floats
        for same in (
            self.images.view(Mine), self.images.tolist(), numpy.asfortranarray(self.images),
            self.images.reshape(37, -1), memoryview(self.images),
        ):
            given = numpy.asarray(same, numpy.uint8) if isinstance(same, list) else same
            numpy.testing.assert_array_equal(self.model.logits(given), expected)
        for same in (floats, shifted, floats.astype(">f4"), floats.astype(numpy.float16), floats.astype(numpy.int64)):
            numpy.testing.assert_array_equal(self.model.logits(same), self.model.logits(floats))
        self.assertEqual(self.model.logits(self.images[:0]).shape, (0, 10))
        self.assertEqual(self.model.predict(self.images[:0]).shape, (0,))
        for wrong in (numpy.zeros((37, 28, 27), numpy.uint8), numpy.zeros(5, numpy.uint8), numpy.uint8(3), None, "a"):
            with self.assertRaises(octet.OctetError):
                self.model.logits(wrong)
        for number in (numpy.nan, numpy.inf, -numpy.inf):
            bad = floats.copy()
            bad[-1, -1, -1] = number
            with self.assertRaisesRegex(octet.OctetError, "not finite"):
                self.model.logits(bad)

    def test_pictures_are_those_of_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            program("data", "export-png", "--count", "90", "--out", folder / "digits")
            files = sorted((folder / "digits").glob("*.png"))
            files[5].write_bytes(files[5].read_bytes()[:50])
            files[70].write_bytes(b"")
            files.append(folder / "digits" / "none.png")
            done = subprocess.run(
                [PROGRAM, "classify", self.path, "--json", "--quiet", *files], capture_output=True, text=True)
            said = [json.loads(line) for line in done.stdout.splitlines()]
            answers = self.model.classify(files)
            self.assertEqual([line.get("class", "") for line in said], answers.classes.tolist())
            self.assertEqual([line.get("error") for line in said], answers.errors)
            self.assertEqual(sum(error is not None for error in answers.errors), 3)
            for line, found in zip(said, answers.probabilities):
                wanted = numpy.array(line.get("probabilities", [0] * 10))
                self.assertLess(numpy.abs(found - wanted).max(), 6e-7)
            read = self.model.classify([file.read_bytes() for file in files[:-1]])
            self.assertEqual(read.classes.tolist(), answers.classes.tolist()[:-1])
            self.assertEqual(read.errors, answers.errors[:-1])
            self.assertEqual(self.model.classify(files[0]).classes.tolist(), answers.classes.tolist()[:1])
            self.assertEqual(self.model.classify([]).errors, [])
            with self.assertRaisesRegex(octet.OctetError, "paths and bytes"):
                self.model.classify([files[0], b"a"])

    def test_exports_are_those_of_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            for end, option in ((".c", "--c-source"), (".h", "--c-array"), (".onnx", "--onnx-qdq")):
                names = ["--name", "mine"] if end != ".onnx" else []
                program("export", self.path, option, f"{folder}/by-program{end}", *names)
                self.model.export(f"{folder}/by-python{end}", name="mine")
                files = [pathlib.Path(f"{folder}/by-{who}{end}").read_bytes() for who in ("program", "python")]
                self.assertEqual(files[0], files[1])
            for path, words in (("model.tflite", "give .c, .h or .onnx"), ("/no/such/m.c", "cannot be written")):
                with self.assertRaisesRegex(octet.OctetError, words):
                    self.model.export(path)
            with self.assertRaisesRegex(octet.OctetError, "must be one in C"):
                self.model.export("never.c", name="2")

    def test_an_export_in_onnxruntime(self):
        try:
            import onnxruntime
        except ImportError:
            self.skipTest("onnxruntime is not here")
        options = onnxruntime.SessionOptions()
        # Its fast integer kernels saturate on processors with AVX2 alone.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        with tempfile.TemporaryDirectory() as folder:
            self.model.export(f"{folder}/model.onnx")
            session = onnxruntime.InferenceSession(f"{folder}/model.onnx", options)
        items = self.images.reshape(37, 1, 28, 28) / numpy.float32(255)
        found = session.run(None, {session.get_inputs()[0].name: items})[0]
        self.assertLess(numpy.abs(found - self.model.predict_proba(self.images)).max(), 2e-4)

    def test_children_of_a_fork_go_on(self):
        expected = self.model.logits(self.images)
        child = os.fork()
        if child == 0:
            os._exit(0 if numpy.array_equal(self.model.logits(self.images), expected) else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_nothing_of_a_framework_is_imported(self):
        frameworks = "{'keras', 'torch', 'tensorflow', 'sklearn', 'pyspark', 'pyarrow'}"
        code = f"import sys, octet; print(sorted({frameworks} & set(sys.modules)))"
        said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        self.assertEqual(said.strip(), "[]")


class Repairing(unittest.TestCase):
    def test_it_is_that_of_the_program(self):
        images = NOISE.integers(0, 256, (200, 28, 28), dtype=numpy.uint8)
        path = MODELS / "repair" / "depthwise.safetensors"
        seen = []
        model = octet.quantize(
            path, images, calibration_images=60, repair=True, progress=lambda done, total: seen.append((done, total)))
        self.assertEqual(seen[-1], (model.report["repair"]["tried"],) * 2)
        with tempfile.TemporaryDirectory() as folder:
            numpy.savez(f"{folder}/data.npz", x_train=images, x_test=images[:10])
            said = json.loads(program(
                "quantize", path, "--data", f"{folder}/data.npz", "--out", f"{folder}/model.octet",
                "--calibration-images", 60, "--repair", "--json"))
            self.assertEqual(model.to_bytes(), pathlib.Path(f"{folder}/model.octet").read_bytes())
        for name in ("before", "after", "kept", "tried", "proof_items"):
            self.assertEqual(model.report["repair"][name], said["repair"][name])


class Quantizing(unittest.TestCase):
    def setUp(self):
        self.path = MODELS / "dense-dropout.safetensors"
        self.images = NOISE.integers(0, 256, (200, 28, 28), dtype=numpy.uint8)
        self.labels = NOISE.integers(0, 10, 200)

    def test_bytes_and_report_are_those_of_the_program(self):
        seen = []
        model = octet.quantize(
            self.path, self.images, self.labels, test=(self.images[:50], self.labels[:50]), calibration_images=100,
            seed=3, method="percentile", progress=lambda done, total: seen.append((done, total)))
        self.assertEqual(seen[-1][0], seen[-1][1])
        with tempfile.TemporaryDirectory() as folder:
            numpy.savez(
                f"{folder}/data.npz", x_train=self.images, y_train=self.labels, x_test=self.images[:50],
                y_test=self.labels[:50])
            said = json.loads(program(
                "quantize", self.path, "--data", f"{folder}/data.npz", "--out", f"{folder}/model.octet",
                "--calibration-images", 100, "--seed", 3, "--method", "percentile", "--json"))
            self.assertEqual(model.to_bytes(), pathlib.Path(f"{folder}/model.octet").read_bytes())
            for name in set(said) & set(model.report) - {"source"}:
                self.assertEqual(said[name], model.report[name], name)
            self.assertLess({"layers", "accuracy", "float_accuracy", "changed"}, set(said) & set(model.report))
            program("evaluate", f"{folder}/model.octet", "--data", f"{folder}/data.npz", "--json")
        found = model.evaluate(self.images, self.labels)
        right = (model.predict(self.images) == self.labels.astype(str)).mean()
        self.assertAlmostEqual(found["accuracy"], right)
        self.assertEqual(model.evaluate(self.images, self.labels.astype(str))["accuracy"], found["accuracy"])
        self.assertIn("<table>", model.report._repr_html_())
        lines = str(model.report).splitlines()
        self.assertIn(f"accuracy              {100 * model.report['accuracy']:.2f} %", lines)
        self.assertLess(max(map(len, lines)), 100)
        self.assertEqual(len(lines), lines.index("") + 2 + len(model.report["layers"]))

    def test_wrong_options(self):
        wrong = [
            (dict(methood="a"), "there is no methood"),
            (dict(method="a"), "method takes"),
            (dict(threads=0), "threads takes"),
            (dict(arena="4Q"), "arena takes"),
            (dict(pixels="0:1"), "models from elsewhere"),
        ]
        for options, words in wrong:
            with self.subTest(words), self.assertRaisesRegex(octet.OctetError, words):
                octet.quantize(self.path, self.images, **options)
        with self.assertRaisesRegex(octet.OctetError, "needs calibration items"):
            octet.quantize(self.path)
        with self.assertRaisesRegex(octet.OctetError, "no model that Octet knows"):
            octet.quantize(object(), self.images)

    def test_an_error_of_progress_comes_through(self):
        def fails(done, total):
            raise KeyError("mine")

        with self.assertRaisesRegex(KeyError, "mine"):
            octet.quantize(self.path, self.images, progress=fails)

    def test_keras(self):
        try:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            import keras
        except ImportError:
            self.skipTest("Keras is not here")
        model = keras.Sequential([
            keras.layers.Input((12, 10, 3)), keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(5, activation="softmax")])
        x = NOISE.normal(size=(120, 12, 10, 3)).astype(numpy.float32)
        quantized = octet.quantize(model, x, classes=list("abcde"))
        expected = numpy.asarray(model(x))
        self.assertEqual(list(quantized.classes_), list("abcde"))
        self.assertLess(numpy.abs(quantized.predict_proba(x) - expected).max(), 0.05)

    def test_scikit_learn(self):
        try:
            from sklearn.neural_network import MLPClassifier, MLPRegressor
        except ImportError:
            self.skipTest("scikit-learn is not here")
        x = NOISE.normal(size=(400, 6)).astype(numpy.float32)
        total = x.sum(axis=1)
        three = numpy.where(total < -1, "low", numpy.where(total > 1, "high", "middle"))
        for activation in ("relu", "tanh", "logistic", "identity"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                network = MLPClassifier((12, 8), activation=activation, max_iter=80, random_state=1).fit(x, three)
            model = octet.quantize(network, x, three, test=(x[:99], three[:99]))
            self.assertEqual(list(model.classes_), ["high", "low", "middle"])
            self.assertLess(numpy.abs(model.predict_proba(x) - network.predict_proba(x)).max(), 0.1)
            self.assertGreater((model.predict(x) == network.predict(x)).mean(), 0.96)
            self.assertEqual(model.report["source"].split(".")[-1], "MLPClassifier")
            # float_accuracy is what scikit-learn finds.
            self.assertAlmostEqual(model.report["float_accuracy"], (network.predict(x[:99]) == three[:99]).mean())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pair = MLPClassifier((9,), max_iter=80, random_state=1).fit(x, numpy.where(total > 0, 7, 3))
            labels = MLPClassifier((9,), max_iter=80, random_state=1).fit(x, (x[:, :3] > 0).astype(int))
            numbers = MLPRegressor(hidden_layer_sizes=(9,), max_iter=80, random_state=1).fit(x, total)
            two_numbers = MLPRegressor(hidden_layer_sizes=(9,), max_iter=80, random_state=1).fit(x, x[:, :2])
        model = octet.quantize(pair, x, numpy.where(total > 0, 7, 3))
        self.assertEqual(list(model.classes_), ["3", "7"])
        self.assertLess(numpy.abs(model.predict_proba(x) - pair.predict_proba(x)).max(), 0.1)
        self.assertAlmostEqual(model.report["float_accuracy"], pair.score(x, numpy.where(total > 0, 7, 3)))
        model = octet.quantize(labels, x, (x[:, :3] > 0).astype(int))
        self.assertEqual(len(model.classes_), 3)
        self.assertLess(numpy.abs(model.predict_proba(x) - labels.predict_proba(x)).max(), 0.1)
        model = octet.quantize(numbers, x, total.round().astype(int))
        self.assertLess(numpy.abs(model.predict(x)[:, 0] - numbers.predict(x)).max(), 0.2)
        model = octet.quantize(two_numbers, x)
        self.assertLess(numpy.abs(model.predict(x) - two_numbers.predict(x)).max(), 0.2)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                counts = MLPRegressor(loss="poisson", max_iter=80, random_state=1).fit(x, numpy.abs(total))
        except TypeError:
            pass  # Versions before 1.7 have no such loss.
        else:
            self.assertLess(numpy.abs(octet.quantize(counts, x).predict(x)[:, 0] - counts.predict(x)).max(), 0.3)
        with self.assertRaisesRegex(octet.OctetError, "call its fit first"):
            octet.quantize(MLPClassifier(), x)
        with self.assertRaisesRegex(octet.OctetError, "no class 9; there are: 3, 7"):
            octet.quantize(pair, x, [9] * len(x))
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        with self.assertRaisesRegex(octet.OctetError, "give its last step"):
            octet.quantize(make_pipeline(StandardScaler(), pair), x)

    def test_an_export_of_pytorch(self):
        """What Tools/golden/python_golden.py wrote of a module: quantized as the module was there."""
        folder = HERE / "torch"
        with numpy.load(folder / "items.npz") as kept:
            x, expected, logits = kept["x"], kept["outputs"], kept["logits"]
        model = octet.quantize(folder / "module.onnx", x.transpose(0, 2, 3, 1))
        numpy.testing.assert_array_equal(model.logits(x.transpose(0, 2, 3, 1)), logits)
        self.assertLess(numpy.abs(model.predict_proba(x.transpose(0, 2, 3, 1)) - expected).max(), 0.05)
        with self.assertRaisesRegex(octet.OctetError, "channels go last"):
            model.predict(x)

    def test_progress_on_a_terminal(self):
        class Screen(io.StringIO):
            def isatty(self):
                return True

        with contextlib.redirect_stderr(Screen()) as screen:
            octet.quantize(self.path, self.images)
        self.assertIn("quantize [", screen.getvalue())
        self.assertTrue(screen.getvalue().endswith(" \r"))
        with contextlib.redirect_stderr(io.StringIO()) as pipe:
            octet.quantize(self.path, self.images)
        self.assertEqual(pipe.getvalue(), "")


class Documents(unittest.TestCase):
    """What is shown runs as it is shown."""

    def setUp(self):
        """A folder with what the examples speak of: Models' files, digits, and the one of a seven."""
        self.before = os.getcwd()
        self.folder = tempfile.mkdtemp()
        os.chdir(self.folder)
        for file in MODELS.glob("*-*"):
            shutil.copy(file, self.folder)
        # Without the real digits, so that everybody has the same.
        nowhere = {"XDG_CACHE_HOME": "/none", "HOME": "/none"}
        program("data", "export-png", "--count", 20, "--out", "digits", env=nowhere)
        files = sorted(pathlib.Path("digits").glob("*.png"))
        self.names = {
            "octet": octet, "numpy": numpy, "images": numpy.array([pixels(file) for file in files]),
            "labels": numpy.array([int(file.stem[-1]) for file in files])}
        shutil.copy(files[0], "eight.png")
        self.names["model"] = octet.load("cnn-two-pool.octet")

    def tearDown(self):
        os.chdir(self.before)
        shutil.rmtree(self.folder)

    def test_docstrings(self):
        tried = 0
        for name in ("octet", "octet._library", "octet._model", "octet._quantize", "octet._report"):
            module = importlib.import_module(name)
            finder = doctest.DocTestFinder(exclude_empty=True)
            for test in finder.find(module, extraglobs=dict(self.names)):
                said = io.StringIO()
                failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
                    test, out=said.write)
                self.assertEqual(failed.failed, 0, said.getvalue())
                tried += failed.attempted
        self.assertGreater(tried, 25)

    def five_lines(self, document):
        """The lines of Python of a document that begin with the import."""
        text = (HERE.parents[1] / document).read_text()
        found = re.search(r"```python\n(import octet\n.*?)```", text, re.S)
        self.assertIsNotNone(found, document)
        return found[1]

    def test_five_lines_of_the_readme(self):
        try:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            import keras
        except ImportError:
            self.skipTest("Keras is not here")
        network = keras.Sequential([
            keras.layers.Input((28, 28, 1)), keras.layers.Conv2D(2, 5, activation="relu"), keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax")])
        images, labels = self.names["images"], self.names["labels"]
        names = {
            "network": network, "x_train": images[..., None] / numpy.float32(255), "y_train": labels,
            "x_test": images[..., None] / numpy.float32(255)}
        for document in ("README.md", "python/README.md"):
            lines = self.five_lines(document)
            self.assertEqual(len(lines.strip().splitlines()), 5)
            with contextlib.redirect_stdout(io.StringIO()) as said:
                exec(lines, dict(names))
            self.assertIn("accuracy", said.getvalue())
            self.assertTrue(os.path.getsize("mine.octet") > 500)
            os.unlink("mine.octet")


if __name__ == "__main__":
    unittest.main()
