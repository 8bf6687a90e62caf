"""What the address of the log asks for."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from desk.reading.keyed_query import KeyedQuery
from desk.reading.list_query import number_in

GROUPS = {
    "submission": "Papers",
    "conflict": "Conflicts",
    "handler": "Handlers",
    "invitation": "Invitations",
    "assignment": "Assignment",
    "review": "Reviews",
    "decision": "Decisions",
    "batch": "Mail",
    "identity": "Names looked at",
    "settings": "Settings",
    "deadline": "Deadlines",
    "role": "Roles",
}


@dataclass(frozen=True)
class LogQuery(KeyedQuery):
    """``q``: words of what was done; ``who``: of the name of who did it; ``since`` and ``until``: days in UTC."""

    about: str = ""
    who: str = ""
    paper: str = ""
    since: str = ""
    until: str = ""

    name: ClassVar[str] = "log"

    def mended(self) -> "LogQuery":
        return replace(
            super().mended(),
            about=self.about if self.about in GROUPS else "",
            who=self.who[:100],
            paper=number_in(self.paper.removeprefix("#")),
            since=self.since if _day(self.since) else "",
            until=self.until if _day(self.until) else "",
        )

    @property
    def begins(self) -> datetime | None:
        return _day(self.since)

    @property
    def ends(self) -> datetime | None:
        """The first instant that is no longer asked for."""
        last = _day(self.until)
        return last + timedelta(days=1) if last else None


def _day(text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if 2000 <= day.year < 2200 else None
