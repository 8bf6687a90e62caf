"""Papers from BibTeX."""

import re

from accounts.bibtex.blocks import Block, Broken, Entry, Field, NotBibtex, Stray, first_of_each, split
from accounts.bibtex.latex import Converted, to_unicode
from accounts.bibtex.names import NotAName, parse_bibtex_names
from accounts.bibtex.text import one_line, shortened

from .records import ImportedAuthor, ImportedPaper, Problem, ReadResult, error, unreadable, warning
from .text import keywords

_PREFACE = re.compile(r"(preface|foreword|front ?matter)\b|editorial\s*(:|$)", re.IGNORECASE)
_NEARLY_ENTRY = re.compile(
    r"\s*(?:@\s*[A-Za-z]+|@?(?:in)?proceedings|@?article|@?misc|@?inbook|@?incollection|@?conference)\b", re.IGNORECASE
)
_FIELD_LIKE = re.compile(r"[A-Za-z]\s*=\s*[{\"]")


def read_bibtex(text: str, where: str) -> ReadResult:
    """Every entry that can be read, in the file's order; the others are named with their line."""
    try:
        blocks = split(text)
    except NotBibtex:
        return unreadable(
            where, "The file is not BibTeX.", "Check that it starts with an entry such as @inproceedings{."
        )
    return _Reading(blocks, where).result()


class _Reading:
    """One pass over one file."""

    def __init__(self, blocks: list[Block], where: str) -> None:
        self.blocks = blocks
        self.where = where
        self.lines: dict[str, int] = {}
        self.papers: list[ImportedPaper] = []
        self.problems: list[Problem] = []

    def result(self) -> ReadResult:
        for block in self.blocks:
            if isinstance(block, Entry):
                self._entry(block)
            elif isinstance(block, Broken):
                self._broken(block)
            else:
                self._stray(block)
        if not self.papers and not self.problems:
            return unreadable(self.where, "The file holds no entry.", "Each paper is an entry such as @inproceedings{.")
        return ReadResult(tuple(self.papers), tuple(self.problems))

    def _broken(self, block: Broken) -> None:
        found = re.match(r"\s*@\s*\w+\s*[{(]\s*([^,\s={}]+)", block.raw)
        name = f"entry {found[1]}" if found else f"entry “{shortened(block.raw, 40)}”"
        what = f"The entry could not be read: {block.reason}."
        mend = "Look for a missing comma, a missing closing brace or a missing key."
        self.problems.append(error(name, block.line, what, mend))

    def _stray(self, block: Stray) -> None:
        """Text between entries is a comment to BibTeX; a lost piece of an entry is told from prose by its fields."""
        nearly = False
        for offset, line in enumerate(block.text.split("\n")):
            at = block.line + offset
            if _NEARLY_ENTRY.match(line) and ("," in line or "{" in line):
                nearly = True
                what = f"“{shortened(line, 40)}” looks like an entry and was not read as one."
                self.problems.append(error("text between entries", at, what, "An entry starts with @type{key,"))
            elif not nearly and not block.after_broken and _FIELD_LIKE.search(line):
                nearly = True
                what = f"“{shortened(line, 40)}” stands outside every entry."
                mend = "Look for a closing brace too many in the entry above."
                self.problems.append(error("text between entries", at, what, mend))

    def _entry(self, entry: Entry) -> None:
        where = f"entry {entry.key or '(without a key)'}"
        if entry.kind == "proceedings":
            skipped = "@proceedings describes the volume, not a paper: skipped."
            self.problems.append(warning(where, entry.line, skipped))
        elif self._is_new(entry.key, where, entry.line):
            self._paper(entry, where)

    def _is_new(self, key: str, where: str, line: int) -> bool:
        if not key:
            self.problems.append(error(where, line, "The entry has no key.", "Write one after the brace: @type{key,"))
            return False
        first = self.lines.setdefault(key.casefold(), line)
        if first == line:
            return True
        what = f"The key {key} stands on line {first} and again on line {line}; the second entry was not read."
        self.problems.append(error(where, line, what, "Give one of them another key."))
        return False

    def _paper(self, entry: Entry, where: str) -> None:
        fields, line = self._fields(entry, where), entry.line
        title = self._noted(where, line, "title", to_unicode(fields.get("title", "")))
        if _PREFACE.match(title):
            self.problems.append(warning(where, line, f"“{shortened(title)}” is a preface, not a paper: skipped."))
            return
        authors = self._authors(fields.get("author", ""), where, line)
        if not title:
            self.problems.append(error(where, line, "The entry has no title.", "Add a field title = {…}."))
        if not title or not authors:
            return
        abstract = to_unicode(fields.get("abstract", ""), keep_paragraphs=True)
        listed = to_unicode(fields.get("keywords", fields.get("keyword", ""))).text
        paper = ImportedPaper(
            key=entry.key,
            title=title,
            abstract=self._noted(where, line, "abstract", abstract),
            authors=authors,
            keywords=keywords(listed),
            pdf_name=_pdf_name(fields),
            source_line=line,
        )
        self.papers.append(paper)

    def _authors(self, source: str, where: str, line: int) -> tuple[ImportedAuthor, ...]:
        try:
            people, notes = parse_bibtex_names(source)
        except NotAName as problem:
            mend = "Write Family, Given and put “and” between people."
            self.problems.append(error(where, line, f"The authors could not be read: {problem}", mend))
            return ()
        self._warn(where, line, "author", notes)
        if not people:
            mend = "Add a field author = {Family, Given and Family, Given}."
            self.problems.append(error(where, line, "The entry has no author.", mend))
        return tuple(ImportedAuthor(person.given, person.particle, person.family) for person in people)

    def _noted(self, where: str, line: int, field: str, converted: Converted) -> str:
        self._warn(where, line, field, converted.notes)
        return converted.text

    def _warn(self, where: str, line: int, field: str, notes: tuple[str, ...] | list[str]) -> None:
        self.problems += [warning(where, line, f"In the field {field}: {note}") for note in notes]

    def _fields(self, entry: Entry, where: str) -> dict[str, str]:
        first = first_of_each(entry.fields)
        for field in entry.fields:
            self._look_at(field, where)
            if field.text != first[field.key].text:
                what = f"The field {shortened(field.key)} stands there twice; the first was taken."
                self.problems.append(warning(where, field.line, what, "Remove one of them."))
        return {key: field.text for key, field in first.items()}

    def _look_at(self, field: Field, where: str) -> None:
        if field.unfinished:
            what = f"The value of the field {shortened(field.name)} ends in the middle."
            mend = "Look for a missing comma after it, or a brace or quotation mark inside it."
            self.problems.append(error(where, field.line, what, mend))
        elif field.unknown and field.key in ("title", "author", "abstract"):
            what = f"The field {field.name} names the abbreviation {field.unknown}, which is not defined."
            self.problems.append(error(where, field.line, what, "Add a @string for it, or put the text in braces."))


def _pdf_name(fields: dict[str, str]) -> str:
    named = one_line(fields.get("pdf", fields.get("file", "")))
    found = re.search(r"[^\s:;/\\]+\.pdf", named, re.IGNORECASE)
    return found[0] if found else ""
