"""Supplements that are ZIP files: they reach reviewers as they are, so their authors hear what is in them."""

import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from submissions.pdf_check.answers import INFO, WARNING, Answer, Finding, finding, refused
from submissions.pdf_check.people import Person, folded, mentions

MOST_FILES = 5000
MOST_UNPACKED = 4 * 1024**3
MOST_RATIO = 200  # how many times larger it may be unpacked
SEARCHED_BYTES = 200_000  # of one file
SEARCHED_FILES = 300
LISTED = 3
_TEXT = re.compile(
    r"\.(?:txt|md|rst|py|ipynb|r|jl|m|c|h|cpp|java|js|ts|tex|bib|bst|csv|json|ya?ml|toml|cfg|ini|html?|sh|xml)$"
    r"|(?:^|/)(?:license|licence|readme|authors|contributors|citation\.cff|setup\.cfg)$",
    re.IGNORECASE,
)
_HISTORY = re.compile(r"(?:^|/)\.(?:git|hg|svn)/")


def is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def look(path: Path, out: Path, people: Sequence[Person]) -> Answer:
    """The copy is the archive itself: nothing in it can be changed without breaking what it holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if code := _why_not(entries, path.stat().st_size):
                return refused(code)
            findings = list(_findings(archive, entries, people))
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, NotImplementedError, UnicodeDecodeError):
        return refused("zip_broken")
    except MemoryError:
        return refused("zip_too_large")
    shutil.copyfile(path, out)
    return {"pages": None, "findings": findings}


def _why_not(entries: Sequence[zipfile.ZipInfo], size: int) -> str:
    if not entries:
        return "zip_empty"
    if any(entry.flag_bits & 1 for entry in entries):
        return "zip_encrypted"
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_FILES or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(size, 100_000):
        return "zip_too_large"
    return "zip_unsafe" if any(_leads_out(entry) for entry in entries) else ""


def _leads_out(entry: zipfile.ZipInfo) -> bool:
    """A name that would be unpacked elsewhere, or a link."""
    name = entry.filename.replace("\\", "/")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return is_link or name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/")


def _findings(
    archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], people: Sequence[Person]
) -> Iterator[Finding]:
    yield finding("zip_as_it_is", INFO, count=sum(not entry.is_dir() for entry in entries))
    if history := [entry.filename for entry in entries if _HISTORY.search(entry.filename)]:
        yield finding("zip_history", WARNING, file=history[0][:100], count=len(history))
    telling = list(_that_tell(archive, entries, people))
    if telling:
        yield finding("zip_identity", WARNING, sure=False, files=telling[:LISTED], count=len(telling))


def _that_tell(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], people: Sequence[Person]) -> Iterator[str]:
    searched = 0
    for entry in entries:
        name = re.sub(r"[_\W]+", " ", entry.filename)
        if mentions(name, people):
            yield entry.filename[:100]
        elif _TEXT.search(entry.filename) and not entry.is_dir() and searched < SEARCHED_FILES:
            searched += 1
            with archive.open(entry) as file:
                text = file.read(SEARCHED_BYTES).decode("utf-8", "replace")
            if mentions(folded(text), people):
                yield entry.filename[:100]
