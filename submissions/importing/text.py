"""Text as it may be stored: normalised, without control characters and half characters."""

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")


def storable(text: str) -> str:
    """NFC, without what no database takes: control characters go, lone surrogates become U+FFFD."""
    whole = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    return unicodedata.normalize("NFC", _CONTROL.sub("", whole))


def one_line(text: str) -> str:
    """All white space, hard spaces included, folded to single spaces."""
    return " ".join(storable(text).split())


def paragraphs(text: str) -> str:
    """White space folded, blank lines kept as paragraph breaks."""
    parts = (one_line(part) for part in _PARAGRAPH.split(text.replace("\r\n", "\n").strip()))
    return "\n\n".join(part for part in parts if part)


def as_written(text: str) -> str:
    """Markdown keeps its line breaks; only the ends of lines and of the text are trimmed."""
    lines = storable(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def keywords(text: str) -> tuple[str, ...]:
    """Keywords separated by semicolons, or, where there is none, by commas."""
    parts = (one_line(part) for part in text.split(";" if ";" in text else ","))
    return tuple(dict.fromkeys(part for part in parts if part))


def shortened(text: str, length: int = 60) -> str:
    line = one_line(text)
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
