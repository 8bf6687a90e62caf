"""What the address of a list asks for: its filters, its words, its order, its page. URL = state, for every list."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict

from audit.text import whole_number

LONGEST_WORDS = 200


@dataclass(frozen=True)
class ListQuery:
    """The base of each list's query: every field but ``page`` and ``sort`` is a filter, and is text.

    What the list does not know is left out, so that an old link still opens. ``sorts``: the orders, with the words of
    their heads. ``several``: the filters of which many hold at once, kept as one text with commas, and their choices.
    """

    q: str = ""
    sort: str = ""
    page: int = 1

    name: ClassVar[str] = ""
    """The name of the list, in the addresses of saved views and of what was opened from it."""
    sorts: ClassVar[dict[str, str]] = {}
    several: ClassVar[dict[str, dict[str, str]]] = {}

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """From the pairs of an address; a filter of ``several`` may come many times."""
        said = list(pairs)
        given = dict(said) | {
            name: ",".join(value for key, value in said if key == name)
            for name in cls.several
            if any(key == name for key, _ in said)
        }
        typed = {field.name: str(given[field.name]) for field in fields(cls) if field.name in given}
        known = {name: text.replace("\x00", "").strip() for name, text in typed.items()}
        page = known.pop("page", "1")
        number = whole_number(page, digits=7) or 1
        return cls(**known, page=min(number, 10_000))._mended()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From what ``as_text`` wrote."""
        return cls.of(parse_qsl(text[:2000].removeprefix("?")))

    def mended(self) -> Self:
        """Each list leaves out what it does not know; the words, the order and ``several`` are seen to already."""
        return self

    def _mended(self) -> Self:
        chosen: dict[str, Any] = {
            name: ",".join(one for one in choices if one in getattr(self, name).split(","))
            for name, choices in self.several.items()
        }
        known = self.sort.removeprefix("-") in self.sorts
        tidy = replace(
            self,
            q=self.q[:LONGEST_WORDS],
            sort=self.sort if known else type(self)().sort,
            **chosen,
        )
        return tidy.mended()

    def chosen(self, name: str) -> frozenset[str]:
        """Which of a filter of ``several`` are on."""
        return frozenset(filter(None, getattr(self, name).split(",")))

    @property
    def filters(self) -> bool:
        """Is anything left out of the list?"""
        default = type(self)()
        names = (field.name for field in fields(self) if field.name not in ("sort", "page"))
        return any(getattr(self, name) != getattr(default, name) for name in names)

    def toggled(self, name: str, one: str) -> str:
        """A filter of ``several`` with this one put in, or taken away."""
        on = self.chosen(name)
        return ",".join(each for each in self.several[name] if (each in on) != (each == one))

    def url(self, **changes: Any) -> str:
        """The address of this list with some of it changed; another filter begins at its first page."""
        changes.setdefault("page", 1)
        return "?" + urlencode(replace(self, **changes).said())

    def as_text(self) -> str:
        """Filters, words and order without the page, as a saved view keeps them."""
        return urlencode(replace(self, page=1).said())

    def kept(self) -> list[tuple[str, Any]]:
        """What a new search keeps: everything but the words and the page."""
        return replace(self, q="", page=1).said()

    def place(self, **more: str) -> str:
        """What the address of a line carries, so that “next” is the next of this list; "" for the whole list.

        ``more``: what is asked of the line's page besides.
        """
        said = replace(self, page=1).said()
        pairs = [("in", self.name), *said, *more.items()] if said else list(more.items())
        return f"?{urlencode(pairs)}" if pairs else ""

    def said(self) -> list[tuple[str, Any]]:
        """The pairs of its address: what is not as in the whole list."""
        default = type(self)()
        parts = [(field.name, getattr(self, field.name)) for field in fields(self) if field.name not in self.several]
        plain = [(name, value) for name, value in parts if value != getattr(default, name)]
        marks = [(name, one) for name in self.several for one in self.several[name] if one in self.chosen(name)]
        return plain + marks


def pairs_of(data: QueryDict) -> list[tuple[str, str]]:
    """The pairs of an address as they came."""
    return [(name, value) for name, values in data.lists() for value in values]


def number_in(text: str) -> str:
    """A key as it stands in an address; "" for anything else."""
    return "" if whole_number(text, digits=9) is None else text
