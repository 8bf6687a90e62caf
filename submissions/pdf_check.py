"""Look at a PDF and make the reviewers' copy of it: ``python -m submissions.pdf_check PATH OUT < question > answer``.

Runs as a process of its own, with limits on memory, processor and file size, because a hostile file may do anything to
a parser. It knows no Django and no database. The question is JSON: ``names`` (lists of the parts of an author's name)
and ``domains`` (of their addresses) to look for on the first page. The answer is JSON: ``pages``, and ``findings`` with
``code``, ``severity``, ``sure``, ``page`` and ``data``. A finding of severity "error" means that the file is refused;
then OUT is not written. The sentences for people are in findings.py.

Formats: ISO 32000-1, 7.5 (file structure), 12.5 (annotations), 14.3 (metadata).
"""

import contextlib
import json
import logging
import re
import resource
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 40
HEAD, TAIL = 1024, 4096

Finding = dict[str, Any]

# What may identify somebody or act by itself, wherever in the file it stands.
FORGET = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/AF", "/EF", "/Thumb", "/JS", "/OpenAction", "/B")
FORGET_IN_ANNOTATIONS = ("/Contents", "/T", "/RC", "/NM", "/M", "/CreationDate", "/Popup", "/Subj")
ACTIONS_KEPT = ("/GoTo", "/URI", "/Named")
INFO_KEYS = ("/Author", "/Creator", "/Title", "/Subject", "/Keywords", "/Company", "/Manager")


def finding(code: str, severity: str, *, sure: bool = True, page: int | None = None, **data: Any) -> Finding:
    return {"code": code, "severity": severity, "sure": sure, "page": page, "data": data}


def look(path: Path, out: Path, names: list[list[str]], domains: list[str]) -> dict[str, Any]:
    """Everything that is to be said about the file at ``path``; the reviewers' copy is at ``out`` unless refused."""
    if broken := _broken_outside(path):
        return {"pages": None, "findings": [broken]}
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted:
            return {"pages": None, "findings": [finding("encrypted", "error")]}
        pages = len(reader.pages)
        if pages == 0:
            return {"pages": 0, "findings": [finding("no_pages", "error")]}
        findings = list(_identity(reader, names, domains)) + list(_extras(reader))
        _write_copy(reader, out)
    except MemoryError:
        return {"pages": None, "findings": [finding("too_demanding", "error")]}
    except RecursionError:
        return {"pages": None, "findings": [finding("unreadable", "error", what="it is nested without an end")]}
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, NotImplementedError) as e:
        out.unlink(missing_ok=True)
        return {"pages": None, "findings": [finding("unreadable", "error", what=type(e).__name__)]}
    return {"pages": pages, "findings": findings}


def _broken_outside(path: Path) -> Finding | None:
    """What can be seen without parsing: is it a PDF, and is its end there?"""
    with path.open("rb") as file:
        head = file.read(HEAD)
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL))
        tail = file.read()
    if b"%PDF-" not in head:
        return finding("not_pdf", "error", looks_like=_looks_like(head))
    if b"%%EOF" not in tail:
        return finding("truncated", "error")
    return None


def _looks_like(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "word"
    if head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    if b"\\documentclass" in head:
        return "latex"
    return "postscript" if head.startswith(b"%!PS") else ""


# --- what may tell who wrote it --------------------------------------------------------------------------------------


def _identity(reader: Any, names: list[list[str]], domains: list[str]) -> Iterator[Finding]:
    if told := sorted(_metadata_that_tells(reader, names)):
        yield finding("metadata_identity", "warning", fields=told)
    text = _folded(_first_page(reader))
    seen = [position for position, parts in enumerate(names, 1) if _named(parts, text)]
    if seen:
        yield finding("author_on_page", "warning", sure=False, page=1, authors=seen)
    found = sorted(domain for domain in domains if re.search(rf"(?<![\w-]){re.escape(domain)}(?![\w-])", text))
    if found:
        yield finding("domain_on_page", "warning", sure=False, page=1, domains=found)


def _metadata_that_tells(reader: Any, names: list[list[str]]) -> set[str]:
    """An author field that says anything, and any other field that says a listed author's name."""
    info = reader.metadata or {}
    told = {"Author"} if str(info.get("/Author") or "").strip() else set()
    for key in INFO_KEYS:
        if _mentions(str(info.get(key) or ""), names):
            told.add(key[1:])
    xmp = _xmp(reader)
    if re.search(r"<dc:creator\b(?:(?!</dc:creator>).)*<rdf:li\b[^>]*>\s*[^<\s]", xmp, re.DOTALL):
        told.add("XMP creator")
    elif _mentions(xmp, names):
        told.add("XMP")
    return told


def _xmp(reader: Any) -> str:
    stream = reader.root_object.get("/Metadata")
    try:
        return stream.get_object().get_data().decode("utf-8", "replace") if stream is not None else ""
    except Exception:
        return ""


def _mentions(text: str, names: list[list[str]]) -> bool:
    folded = _folded(text)
    return any(_named(parts, folded) for parts in names)


def _named(parts: list[str], text: str) -> bool:
    """Given and family name near each other, in either order; a family name alone only when it is all there is."""
    words = [re.escape(_folded(part)) for part in parts if part.strip()]
    if not words or all(len(word) < 3 for word in words):
        return False
    if len(words) == 1:
        return bool(re.search(rf"\b{words[0]}\b", text))
    first, last = words[0].split("\\ ")[0], words[-1]
    return bool(re.search(rf"\b{first}\b.{{0,20}}\b{last}\b|\b{last}\b.{{0,4}}\b{first}\b", text))


def _first_page(reader: Any) -> str:
    try:
        return reader.pages[0].extract_text()[:20_000]
    except Exception:  # a page that cannot be read as text says nothing; the page itself may be sound
        return ""


def _folded(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", plain)


# --- what does not belong into a paper -------------------------------------------------------------------------------


def _extras(reader: Any) -> Iterator[Finding]:
    root = reader.root_object
    attached = sorted(reader.attachments)[:20] if "/Names" in root or "/AF" in root else []
    if attached or _annotations(reader, "/FileAttachment"):
        yield finding("attachments", "warning", count=len(attached) or 1)
    if _has_script(reader):
        yield finding("javascript", "warning")
    if comments := _annotations(reader, "/Text", "/FreeText", "/Popup", "/Highlight", "/StrikeOut", "/Underline"):
        yield finding("comments", "warning", page=comments[0], count=len(comments))
    if not _folded(_first_page(reader)).strip():
        yield finding("no_text", "warning", sure=False, page=1)


def _annotations(reader: Any, *kinds: str) -> list[int]:
    """The pages (from 1) of each annotation of these kinds."""
    found = []
    for number, page in enumerate(reader.pages, 1):
        for entry in page.get("/Annots") or []:
            annotation = entry.get_object()
            if hasattr(annotation, "get") and annotation.get("/Subtype") in kinds:
                found.append(number)
    return found


def _has_script(reader: Any) -> bool:
    root = reader.root_object
    names = root.get("/Names")
    if names is not None and "/JavaScript" in names.get_object():
        return True
    action: Any = root.get("/OpenAction")
    action = action.get_object() if action is not None else None
    return hasattr(action, "get") and action.get("/S") == "/JavaScript"


# --- the reviewers' copy ---------------------------------------------------------------------------------------------


def _write_copy(reader: Any, out: Path) -> None:
    """Pages, outline and links; no document information, XMP, attachments, scripts, comments or forms.

    The same file gives the same bytes.
    """
    from pypdf import PdfWriter
    from pypdf.generic import NameObject

    writer = PdfWriter()
    writer.append(reader, excluded_fields=("/B",))
    writer.metadata = None
    for key in ("/AcroForm", "/Metadata", "/OpenAction", "/AA", "/AF", "/PieceInfo", "/Collection", "/Lang"):
        writer.root_object.pop(NameObject(key), None)
    for page in writer.pages:
        _keep_links(page)
    for thing in list(writer._objects):
        _forget(thing)
    _drop_unreachable(writer)
    with out.open("wb") as file:
        writer.write(file)


def _keep_links(page: Any) -> None:
    from pypdf.generic import ArrayObject, NameObject

    kept = ArrayObject()
    for entry in page.get("/Annots") or []:
        annotation = entry.get_object()
        if hasattr(annotation, "get") and annotation.get("/Subtype") == "/Link":
            for key in FORGET_IN_ANNOTATIONS:
                annotation.pop(NameObject(key), None)
            kept.append(entry)
    page.pop(NameObject("/Annots"), None)
    if kept:
        page[NameObject("/Annots")] = kept


def _forget(thing: Any, depth: int = 0) -> None:
    """Take what identifies or acts out of a thing and what is nested in it; indirect objects come by themselves."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    if depth > 50:
        return
    if isinstance(thing, DictionaryObject):
        for key in FORGET:
            thing.pop(NameObject(key), None)
        action = thing.raw_get("/A") if "/A" in thing else None
        action = action.get_object() if action is not None else None
        if isinstance(action, DictionaryObject) and action.get("/S") not in ACTIONS_KEPT:
            thing.pop(NameObject("/A"), None)
        for value in list(dict.values(thing)):
            _forget(value, depth + 1)
    elif isinstance(thing, ArrayObject):
        for value in list.__iter__(thing):
            _forget(value, depth + 1)


def _drop_unreachable(writer: Any) -> None:
    """What nothing points at any more would still be written, and read with a hex editor."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    seen: set[int] = set()
    waiting: list[Any] = [writer.root_object, writer.root_object.indirect_reference]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum not in seen:
                seen.add(thing.idnum)
                waiting.append(writer._objects[thing.idnum - 1])
        elif isinstance(thing, DictionaryObject):
            waiting.extend(dict.values(thing))
        elif isinstance(thing, ArrayObject):
            waiting.extend(list.__iter__(thing))
    for position in range(len(writer._objects)):
        if position + 1 not in seen:
            writer._objects[position] = None


def _limit(size: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, max(4 * size, 16 * 1024 * 1024)),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(path: str, out: str) -> None:
    question = json.load(sys.stdin)
    _limit(Path(path).stat().st_size)
    logging.disable(logging.CRITICAL)
    with contextlib.redirect_stdout(sys.stderr):
        answer = look(Path(path), Path(out), question["names"], question["domains"])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:3])
