"""Runs the notebooks of python/examples. Needs nbclient and ipykernel."""

import os
import pathlib
import sys
import tempfile
import unittest

import nbformat
from nbclient import NotebookClient

EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / "examples"


class Notebooks(unittest.TestCase):
    def test_they_run_and_show_reports(self):
        files = sorted(EXAMPLES.glob("*.ipynb"))
        self.assertTrue(files)
        for file in files:
            with self.subTest(file.name), tempfile.TemporaryDirectory() as folder:
                notebook = nbformat.read(file, as_version=4)
                # The kernel of this Python, whatever kernels there are.
                os.environ["JUPYTER_PATH"] = f"{sys.prefix}/share/jupyter"
                NotebookClient(
                    notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
                outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
                pages = [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]
                self.assertTrue(any("accuracy" in page and "<table" in page for page in pages))
                self.assertEqual(sorted(os.listdir(folder)), ["digits.c", "digits.octet"])


if __name__ == "__main__":
    unittest.main()
