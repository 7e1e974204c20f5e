"""Tests of the installed package. OCTET_PROGRAM names the program octet, OCTET_MODELS the folder Models."""

import json
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading
import unittest

import numpy

import octet

MODELS = pathlib.Path(os.environ["OCTET_MODELS"])
PROGRAM = os.environ["OCTET_PROGRAM"]
NOISE = numpy.random.default_rng(1)


def program(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


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
        for call in (model.predict, model.outputs):
            with self.assertRaisesRegex(octet.OctetError, "closed"):
                call(self.images)

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

    def test_children_of_a_fork_go_on(self):
        expected = self.model.logits(self.images)
        child = os.fork()
        if child == 0:
            os._exit(0 if numpy.array_equal(self.model.logits(self.images), expected) else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_nothing_of_a_framework_is_imported(self):
        code = "import sys, octet; print(sorted({'keras', 'torch', 'tensorflow', 'sklearn'} & set(sys.modules)))"
        said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        self.assertEqual(said.strip(), "[]")


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


if __name__ == "__main__":
    unittest.main()
