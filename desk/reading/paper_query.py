"""What the address of the list of papers asks for: its filters, its words, its order. URL = state."""

from dataclasses import dataclass, replace
from typing import ClassVar

from desk.reading.list_query import ListQuery, number_in
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
class PaperQuery(ListQuery):
    track: str = ""
    status: str = ""
    topic: str = ""
    handler: str = ""
    decision: str = ""
    reviews: str = ""
    lacks: str = ""
    look: str = ""
    sort: str = "number"

    name: ClassVar[str] = LIST
    sorts: ClassVar[dict[str, str]] = SORTS
    several: ClassVar[dict[str, dict[str, str]]] = {"look": FLAGS}

    def mended(self) -> "PaperQuery":
        return replace(
            self,
            track=self.track[:40],
            topic=number_in(self.topic),
            status=self.status if self.status in SubmissionStatus.values else "",
            decision=self.decision if self.decision in DECISION_FILTERS else "",
            reviews=self.reviews if self.reviews in REVIEW_FILTERS else "",
            lacks=self.lacks if self.lacks in LACKS else "",
            handler=self.handler if self.handler in {"me", "none"} else number_in(self.handler),
        )

    @property
    def finds_everything(self) -> bool:
        """Is no filter set, so that only the order and the page are asked for?"""
        return not (self.hides or self.track or self.q)

    @property
    def hides(self) -> bool:
        """Does it ask for more than the track and the words, which is all that a sealed line may be found by?"""
        return any([self.status, self.topic, self.handler, self.decision, self.reviews, self.lacks, self.look])
