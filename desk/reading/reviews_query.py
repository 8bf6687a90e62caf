"""What the address of the list of reviews asks for."""

from dataclasses import dataclass, replace
from typing import ClassVar

from desk.reading.list_query import ListQuery, number_in

SORTS = {
    "paper": "Paper",
    "reviewer": "Reviewer",
    "state": "State",
    "overall": "Overall",
    "confidence": "Confidence",
    "words": "Words",
    "due": "Due",
    "changed": "Last change",
}
STATES = {
    "missing": "To come",
    "unopened": "Not begun",
    "draft": "Drafts",
    "submitted": "Submitted",
    "set_aside": "Set aside",
    "gone": "No longer theirs",
}
FLAGS = {
    "overdue": "Overdue",
    "late": "Came late",
    "short": "Short",
    "ethics": "Ethical concern",
    "knows": "Thinks to know the authors",
}


@dataclass(frozen=True)
class ReviewQuery(ListQuery):
    """``state`` missing: drafts and those that are not begun. ``who``: the key of a reviewer."""

    track: str = ""
    state: str = ""
    who: str = ""
    look: str = ""
    sort: str = "paper"

    name: ClassVar[str] = "reviews"
    sorts: ClassVar[dict[str, str]] = SORTS
    several: ClassVar[dict[str, dict[str, str]]] = {"look": FLAGS}

    def mended(self) -> "ReviewQuery":
        return replace(
            self,
            track=self.track[:40],
            state=self.state if self.state in STATES else "",
            who=number_in(self.who),
        )
