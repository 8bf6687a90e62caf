"""What the readers hand back: records with the line they stand on, and what was wrong with the others."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from submissions.importing.records import Problem

Row = TypeVar("Row")


@dataclass(frozen=True)
class PersonRow:
    """Somebody to have a role. ``roles``: pairs of one of ROLES (people.py) and the name of a track, "" for all.

    ``load`` None and ``topics`` None: the file says nothing of them.
    """

    line: int
    email: str
    given: str
    particle: str
    family: str
    roles: tuple[tuple[str, str], ...]
    load: int | None = None
    topics: tuple[str, ...] | None = None
    affiliations: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given, self.particle, self.family) if part)


@dataclass(frozen=True)
class AssignmentRow:
    """``kind`` is reviewer, external, emergency or area_chair; or clear, which takes the paper back."""

    line: int
    paper: int
    email: str
    kind: str


@dataclass(frozen=True)
class ScoreRow:
    """How near a paper is to what a reviewer knows, from 0 to 1."""

    line: int
    paper: int
    email: str
    score: float


@dataclass(frozen=True)
class ReviewRow:
    """``answers``: what stood under each column that is not ours, by the column's name as it stood.

    ``reviewer`` is a signature that says nothing of who it is; then ``email`` is empty. ``key``: what the paper was
    called where it was imported from, where the file says so.
    """

    line: int
    paper: int
    email: str
    name: str
    reviewer: str
    at: datetime | None
    answers: dict[str, str] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True)
class Read(Generic[Row]):
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
