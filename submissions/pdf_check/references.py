"""Where the references begin, and what comes after them: the pages that a track's limit counts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HEADINGS = frozenset(["references", "reference", "bibliography", "literaturecited", "workscited", "referencesandnotes"])
_NUMBER = re.compile(r"^(?:\d{1,2}|[ivx]{1,4}|[a-z])\.?(?=[a-z])")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_APPENDIX = re.compile(
    r"^(?:[a-z]\.?)?(?:appendix|appendices|supplementarymaterials?|supplementaryinformation|technicalappendix)"
)
FEW = 200  # letters that a page may hold above the heading and still count as one of references only


@dataclass(frozen=True)
class References:
    """``page`` from 1; ``at``: where the heading begins in that page's text; ``counted``: pages of the paper itself."""

    page: int
    at: int
    counted: int
    appendix: int | None
    sure: bool


def find_references(pages: Sequence[str]) -> References | None:
    """The heading of the list, where there is one with entries after it; None where we cannot tell."""
    found = [place for place in _headings(pages) if _has_entries(pages, *place)]
    if not found:
        return None
    page, at, end = found[0]
    above = len(re.sub(r"[\W\d]+", "", pages[page][:at]))
    before = next((number for number in _appendices(pages[: page + 1]) if number < page), None)
    after = next(
        (number for number in _appendices(pages) if number >= page and _is_after(pages, number, page, end)), None
    )
    return References(
        page=page + 1,
        at=at,
        counted=page + (1 if above > FEW else 0),
        appendix=after + 1 if after is not None else None,
        sure=before is None,
    )


def _headings(pages: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Page (from 0), begin and end of each line that is only such a heading, also “R EFERENCES” and “6. References”."""
    for number, text in enumerate(pages):
        for line in re.finditer(r"[^\n]+", text):
            plain = re.sub(r"[\s:]+", "", line.group()).lower()
            if plain in HEADINGS or _NUMBER.sub("", plain, count=1) in HEADINGS:
                yield number, line.start(), line.end()


def _has_entries(pages: Sequence[str], page: int, _at: int, end: int) -> bool:
    following = pages[page][end:] + "\n" + (pages[page + 1] if page + 1 < len(pages) else "")
    return bool(_YEAR.search(following[:3000]))


def _appendices(pages: Sequence[str]) -> Iterator[int]:
    for number, text in enumerate(pages):
        lines = (re.sub(r"\s+", "", line).lower() for line in text.split("\n") if len(line) < 70)
        if any(_APPENDIX.match(line) for line in lines):
            yield number


def _is_after(pages: Sequence[str], number: int, page: int, end: int) -> bool:
    return number > page or any(True for _ in _appendices([pages[page][end:]]))
