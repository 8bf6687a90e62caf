"""What the address of the list of people asks for."""

from dataclasses import dataclass, replace
from typing import ClassVar

from desk.reading.list_query import ListQuery
from reviews.states import InvitationStatus
from workshops.states import Role

INVITED = "invited"
ROLES = {
    "": "Everybody",
    Role.ORGANIZER: "Organizers",
    Role.AREA_CHAIR: "Area chairs",
    Role.REVIEWER: "Reviewers",
    INVITED: "Invitations",
}
SORTS = {
    "name": "Name",
    "bids": "Bids",
    "load": "Papers",
    "done": "Reviews in",
    "overdue": "Overdue",
    "seen": "Last work",
    "conflicts": "Conflicts",
}
FLAGS = {
    "silent": "May not deliver",
    "overdue": "Something overdue",
    "no_bids": "Has not bid",
    "working": "Reviews to come",
    "done": "All reviews in",
    "none": "No paper",
    "room": "Room for more",
    "full": "Full",
    "emergency": "Emergency pool",
    "senior": "Senior",
    "unknown": "Nothing known of them",
}


@dataclass(frozen=True)
class PeopleQuery(ListQuery):
    """``role`` invited: the list of invitations, which ``state`` narrows."""

    role: str = ""
    state: str = ""
    look: str = ""
    sort: str = "name"

    name: ClassVar[str] = "people"
    sorts: ClassVar[dict[str, str]] = SORTS
    several: ClassVar[dict[str, dict[str, str]]] = {"look": FLAGS}

    def mended(self) -> "PeopleQuery":
        return replace(
            self,
            role=self.role if self.role in ROLES else "",
            state=self.state if self.state in InvitationStatus.values else "",
        )
