"""Publications as people paste them: BibTeX, or one title a line."""

import hashlib
import logging
import re
from dataclasses import dataclass, field

import bibtexparser
from bibtexparser.middlewares.names import (
    InvalidNameError,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from bibtexparser.model import Block, DuplicateBlockKeyBlock, Entry, ImplicitComment, ParsingFailedBlock
from pylatexenc.latex2text import LatexNodes2Text

from accounts.addresses import fold
from accounts.names import tidy

# What could not be read is told to the person, with its line.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

LONGEST_TITLE = 300
_ENTRY = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\[?\d{1,3}[.)\]])\s+")


@dataclass(frozen=True)
class Found:
    line: int
    title: str
    abstract: str = ""
    year: int | None = None
    venue: str = ""
    coauthors: list[str] = field(default_factory=list)

    @property
    def text_hash(self) -> str:
        """The same title, however it is punctuated, is the same publication."""
        words = re.sub(r"[\W_]+", " ", fold(self.title)).strip()
        return hashlib.sha256(words.encode()).hexdigest()


def read_publications(text: str) -> tuple[list[Found], list[str]]:
    """What could be read, and a sentence for each place that could not, beginning with its line. Never raises."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _from_bibtex(plain) if _ENTRY.search(plain) else _from_lines(plain)


def _from_lines(text: str) -> tuple[list[Found], list[str]]:
    found, problems = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        title = tidy(_BULLET.sub("", line))
        if not title:
            continue
        if problem := _title_problem(title):
            problems.append(f"Line {number}: {problem}")
        else:
            found.append(Found(number, title))
    return found, problems


def _from_bibtex(text: str) -> tuple[list[Found], list[str]]:
    found: list[Found] = []
    problems: list[str] = []
    for block in bibtexparser.parse_string(text).blocks:
        entry = _entry_of(block)
        if entry is not None:
            _read_entry(entry, found, problems)
        elif isinstance(block, ParsingFailedBlock):
            said = _shown((block.raw or "").strip().split("\n")[0])
            problems.append(f"{_at(block)}: the entry “{said}” could not be read; look for a missing comma or brace.")
        elif isinstance(block, ImplicitComment) and block.comment.strip():
            said = _shown(block.comment)
            problems.append(f"{_at(block)}: “{said}” stands outside every entry and was left out.")
    return found, problems


def _entry_of(block: Block) -> Entry | None:
    """The entry; in a list of one's own papers, two with the same key are simply two."""
    while isinstance(block, DuplicateBlockKeyBlock) and block.ignore_error_block is not None:
        block = block.ignore_error_block
    return block if isinstance(block, Entry) else None


def _read_entry(entry: Entry, found: list[Found], problems: list[str]) -> None:
    if entry.entry_type.lower() == "proceedings":
        return
    values = {each.key.lower(): str(each.value) for each in entry.fields}
    title = _plain(values.get("title", ""))
    if not title:
        problems.append(f"{_at(entry)}: the entry {_shown(entry.key)} has no title.")
    elif problem := _title_problem(title):
        problems.append(f"{_at(entry)}: {problem}")
    else:
        venue = _plain(values.get("journal") or values.get("booktitle") or values.get("publisher") or "")[:200]
        year = re.search(r"(?:19|20)\d\d", values.get("year") or values.get("date") or "")
        found.append(
            Found(
                line=(entry.start_line or 0) + 1,
                title=title,
                abstract=_plain(values.get("abstract", "")),
                year=int(year[0]) if year else None,
                venue=venue,
                coauthors=_people(values.get("author", "")),
            )
        )


def _people(source: str) -> list[str]:
    names = [_plain(name) for name in split_multiple_persons_names(source)]
    return [_given_first(name) for name in names if name and name.lower() not in ("others", "et al.")]


def _given_first(name: str) -> str:
    try:
        return tidy(parse_single_name_into_parts(name, strict=False).merge_first_name_first)
    except InvalidNameError:
        return name


def _plain(source: str) -> str:
    """LaTeX as Unicode in one line; formulas stay as they were typed, and an unescaped % is a per cent sign."""
    escaped = re.sub(r"(?<!\\)%", r"\\%", source)
    try:
        text = LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=True).latex_to_text(escaped)
    except Exception:  # the converter promises no class of errors
        text = re.sub(r"[{}]", "", source)
    return tidy(text)


def _title_problem(title: str) -> str:
    if sum(character.isalpha() for character in title) < 4:
        return f"“{_shown(title)}” is too short for a title."
    if len(title) > LONGEST_TITLE:
        return f"“{_shown(title)}” is longer than {LONGEST_TITLE} characters; is it one title a line?"
    return ""


def _at(block: Block) -> str:
    return f"Line {(block.start_line or 0) + 1}"


def _shown(text: str) -> str:
    line = tidy(text)
    return line if len(line) <= 50 else f"{line[:49].rstrip()}…"
