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


def unix_lines(text: str) -> str:
    """Every end of line as one line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shortened(text: str, length: int = 60) -> str:
    line = one_line(text)
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
