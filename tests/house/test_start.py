"""The web process starts lean: what only the worker needs is not imported there."""

import json
import subprocess
import sys

from tests.house.floors import ROOT

HEAVY = ("numpy", "scipy", "sklearn", "pypdf", "pikepdf", "pylatexenc", "bibtexparser", "tablib")
START = f"""
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "neurreps.settings"
from neurreps.wsgi import application
from django.urls import get_resolver

def walk(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            walk(pattern.url_patterns)
        else:
            pattern.callback

walk(get_resolver().url_patterns)
print(json.dumps(sorted(name for name in {HEAVY!r} if name in sys.modules)))
"""


def test_web_process_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout.splitlines()[-1]) == []
