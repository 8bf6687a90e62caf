"""Papers from BibTeX.

bibtexparser 2 cuts the file into entries; field values are resolved here, because a value that is not one of BibTeX's
forms (`{…}`, `"…"`, a number, a @string name, joined by #) is how a forgotten comma shows itself.
"""

import logging
import re
from collections.abc import Iterator

from bibtexparser.library import Library
from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    Field,
    ImplicitComment,
    ParsingFailedBlock,
)
from bibtexparser.splitter import Splitter

from .latex import Converted, to_unicode
from .names import NotAName, parse_bibtex_names
from .records import ImportedAuthor, ImportedPaper, Problem, ReadResult, error, unreadable, warning
from .text import keywords, one_line, shortened

# The parser's log repeats on the terminal what is reported here with a place and a remedy.
logging.getLogger("bibtexparser").setLevel(logging.ERROR)

_PREFACE = re.compile(r"(preface|foreword|front ?matter)\b|editorial\s*(:|$)", re.IGNORECASE)
_ENTRY_START = re.compile(r"\s*@[A-Za-z]+\s*[{(]")
_NEARLY_ENTRY = re.compile(
    r"\s*(?:@\s*[A-Za-z]+|@?(?:in)?proceedings|@?article|@?misc|@?inbook|@?incollection|@?conference)\b", re.IGNORECASE
)
_FIELD_LIKE = re.compile(r"[A-Za-z]\s*=\s*[{\"]")
_BARE = re.compile(r"[^\s{}\"#,=]+")
_MONTHS = frozenset(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])


def read_bibtex(text: str, where: str) -> ReadResult:
    """Every entry that can be read, in the file's order; the others are named with their line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # To the splitter the brace after a line break (two backslashes) is escaped; to LaTeX it is a brace.
    text = re.sub(r"(?<!\\)((?:\\\\)+)(?=[{}\"])", r"\1 ", text)
    try:
        library = Splitter(_without_comment_lines(text)).split()
    except Exception:  # the splitter promises no class of errors, and a reader never raises
        return unreadable(
            where, "The file is not BibTeX.", "Check that it starts with an entry such as @inproceedings{."
        )
    return _Reading(library, where).result()


def _without_comment_lines(text: str) -> str:
    """Lines that start with % outside a field's value are emptied, so that line numbers stay."""
    lines, depth = text.split("\n"), 0
    for index, line in enumerate(lines):
        depth = 0 if _ENTRY_START.match(line) else depth
        if depth <= 1 and line.lstrip().startswith("%"):
            lines[index] = ""
            continue
        depth = max(0, depth + len(re.findall(r"(?<!\\)\{", line)) - len(re.findall(r"(?<!\\)\}", line)))
    return "\n".join(lines)


class _Reading:
    """One pass over one file."""

    def __init__(self, library: Library, where: str) -> None:
        self.library = library
        self.where = where
        self.strings = {string.key.lower(): str(string.value) for string in library.strings}
        self.lines: dict[str, int] = {}
        self.papers: list[ImportedPaper] = []
        self.problems: list[Problem] = []

    def result(self) -> ReadResult:
        after_failure = False
        for block in self.library.blocks:
            entry = _entry_of(block)
            if entry is not None:
                self._entry(entry)
            elif isinstance(block, ParsingFailedBlock):
                self._failed(block)
            elif isinstance(block, ImplicitComment):
                self._stray(block, after_failure)
            after_failure = entry is None and isinstance(block, ParsingFailedBlock)
        if not self.papers and not self.problems:
            return unreadable(self.where, "The file holds no entry.", "Each paper is an entry such as @inproceedings{.")
        return ReadResult(tuple(self.papers), tuple(self.problems))

    def _failed(self, block: ParsingFailedBlock) -> None:
        raw = block.raw or ""
        found = re.match(r"\s*@\s*\w+\s*[{(]\s*([^,\s={}]+)", raw)
        name = f"entry {found[1]}" if found else f"entry “{shortened(raw, 40)}”"
        reason = one_line(str(getattr(block.error, "abort_reason", ""))).rstrip(". ")
        what = f"The entry could not be read: {_plainer(reason)}."
        mend = "Look for a missing comma, a missing closing brace or a missing key."
        self.problems.append(error(name, _line(block), what, mend))

    def _stray(self, block: ImplicitComment, after_failure: bool) -> None:
        """Text between entries is a comment to BibTeX; a lost piece of an entry is told from prose by its fields."""
        nearly = False
        for offset, line in enumerate(block.comment.split("\n")):
            at = _line(block) + offset
            if _NEARLY_ENTRY.match(line) and ("," in line or "{" in line):
                nearly = True
                what = f"“{shortened(line, 40)}” looks like an entry and was not read as one."
                self.problems.append(error("text between entries", at, what, "An entry starts with @type{key,"))
            elif not nearly and not after_failure and _FIELD_LIKE.search(line):
                nearly = True
                what = f"“{shortened(line, 40)}” stands outside every entry."
                mend = "Look for a closing brace too many in the entry above."
                self.problems.append(error("text between entries", at, what, mend))

    def _entry(self, entry: Entry) -> None:
        line, kind = _line(entry), entry.entry_type.lower()
        key = one_line(entry.key)
        where = f"entry {key or '(without a key)'}"
        if kind == "proceedings":
            self.problems.append(warning(where, line, "@proceedings describes the volume, not a paper: skipped."))
        elif self._is_new(key, where, line):
            self._paper(entry, key, where, line)

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

    def _paper(self, entry: Entry, key: str, where: str, line: int) -> None:
        fields = self._fields(entry, where)
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
            key=key,
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
        """The entry's fields by lower-case name; as in BibTeX, the first of two of the same name holds."""
        found: dict[str, str] = {}
        for field in entry.fields:
            name, line = field.key.strip().lower(), (field.start_line or 0) + 1
            value = self._value(field, where, line)
            if name not in found:
                found[name] = value
            elif found[name] != value:
                what = f"The field {shortened(name)} stands there twice; the first was taken."
                self.problems.append(warning(where, line, what, "Remove one of them."))
        return found

    def _value(self, field: Field, where: str, line: int) -> str:
        try:
            return self._joined(str(field.value), level=0)
        except ValueError:
            what = f"The value of the field {shortened(field.key)} ends in the middle."
            mend = "Look for a missing comma after it, or a brace or quotation mark inside it."
            self.problems.append(error(where, line, what, mend))
            return ""
        except KeyError as unknown:
            if field.key.strip().lower() in ("title", "author", "abstract"):
                what = f"The field {field.key.strip()} names the abbreviation {unknown.args[0]}, which is not defined."
                self.problems.append(error(where, line, what, "Add a @string for it, or put the text in braces."))
            return ""

    def _joined(self, source: str, level: int) -> str:
        """The text of `{…} # "…" # name`. ValueError when it has another form, KeyError for an unknown name."""
        if level > 8:
            raise ValueError(source)
        return "".join(self._piece(piece, level) for piece in _pieces(source.strip()))

    def _piece(self, piece: str, level: int) -> str:
        if piece[:1] in ("{", '"'):
            return piece[1:-1]
        if piece.isdigit() or piece.lower() in _MONTHS:
            return piece
        if piece.lower() not in self.strings:
            raise KeyError(piece)
        return self._joined(self.strings[piece.lower()], level + 1)


def _entry_of(block: Block) -> Entry | None:
    while isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock) and block.ignore_error_block is not None:
        block = block.ignore_error_block
    return block if isinstance(block, Entry) else None


def _line(block: Block) -> int:
    return (block.start_line or 0) + 1


def _pieces(source: str) -> Iterator[str]:
    """Cut at each # between values. Raises ValueError where something else stands between them."""
    at = 0
    while at < len(source):
        end = _end_of_piece(source, at)
        yield source[at:end]
        rest = source[end:].lstrip()
        if rest and not rest.startswith("#"):
            raise ValueError(rest)
        at = len(source) - len(rest[1:].lstrip())


def _end_of_piece(source: str, start: int) -> int:
    if source[start] not in '{"':
        bare = _BARE.match(source, start)
        if bare is None:
            raise ValueError(source)
        return bare.end()
    closing, depth = ("}", 0) if source[start] == "{" else ('"', 0)
    for mark in re.compile(r"(?<!\\)[{}\"]").finditer(source, start + 1):
        if mark[0] == closing and depth == 0:
            return mark.end()
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
    raise ValueError(source)


def _plainer(reason: str) -> str:
    """The parser's reason without its own vocabulary."""
    if "Unexpected block start" in reason:
        return "the next entry starts before this one is closed"
    if "end of file" in reason:
        return "the file ends before the entry is closed"
    if "comma after entry key" in reason:
        return "there is no key before the first field"
    if "Expected a `=`" in reason:
        return "a field has no equals sign, or the field before it is not closed"
    return reason or "its form is not BibTeX"


def _pdf_name(fields: dict[str, str]) -> str:
    named = one_line(fields.get("pdf", fields.get("file", "")))
    found = re.search(r"[^\s:;/\\]+\.pdf", named, re.IGNORECASE)
    return found[0] if found else ""
