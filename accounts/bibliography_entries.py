"""Publications from BibTeX. Imported only where there is some: it brings the parsers along."""

import re

from accounts.bibliography import Found, title_problem
from accounts.bibtex.blocks import Block, Broken, Entry, Field, NotBibtex, Stray, first_of_each, split
from accounts.bibtex.latex import to_unicode
from accounts.bibtex.names import shown_names
from accounts.bibtex.text import shortened
from accounts.names import tidy

LONGEST_VENUE = 200


def from_bibtex(text: str) -> tuple[list[Found], list[str]]:
    """Two entries with one key are simply two in a list of one's own papers."""
    try:
        blocks = split(text)
    except NotBibtex:
        return [], ["Line 1: this could not be read as BibTeX; look for a missing brace."]
    found, problems = [], []
    for block in blocks:
        publication, said = _read(block)
        found += [publication] if publication else []
        problems += said
    return found, problems


def _read(block: Block) -> tuple[Found | None, list[str]]:
    if isinstance(block, Entry):
        return _read_entry(block)
    if isinstance(block, Broken):
        said = shortened(block.raw.strip().split("\n")[0], 50)
        mend = "look for a missing comma or brace"
        return None, [f"Line {block.line}: the entry “{said}” could not be read; {mend}."]
    return None, _stray(block)


def _stray(block: Stray) -> list[str]:
    said = shortened(block.text, 50)
    return [f"Line {block.line}: “{said}” stands outside every entry and was left out."] if said else []


def _read_entry(entry: Entry) -> tuple[Found | None, list[str]]:
    if entry.kind == "proceedings":
        return None, []
    fields = first_of_each(entry.fields)
    problems = [_unfinished(field) for field in entry.fields if field.unfinished]
    found = _publication(entry, {key: field.text or field.unknown for key, field in fields.items()})
    title = fields.get("title")
    if not found.title and not (title and title.unfinished):
        problems.append(f"Line {entry.line}: the entry {shortened(entry.key, 50)} has no title.")
    elif found.title and (problem := title_problem(found.title)):
        problems.append(f"Line {entry.line}: {problem}")
    elif found.title:
        return found, problems
    return None, problems


def _publication(entry: Entry, values: dict[str, str]) -> Found:
    venue = values.get("journal") or values.get("booktitle") or values.get("publisher") or ""
    year = re.search(r"(?:19|20)\d\d", values.get("year") or values.get("date") or "")
    return Found(
        line=entry.line,
        title=_plain(values.get("title", "")),
        abstract=_plain(values.get("abstract", "")),
        year=int(year[0]) if year else None,
        venue=_plain(venue)[:LONGEST_VENUE],
        coauthors=[tidy(name) for name in shown_names(values.get("author", ""))],
    )


def _plain(source: str) -> str:
    return tidy(to_unicode(source).text)


def _unfinished(field: Field) -> str:
    mend = "look for a missing comma after it, or a brace inside it"
    return f"Line {field.line}: the value of the field {shortened(field.name, 50)} ends in the middle; {mend}."
