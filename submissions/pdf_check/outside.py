"""What can be seen without parsing: is it a PDF and only that, is its end there, was it changed later?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from submissions.pdf_check.answers import ERROR, INFO, Finding, finding

HEAD, TAIL = 1024, 4096
LAST = 1024 * 1024  # how far from the end an end is looked for
_ELSE_AT_START = {
    b"MZ": "program",
    b"\x7fELF": "program",
    b"PK\x03\x04": "zip",
    b"<": "html",
    b"/*": "script",
    b"//": "script",
    b"#!": "script",
    b"\xff\xd8\xff": "picture",
    b"GIF8": "picture",
}
_ELSE_AT_END = {b"PK\x03\x04": "zip", b"<": "html", b"MZ": "program", b"%PDF-": "pdf"}


@dataclass(frozen=True)
class Outside:
    """``broken``: why it is refused. ``noticed``: what is said of a file that is taken."""

    broken: Finding | None = None
    noticed: tuple[Finding, ...] = ()


def look_outside(path: Path) -> Outside:
    with path.open("rb") as file:
        head = file.read(HEAD)
        size = file.seek(0, 2)
        file.seek(max(0, size - LAST))
        last = file.read()
    if b"%PDF-" not in head:
        return Outside(finding("not_pdf", ERROR, looks_like=looks_like(head)))
    before = head[: head.index(b"%PDF-")].lstrip(b"\xef\xbb\xbf \t\r\n")
    if kind := next((kind for start, kind in _ELSE_AT_START.items() if before.startswith(start)), None):
        return Outside(finding("two_in_one", ERROR, other=kind))
    end = last.rfind(b"%%EOF")
    after = last[end + 5 :].lstrip() if end >= 0 else b""
    if kind := next((kind for start, kind in _ELSE_AT_END.items() if after.startswith(start)), None):
        return Outside(finding("two_in_one", ERROR, other=kind))
    if b"PK\x05\x06" in after:
        return Outside(finding("two_in_one", ERROR, other="zip"))
    if b"%%EOF" not in last.rstrip(b"\0 \t\r\n")[-TAIL:]:
        return Outside(finding("truncated", ERROR))
    return Outside(noticed=tuple(_noticed(path)))


def _noticed(path: Path) -> Iterator[Finding]:
    """A file that was saved over keeps what it was before: each saving ends with the place of its own table.

    What looks the same inside an attached PDF, or at the head of a file made for the web, leads to no table.
    """
    content = path.read_bytes()
    places = [int(place) for place in re.findall(rb"startxref\s+(\d{1,12})\s+%%EOF", content)]
    tables = {place for place in places if re.match(rb"\s*(?:xref|\d+\s+\d+\s+obj)", content[place : place + 40])}
    if len(tables) > 1:
        yield finding("earlier_versions", INFO, count=len(tables) - 1)


def looks_like(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "word"
    if head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    if b"\\documentclass" in head:
        return "latex"
    return "postscript" if head.startswith(b"%!PS") else ""
