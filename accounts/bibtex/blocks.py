"""A BibTeX file cut into its entries, and what stands between them.

bibtexparser 2 cuts the file; field values are resolved here, because a value that is not one of BibTeX's forms
(`{…}`, `"…"`, a number, a @string name, joined by #) is how a forgotten comma shows itself.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bibtexparser import model
from bibtexparser.library import Library
from bibtexparser.splitter import Splitter

from .text import one_line, unix_lines

# The parser's log repeats on the terminal what the readers report with a place and a remedy.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

_ENTRY_START = re.compile(r"\s*@[A-Za-z]+\s*[{(]")
_BARE = re.compile(r"[^\s{}\"#,=]+")
_MONTHS = frozenset(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
_DEEPEST = 8


class NotBibtex(ValueError):
    """The text cannot be cut into entries at all."""


@dataclass(frozen=True)
class Field:
    """`text` is still LaTeX; it is "" where the value is unfinished or names an abbreviation that is `unknown`."""

    name: str
    line: int
    text: str
    unfinished: bool = False
    unknown: str = ""

    @property
    def key(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Entry:
    line: int
    kind: str
    key: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Broken:
    """An entry that could not be read; `reason` is a piece of a sentence."""

    line: int
    raw: str
    reason: str


@dataclass(frozen=True)
class Stray:
    """Text outside every entry; after a broken entry it may be a lost piece of it."""

    line: int
    text: str
    after_broken: bool


Block = Entry | Broken | Stray


def split(source: str) -> list[Block]:
    """Entries, broken entries and stray text in the file's order; lines count from 1. Raises NotBibtex."""
    # To the splitter the brace after a line break (two backslashes) is escaped; to LaTeX it is a brace.
    text = re.sub(r"(?<!\\)((?:\\\\)+)(?=[{}\"])", r"\1 ", unix_lines(source))
    try:
        library = Splitter(_without_comment_lines(text)).split()
    except Exception as problem:  # the splitter promises no class of errors
        raise NotBibtex from problem
    return list(_blocks(library))


def first_of_each(fields: tuple[Field, ...]) -> dict[str, Field]:
    """By lower-case name; as in BibTeX, the first of two of the same name holds."""
    return {field.key: field for field in reversed(fields)}


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


def _blocks(library: Library) -> Iterator[Block]:
    strings = {string.key.lower(): str(string.value) for string in library.strings}
    after_broken = False
    for block in library.blocks:
        entry = _entry_of(block)
        if entry is not None:
            fields = tuple(_field(field, strings) for field in entry.fields)
            yield Entry(_line(entry), entry.entry_type.lower(), one_line(entry.key), fields)
        elif isinstance(block, model.ParsingFailedBlock):
            yield Broken(_line(block), block.raw or "", _reason(block))
        elif isinstance(block, model.ImplicitComment):
            yield Stray(_line(block), block.comment, after_broken)
        after_broken = entry is None and isinstance(block, model.ParsingFailedBlock)


def _entry_of(block: model.Block) -> model.Entry | None:
    """The entry, also where its key or one of its fields stands there twice: what that means, the reader says."""
    while (
        isinstance(block, model.DuplicateBlockKeyBlock | model.DuplicateFieldKeyBlock)
        and block.ignore_error_block is not None
    ):
        block = block.ignore_error_block
    return block if isinstance(block, model.Entry) else None


def _line(placed: model.Block | model.Field) -> int:
    return (placed.start_line or 0) + 1


def _reason(block: model.ParsingFailedBlock) -> str:
    """The parser's reason without its own vocabulary."""
    reason = one_line(str(getattr(block.error, "abort_reason", ""))).rstrip(". ")
    if "Unexpected block start" in reason:
        return "the next entry starts before this one is closed"
    if "end of file" in reason:
        return "the file ends before the entry is closed"
    if "comma after entry key" in reason:
        return "there is no key before the first field"
    if "Expected a `=`" in reason:
        return "a field has no equals sign, or the field before it is not closed"
    return reason or "its form is not BibTeX"


def _field(field: model.Field, strings: dict[str, str]) -> Field:
    name, line = field.key.strip(), _line(field)
    try:
        return Field(name, line, _joined(str(field.value), strings, level=0))
    except KeyError as unknown:
        return Field(name, line, "", unknown=unknown.args[0])
    except ValueError:
        return Field(name, line, "", unfinished=True)


def _joined(source: str, strings: dict[str, str], level: int) -> str:
    """The text of `{…} # "…" # name`. ValueError when it has another form, KeyError for an unknown name."""
    if level > _DEEPEST:
        raise ValueError(source)
    return "".join(_piece(piece, strings, level) for piece in _pieces(source.strip()))


def _piece(piece: str, strings: dict[str, str], level: int) -> str:
    if piece[:1] in ("{", '"'):
        return piece[1:-1]
    if piece.isdigit() or piece.lower() in _MONTHS:
        return piece
    if piece.lower() not in strings:
        raise KeyError(piece)
    return _joined(strings[piece.lower()], strings, level + 1)


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
