"""What the address of a proposal asks for: papers, people or figures; which of them; in which order."""

from dataclasses import dataclass, replace
from typing import ClassVar

from audit.text import whole_number
from desk.reading.list_query import ListQuery

SIDES = {"papers": "Papers", "people": "People", "figures": "Figures"}
PAPER_LOOKS = {
    "worst": "Ten lowest",
    "missing": "Somebody is missing",
    "unknown": "Nothing known of somebody",
    "edited": "Edited by hand",
    "over": "Somebody has too many",
}
PERSON_LOOKS = {"none": "Without a paper", "full": "Full", "over": "Too many"}
SORTS = {
    "paper": "No.",
    "total": "Total",
    "lowest": "Lowest score",
    "name": "Name",
    "load": "Papers",
    "mean": "Mean score",
    "price": "One more place",
}


@dataclass(frozen=True)
class RunQuery(ListQuery):
    """``side``: which of the linked lists. ``look``: marks; all of them must hold."""

    side: str = "papers"
    track: str = ""
    look: str = ""
    sort: str = ""

    name: ClassVar[str] = "run"
    sorts: ClassVar[dict[str, str]] = SORTS
    several: ClassVar[dict[str, dict[str, str]]] = {"look": PAPER_LOOKS | PERSON_LOOKS}

    def mended(self) -> "RunQuery":
        side = self.side if self.side in SIDES else "papers"
        known = PERSON_LOOKS if side == "people" else PAPER_LOOKS
        look = ",".join(one for one in self.look.split(",") if one in known)
        return replace(self, side=side, track=self.track[:40], look=look)


@dataclass(frozen=True)
class CandidateQuery(ListQuery):
    """Who might have one paper. ``out``: whose place is to be taken, by their key."""

    out: str = ""
    look: str = ""
    sort: str = ""

    name: ClassVar[str] = "candidates"
    sorts: ClassVar[dict[str, str]] = {
        "score": "Score",
        "name": "Name",
        "affinity": "Affinity",
        "topic": "Topics",
        "load": "Papers",
        "cost": "Costs",
    }
    several: ClassVar[dict[str, dict[str, str]]] = {"look": {"free": "Has room", "allowed": "Without a conflict"}}

    def mended(self) -> "CandidateQuery":
        return replace(self, out="" if whole_number(self.out) is None else self.out)


@dataclass(frozen=True)
class SuitedQuery(ListQuery):
    """Which papers one person might get."""

    look: str = ""
    sort: str = ""

    name: ClassVar[str] = "suited"
    sorts: ClassVar[dict[str, str]] = {
        "score": "Score",
        "paper": "No.",
        "affinity": "Affinity",
        "topic": "Topics",
        "cost": "Costs",
    }
    several: ClassVar[dict[str, dict[str, str]]] = {"look": {"missing": "Somebody is missing"}}
