"""One pass over the pages: their text, whether anything is painted, what is hidden, their size and their fonts.

A page may take only so long; one that takes longer is left out, and the answer says so.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from submissions.pdf_check.objects import entry

PAGE_SECONDS = 3.0
ALL_SECONDS = 18.0
MOST_TEXT = 60_000
TINY = 1.0  # points
_SHOWN = frozenset([b"Tj", b"TJ", b"'", b'"'])
_FILLED = frozenset([b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"])
_DRAWN = _FILLED | {b"S", b"s", b"sh", b"Do", b"BI", b"INLINE IMAGE"}
_FILL_COLOURS = frozenset([b"g", b"rg", b"k", b"sc", b"scn"])
STANDARD = frozenset(
    (
        "Courier Courier-Bold Courier-Oblique Courier-BoldOblique Helvetica Helvetica-Bold Helvetica-Oblique "
        "Helvetica-BoldOblique Times-Roman Times-Bold Times-Italic Times-BoldItalic Symbol ZapfDingbats"
    ).split()
)


class TooSlow(BaseException):
    """Not an Exception, so that no parser takes it for a broken file."""


@dataclass
class Page:
    """What was seen of a page. Sizes are in points, upright; ``was_read`` is False where it took too long."""

    text: str = ""
    was_read: bool = True
    is_drawn: bool = False
    visible: int = 0
    hidden: int = 0
    width: float = 0
    height: float = 0
    fonts: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return self.was_read and not self.is_drawn and not self.visible and not self.hidden

    @property
    def hides(self) -> bool:
        """More than a few letters that nobody sees; a scan with its text laid under it hides nothing."""
        return self.hidden >= 20 and (self.visible >= self.hidden / 4 or not self.is_drawn)


def read_pages(reader: Any) -> list[Page]:
    left = ALL_SECONDS
    found = []
    for page in reader.pages:
        seen = Page()
        _measure(page, seen)
        if left > 0:
            try:
                with within(min(PAGE_SECONDS, left)) as clock:
                    seen.fonts = sorted(set(_loose_fonts(page.get("/Resources"), 0, set())))
                    _read(page, seen)
            except TooSlow:
                seen.was_read = False
            left -= clock.used
        else:
            seen.was_read = False
        found.append(seen)
    return found


@dataclass
class Clock:
    used: float = 0


@contextmanager
def within(seconds: float) -> Iterator[Clock]:
    """Raise TooSlow inside once so many seconds of processor time are used."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    clock = Clock()
    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield clock
    finally:
        clock.used = seconds - signal.setitimer(signal.ITIMER_VIRTUAL, 0)[0]
        signal.signal(signal.SIGVTALRM, before)


def _measure(page: Any, seen: Page) -> None:
    try:
        box = page.cropbox
        unit = float(page.get("/UserUnit", 1))
        sides = abs(float(box.width)) * unit, abs(float(box.height)) * unit
        turned = int(page.get("/Rotate", 0) or 0) % 180 == 90
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        return
    seen.width, seen.height = (sides[1], sides[0]) if turned else sides


def _read(page: Any, seen: Page) -> None:
    from pypdf.errors import LimitReachedError

    watch = _Watch(seen)
    try:
        seen.text = page.extract_text(visitor_operand_before=watch.see)[:MOST_TEXT]
    except (MemoryError, RecursionError, LimitReachedError):
        raise
    except Exception:  # a page that cannot be read as text says nothing; the page itself may be sound
        seen.was_read = False


class _Watch:
    """Follows the operators of a page: what is painted, and letters that are invisible, white on nothing or tiny."""

    def __init__(self, seen: Page) -> None:
        self.seen = seen
        self.state = (0, False, 1.0)  # mode of rendering, white, size
        self.stack: list[tuple[int, bool, float]] = []
        self.is_coloured = False  # something other than white lies under what comes now

    def see(self, operator: bytes, operands: Any, cm: Any, tm: Any) -> None:
        mode, white, size = self.state
        if operator == b"q":
            self.stack.append(self.state)
        elif operator == b"Q":
            self.state = self.stack.pop() if self.stack else self.state
        elif operator == b"Tr":
            self.state = (_int(operands), white, size)
        elif operator == b"Tf":
            self.state = (mode, white, _number(operands, 1))
        elif operator in _FILL_COLOURS:
            self.state = (mode, _is_white(operator, operands), size)
        elif operator in _DRAWN:
            self.seen.is_drawn = self.seen.is_drawn or operator not in _FILLED or not white
            self.is_coloured = (
                self.is_coloured or operator in (b"Do", b"BI", b"sh") or (operator in _FILLED and not white)
            )
        elif operator in _SHOWN:
            self._count(_length(operands), mode, white, abs(size) * _scale(tm) * _scale(cm))

    def _count(self, length: int, mode: int, white: bool, size: float) -> None:
        if mode == 3 or (white and not self.is_coloured and mode in (0, 4)) or 0 <= size < TINY:
            self.seen.hidden += length
        else:
            self.seen.visible += length


def _length(operands: Any) -> int:
    """Bytes shown that are not spaces."""
    total = 0
    for operand in operands:
        for part in operand if isinstance(operand, list) else [operand]:
            if isinstance(part, str | bytes):
                total += sum(1 for c in part if c not in (" ", 32, 0, "\x00"))
    return total


def _is_white(operator: bytes, operands: Any) -> bool:
    try:
        values = [float(value) for value in operands]
    except (TypeError, ValueError):
        return False  # a pattern
    if operator == b"k" or (operator in (b"sc", b"scn") and len(values) == 4):
        return all(value <= 0.02 for value in values)
    return bool(values) and len(values) in (1, 3) and operator in (b"g", b"rg") and all(v >= 0.98 for v in values)


def _scale(matrix: Any) -> float:
    try:
        return max(abs(float(matrix[2])), abs(float(matrix[3])))
    except (TypeError, ValueError, IndexError):
        return 1.0


def _int(operands: Any) -> int:
    return int(_number(operands, 0))


def _number(operands: Any, place: int) -> float:
    try:
        return float(operands[place])
    except (TypeError, ValueError, IndexError):
        return 0.0


def _loose_fonts(resources: Any, depth: int, seen: set[int]) -> Iterator[str]:
    """Names of the fonts that the file uses and does not carry; the fourteen that every reader has are not told."""
    resources = resources.get_object() if resources is not None else None
    if not hasattr(resources, "get") or depth > 5 or id(resources) in seen:
        return
    seen.add(id(resources))
    fonts = entry(resources, "/Font")
    for one in fonts.values() if hasattr(fonts, "values") else ():
        name = _loose(one.get_object())
        if name:
            yield name
    forms = entry(resources, "/XObject")
    for one in forms.values() if hasattr(forms, "values") else ():
        form = one.get_object()
        if hasattr(form, "get") and form.get("/Subtype") == "/Form":
            yield from _loose_fonts(form.get("/Resources"), depth + 1, seen)


def _loose(font: Any) -> str:
    if not hasattr(font, "get") or font.get("/Subtype") == "/Type3":
        return ""
    if font.get("/Subtype") == "/Type0":
        below = entry(font, "/DescendantFonts")
        font = below[0].get_object() if below else font
    name = str(font.get("/BaseFont", "/?"))[1:]
    described = entry(font, "/FontDescriptor")
    carried = hasattr(described, "get") and any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return "" if carried or name in STANDARD else name[-40:]
