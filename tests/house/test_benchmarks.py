"""Benchmarks say what they cannot measure before they begin."""

import subprocess
import sys

from tests.house.floors import ROOT


def test_pages_of_a_season_that_is_too_small_are_not_measured() -> None:
    asked = [sys.executable, "-m", "benchmarks", "pages", "3"]

    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)

    sentence = "Pages are measured with 10 papers or more: of fewer, none may be decided or reviewed yet.\n"
    assert (done.returncode, done.stderr) == (1, sentence)
