"""A file's bytes to its reader."""

from pathlib import Path

from .bibtex import read_bibtex
from .openreview import read_openreview
from .records import ReadResult, unreadable
from .table import read_table

_READERS = {".bib": read_bibtex, ".csv": read_table, ".tsv": read_table, ".json": read_openreview}
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_file(path: Path) -> ReadResult:
    """The papers in a .bib, .csv or .json file in UTF-8, with or without a byte order mark.

    What is wrong with the file or with one of its entries is a Problem; the other entries are read all the same.
    No content makes it raise.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        what = f"Files ending in “{path.suffix}” cannot be read." if path.suffix else "The file's name has no ending."
        return unreadable(path.name, what, "Give a .bib, a .csv or an OpenReview .json file.")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return unreadable(path.name, "There is no such file.", "Check the path; it is taken from the current folder.")
    except OSError as problem:
        return unreadable(path.name, f"The file could not be opened: {problem.strerror}.", "Check its kind and rights.")
    text = _decoded(content, path.name)
    return text if isinstance(text, ReadResult) else reader(text, path.name)


def _decoded(content: bytes, name: str) -> str | ReadResult:
    if content.startswith(_UTF_16):
        what = "The file is UTF-16, not UTF-8."
        return unreadable(name, what, f"Convert it: iconv -f UTF-16 -t UTF-8 {name} > utf8-{name}")
    bare = content.removeprefix(_BOM)
    try:
        text = bare.decode("utf-8")
    except UnicodeDecodeError as problem:
        return _not_utf8(content, len(content) - len(bare) + problem.start, name)
    if not text.strip():
        return unreadable(name, "The file is empty.", "Export it again, or check that you gave the right one.")
    return text


def _not_utf8(content: bytes, offset: int, name: str) -> ReadResult:
    line = content[:offset].count(b"\n") + 1
    what = f"The file is not UTF-8: byte 0x{content[offset]:02X} at offset {offset} cannot be read."
    mend = f"Convert it: iconv -f WINDOWS-1252 -t UTF-8 {name} > utf8-{name}, or save it as UTF-8 in your editor."
    return unreadable(name, what, mend, line)
