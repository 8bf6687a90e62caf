"""What does not belong into a paper, by what was taken out of the reviewers' copy; and how its pages are made."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from submissions.pdf_check.answers import INFO, WARNING, Finding, finding
from submissions.pdf_check.content import Page
from submissions.pdf_check.objects import entry
from submissions.pdf_check.references import References

PAPER = {"A4": (595.28, 841.89), "Letter": (612.0, 792.0)}
CLOSE = 6.0  # points
MOST_LISTED = 5


def of_what_acts(reader: Any, removed: Counter[str]) -> Iterator[Finding]:
    root = reader.root_object
    attached = len(_attachments(reader)) or removed["attachment"] or removed["embedded"]
    if "/Collection" in root:
        yield finding("portfolio", WARNING, count=attached)
    elif attached:
        yield finding("attachments", WARNING, count=attached)
    if removed["script"] or _has_script(root):
        yield finding("javascript", WARNING)
    if removed["action"]:
        yield finding("actions", WARNING, count=removed["action"])
    if removed["media"]:
        yield finding("media", WARNING, count=removed["media"])
    if removed["field"] or "/AcroForm" in root:
        form = entry(root, "/AcroForm")
        yield finding("form", WARNING, xfa=hasattr(form, "get") and "/XFA" in form)
    if removed["comment"]:
        yield finding("comments", WARNING, count=removed["comment"])
    if removed["local link"]:
        yield finding("local_links", WARNING, count=removed["local link"])


def of_pictures(removed: Counter[str]) -> Iterator[Finding]:
    if removed["picture data"]:
        yield finding("picture_metadata", INFO, count=removed["picture data"])


def of_pages(pages: Sequence[Page], references: References | None) -> Iterator[Finding]:
    if references is not None:
        yield finding(
            "references",
            INFO,
            sure=references.sure,
            page=references.page,
            counted=references.counted,
            appendix=references.appendix,
        )
    if unread := [number for number, page in enumerate(pages, 1) if not page.was_read]:
        yield finding("unread_pages", INFO, page=unread[0], count=len(unread))
    yield from _sizes(pages)
    yield from _empty(pages)
    if hiding := [number for number, page in enumerate(pages, 1) if page.hides]:
        yield finding(
            "hidden_text", WARNING, sure=False, page=hiding[0], count=sum(pages[n - 1].hidden for n in hiding)
        )
    fonts = sorted({font for page in pages for font in page.fonts})
    if fonts:
        first = next(number for number, page in enumerate(pages, 1) if page.fonts)
        yield finding("fonts", WARNING, page=first, fonts=fonts[:MOST_LISTED], count=len(fonts))


def _sizes(pages: Sequence[Page]) -> Iterator[Finding]:
    kinds = [_kind(page) for page in pages]
    known = Counter(kind for kind in kinds if kind)
    if odd := [number for number, kind in enumerate(kinds, 1) if not kind]:
        page = pages[odd[0] - 1]
        yield finding(
            "odd_paper", WARNING, page=odd[0], count=len(odd), millimetres=[_mm(page.width), _mm(page.height)]
        )
    if len(known) > 1:
        rare = min(known, key=lambda kind: known[kind])
        yield finding("mixed_paper", WARNING, page=kinds.index(rare) + 1, kinds=sorted(known))


def _kind(page: Page) -> str:
    """Upright or lying: a wide table is often set across."""
    sides = sorted((page.width, page.height))
    for name, wanted in PAPER.items():
        if all(abs(side - one) <= CLOSE for side, one in zip(sides, wanted, strict=True)):
            return name
    return ""


def _mm(points: float) -> int:
    return round(points * 25.4 / 72)


def _empty(pages: Sequence[Page]) -> Iterator[Finding]:
    if not any(page.text.strip() for page in pages):
        yield finding("no_text", WARNING, sure=False, page=1)
        return
    empty = [number for number, page in enumerate(pages, 1) if page.is_empty]
    if empty:
        yield finding("empty_pages", WARNING, page=empty[0], count=len(empty))
    scanned = [n for n, page in enumerate(pages, 1) if page.was_read and page.is_drawn and not page.text.strip()]
    if len(scanned) > len(pages) / 2:
        yield finding("no_text", WARNING, sure=False, page=scanned[0])


def _attachments(reader: Any) -> list[str]:
    root = reader.root_object
    if "/Names" not in root and "/AF" not in root:
        return []
    try:
        return sorted(reader.attachments)[:20]
    except Exception:  # what is broken among the attachments goes with them
        return []


def _has_script(root: Any) -> bool:
    return entry(entry(root, "/Names"), "/JavaScript") is not None
