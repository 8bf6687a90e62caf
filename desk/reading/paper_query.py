"""What the address of the list of papers asks for: its filters, its words, its order. URL = state."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict

from submissions.states import SubmissionStatus

SORTS = {
    "number": "Number",
    "title": "Title",
    "track": "Track",
    "status": "State",
    "changed": "Last change",
    "reviews": "Reviews",
    "mean": "Mean",
    "handler": "Handler",
    "decision": "Decision",
}
DECISION_STATES = {"none": "Not decided", "tentative": "Tentative", "confirmed": "Confirmed", "told": "Told"}
DECISION_FILTERS = DECISION_STATES | {"desk_reject": "Desk-rejected, not told"}
REVIEW_FILTERS = {"missing": "Reviews missing", "in": "All reviews in"}
LACKS = {
    "anything": "Anything missing",
    "title": "No title",
    "abstract": "No abstract",
    "authors": "No corresponding author",
    "file": "No file",
    "answers": "Questions not answered",
}
FLAGS = {
    "address": "Waits for an address",
    "late": "Came late",
    "extended": "Open longer",
    "alike": "Looks like another",
    "authors": "Authors asked about",
    "refused": "PDF cannot be read",
    "mend": "PDF to mend",
    "over": "Over the page limit",
    "named": "PDF names its authors",
    "conflicts": "Conflicts to look at",
}
LIST = "papers"
"""The name of this list, in the address of a paper that was opened from it and for saved views."""


@dataclass(frozen=True)
class PaperQuery:
    """What is asked for. What the list does not know is left out, so that an old link still opens."""

    track: str = ""
    status: str = ""
    topic: str = ""
    handler: str = ""
    decision: str = ""
    reviews: str = ""
    lacks: str = ""
    look: str = ""
    q: str = ""
    sort: str = "number"
    page: int = 1

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "PaperQuery":
        """From the pairs of an address; “look” may come several times."""
        said = list(pairs)
        given = dict(said) | {"look": ",".join(value for name, value in said if name == "look")}
        known = {
            field.name: str(given[field.name]).replace("\x00", "").strip()
            for field in fields(cls)
            if field.name in given
        }
        page = known.pop("page", "1")
        query = cls(**known, page=min(int(page), 10_000) if page.isdecimal() and 0 < len(page) < 8 and int(page) else 1)
        return query.mended()

    @classmethod
    def from_text(cls, text: str) -> "PaperQuery":
        """From what ``as_text`` wrote."""
        return cls.of(parse_qsl(text[:2000].removeprefix("?")))

    def mended(self) -> "PaperQuery":
        flags = self.look.split(",")
        return replace(
            self,
            track=self.track[:40],
            topic=_number(self.topic),
            status=self.status if self.status in SubmissionStatus.values else "",
            decision=self.decision if self.decision in DECISION_FILTERS else "",
            reviews=self.reviews if self.reviews in REVIEW_FILTERS else "",
            lacks=self.lacks if self.lacks in LACKS else "",
            look=",".join(flag for flag in FLAGS if flag in flags),
            handler=self.handler if self.handler in {"me", "none"} else _number(self.handler),
            sort=self.sort if self.sort.removeprefix("-") in SORTS else "number",
            q=self.q[:200],
        )

    @property
    def flag_set(self) -> frozenset[str]:
        return frozenset(filter(None, self.look.split(",")))

    @property
    def hides(self) -> bool:
        """Does it ask for more than the track and the words, which is all that a sealed line may be found by?"""
        return any([self.status, self.topic, self.handler, self.decision, self.reviews, self.lacks, self.look])

    @property
    def filters(self) -> bool:
        return self.hides or bool(self.track or self.q)

    def toggled(self, flag: str) -> str:
        """The flags with this one put in, or taken away."""
        return ",".join(one for one in FLAGS if (one in self.flag_set) != (one == flag))

    def url(self, **changes: Any) -> str:
        """The address of this list with some of it changed; another filter begins at its first page."""
        changes.setdefault("page", 1)
        return "?" + urlencode(replace(self, **changes)._said())

    def as_text(self) -> str:
        """Filters, words and order without the page, as a saved view keeps them."""
        return urlencode(replace(self, page=1)._said())

    def kept(self) -> list[tuple[str, Any]]:
        """What a new search keeps: everything but the words and the page."""
        return replace(self, q="", page=1)._said()

    def place(self) -> str:
        """What the address of a paper carries, so that “next” is the next of this list; "" for the whole list."""
        said = self.as_text()
        return f"?in={LIST}&{said}" if said else ""

    def _said(self) -> list[tuple[str, Any]]:
        default = PaperQuery()
        parts = [(field.name, getattr(self, field.name)) for field in fields(self)]
        said = [(name, value) for name, value in parts if value != getattr(default, name) and name != "look"]
        return said + [("look", flag) for flag in FLAGS if flag in self.flag_set]


def pairs_of(data: QueryDict) -> list[tuple[str, str]]:
    """The pairs of an address as they came."""
    return [(name, value) for name, values in data.lists() for value in values]


def _number(text: str) -> str:
    return text if text.isascii() and text.isdecimal() and len(text) < 10 else ""
