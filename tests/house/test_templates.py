"""The strict Content Security Policy holds because templates carry no style, script or handler of their own."""

import re
from pathlib import Path

import pytest

from tests.house.floors import ROOT

# A mail has no style sheet of its own: its one frame says inline how it looks.
MAIL_FRAME = "templates/emails/base.html"
TEMPLATES = sorted(
    path
    for folder in ("templates", "*/templates")
    for path in ROOT.glob(f"{folder}/**/*")
    if path.suffix in {".html", ".svg"} and ".venv" not in path.parts
)
INLINE = {
    "a style attribute": re.compile(r"""<[^>]*\sstyle\s*=""", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    # A block of data is no script: the browser runs nothing of it.
    "an inline script": re.compile(r"""<script\b(?![^>]*\s(src=|type="application/json"))""", re.IGNORECASE),
    "an event handler": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["']""", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "an address of another site in src": re.compile(r"""\ssrc\s*=\s*["'](https?:)?//""", re.IGNORECASE),
    "text that is not escaped": re.compile(r"\|\s*safe\b|autoescape\s+off"),
}
# The words of this one were escaped by the code that renders them, which has tests of its own.
MADE_BY_US = {MAIL_FRAME: {"text that is not escaped", "a style attribute", "a style element"}}


def found(text: str) -> set[str]:
    plain = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", "", text, flags=re.DOTALL)
    return {what for what, pattern in INLINE.items() if pattern.search(plain)}


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 50


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_holds_nothing_inline(path: Path) -> None:
    name = str(path.relative_to(ROOT))

    assert found(path.read_text("utf-8")) - MADE_BY_US.get(name, set()) == set()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<p class="a" style="color: red">', "a style attribute"),
        ("<style>p {}</style>", "a style element"),
        ("<script>alert(1)</script>", "an inline script"),
        ('<button\n  onclick="go()">', "an event handler"),
        ('<a href="javascript:go()">', "a javascript: address"),
        ('<img src="https://elsewhere.test/a.png">', "an address of another site in src"),
        ("{{ text|safe }}", "text that is not escaped"),
    ],
)
def test_what_is_inline_is_found(text: str, what: str) -> None:
    assert found(text) == {what}


def test_what_is_not_inline_is_let_be() -> None:
    assert found('<script src="{% static "js/app.js" %}" defer></script> <p data-on="x">one = two</p>') == set()
