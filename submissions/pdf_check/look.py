"""Everything that is to be said about a file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from submissions.pdf_check import archive, content, copy, extras, identity
from submissions.pdf_check.answers import INFO, Answer, Finding, finding, refused
from submissions.pdf_check.outside import Outside, look_outside
from submissions.pdf_check.people import Person
from submissions.pdf_check.references import find_references

MOST_PAGES = 500
Question = Mapping[str, Any]


def look(path: Path, out: Path, question: Question) -> Answer:
    """What is to be said about the file at ``path``; the reviewers' copy is at ``out`` unless refused."""
    if question.get("kind") == "supplement" and archive.is_archive(path):
        people = [Person.of(row) for row in question["authors"]]
        return archive.look(path, out, people, question["domains"], question["name"])
    outside = look_outside(path)
    if outside.broken and outside.broken["code"] == "not_pdf" and question.get("kind") == "supplement":
        return refused("wrong_kind")
    if outside.broken:
        return {"pages": None, "findings": [outside.broken]}
    from pypdf.errors import LimitReachedError, PyPdfError

    try:
        return _look_inside(path, out, question, outside)
    except (MemoryError, LimitReachedError):
        answer = refused("too_demanding")
    except RecursionError:
        answer = refused("unreadable", what="it is nested without an end")
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, NotImplementedError) as e:
        answer = refused("unreadable", what=type(e).__name__)
    out.unlink(missing_ok=True)
    return answer


def _look_inside(path: Path, out: Path, question: Question, outside: Outside) -> Answer:
    from pypdf import PasswordType, PdfReader

    reader = PdfReader(path, strict=False)
    noticed = list(outside.noticed)
    if reader.is_encrypted:
        if reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            return refused("encrypted")
        noticed.append(finding("restricted", INFO))
    pages = _count(reader)
    if pages == 0:
        return refused("no_pages", pages=0)
    if pages > MOST_PAGES:
        return refused("too_many_pages", pages=pages, count=pages, most=MOST_PAGES)
    return {"pages": pages, "findings": noticed + list(_findings(reader, out, question))}


def _count(reader: Any) -> int:
    """Without walking more of the tree than is allowed: a tree that says it is larger is believed."""
    root = reader.root_object["/Pages"]
    said = root.get("/Count", 0)
    return int(said) if isinstance(said, int) and said > MOST_PAGES else len(reader.pages)


def _findings(reader: Any, out: Path, question: Question) -> Iterator[Finding]:
    people = [Person.of(row) for row in question["authors"]]
    links = copy.links_of(reader)
    pages = content.read_pages(reader)
    texts = [page.text for page in pages]
    references = find_references(texts) if question.get("kind") != "supplement" else None
    removed = copy.write_copy(reader, out, people)
    yield from identity.of_metadata(reader, people)
    yield from identity.of_text(texts, references, links, people, question["domains"])
    yield from identity.of_file_name(question["name"], people)
    yield from extras.of_what_acts(reader, removed)
    yield from extras.of_pictures(removed)
    yield from extras.of_pages(pages, references)
