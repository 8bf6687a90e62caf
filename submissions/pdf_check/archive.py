"""Supplements that are ZIP files: reviewers get the same files without what packing has added, and the authors hear
what may tell who they are.
"""

import stat
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from submissions.pdf_check import identity, repack
from submissions.pdf_check.answers import INFO, WARNING, Answer, Finding, finding, refused
from submissions.pdf_check.people import Person
from submissions.pdf_check.repack import is_left_out, name_of
from submissions.pdf_check.within import NOT_READ, Search

MOST_FILES = 5000
MOST_UNPACKED = 2**32 - 2  # what a header of 32 bits can say
MOST_RATIO = 200  # how many times larger it may be unpacked
LISTED = 3
LONGEST = 100  # of a name that is repeated to its author
Entries = Sequence[zipfile.ZipInfo]


def is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def look(path: Path, out: Path, people: Sequence[Person], domains: Sequence[str], name: str) -> Answer:
    """What is to be said about it; the copy is at ``out`` unless refused. Nothing of it is unpacked onto the disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            kept = [entry for entry in entries if not is_left_out(name_of(entry))]
            if code := _why_not(kept, entries, path.stat().st_size):
                return refused(code)
            repack.write_copy(path, out, kept)
            findings = [*_findings(archive, kept, Search(people, domains)), *identity.of_file_name(name, people)]
    except MemoryError:
        answer = refused("zip_too_large")
    except NOT_READ:
        answer = refused("zip_broken")
    else:
        return {"pages": None, "findings": findings}
    out.unlink(missing_ok=True)
    return answer


def _why_not(kept: Entries, entries: Entries, size: int) -> str:
    if not any(not entry.is_dir() for entry in kept):
        return "zip_empty"
    if any(entry.flag_bits & 1 for entry in entries):
        return "zip_encrypted"
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_FILES or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(size, 100_000):
        return "zip_too_large"
    if sum(entry.compress_size for entry in entries) > size:  # files that lie over each other
        return "zip_broken"
    return "zip_unsafe" if any(_leads_out(entry) for entry in entries) else ""


def _leads_out(entry: zipfile.ZipInfo) -> bool:
    """A name that would be unpacked elsewhere, or a link."""
    name = name_of(entry)
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return is_link or name.startswith("/") or "\0" in name or ":" in name.split("/")[0] or ".." in name.split("/")


def _findings(archive: zipfile.ZipFile, kept: Entries, search: Search) -> Iterator[Finding]:
    files = [entry for entry in kept if not entry.is_dir()]
    _search(archive, files, search)
    yield finding("zip_as_it_is", INFO, count=len(files))
    yield from _listed("zip_left_out", INFO, [name for name in map(name_of, archive.infolist()) if is_left_out(name)])
    if comments := sum(bool(comment) for comment in (archive.comment, *(entry.comment for entry in kept))):
        yield finding("zip_comment", INFO, count=comments)
    yield from _listed("zip_identity", WARNING, search.naming)
    yield from _listed("zip_author", WARNING, search.documents)
    yield from _listed("zip_home", WARNING, search.homes)
    yield from _listed("zip_history", WARNING, search.histories)
    if search.unread:
        yield finding("zip_unread", INFO, count=search.unread)


def _search(archive: zipfile.ZipFile, files: Entries, search: Search) -> None:
    for entry in files:
        name = name_of(entry)
        if search.names_in_path(name):
            search.naming.append(name)
        else:
            search.look(name, partial(archive.open, entry))


def _listed(code: str, severity: str, names: Sequence[str]) -> Iterator[Finding]:
    """The first few of the files, each once."""
    each = list(dict.fromkeys(name[:LONGEST] for name in names))
    if each:
        yield finding(code, severity, sure=severity == INFO, files=each[:LISTED], count=len(each))
