"""Forms as the higher floors read them: plain data, so that a reviewer's page carries no rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet

from access.prepared import prepared
from audit.errors import Refused
from workshops.models import Form, FormVersion, Question
from workshops.states import FormStatus

NAMES = ("key", "kind", "text", "help", "labels", "low", "high", "words", "required", "readers")


@dataclass(frozen=True)
class QuestionData:
    """A question as it is asked. ``labels`` goes from the answer's key to its words, in the order of showing.

    ``readers`` is one of Question.Readers; ``readers_label`` says it in words.
    """

    key: str
    kind: str
    text: str
    help: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    low: int | None = None
    high: int | None = None
    words: int | None = None
    required: bool = False
    readers: str = Question.Readers.AUTHORS

    @property
    def readers_label(self) -> str:
        return Question.Readers(self.readers).label

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be answered to a scale (best first), a choice or several choices; empty for other kinds."""
        if self.kind == Question.Kind.SCALE and self.low is not None and self.high is not None:
            return [(str(n), self.labels.get(str(n), "")) for n in range(self.high, self.low - 1, -1)]
        return list(self.labels.items())


def find_open_form(workshop_id: int, track_id: int | None, purpose: str = Form.Purpose.REVIEW) -> FormVersion | None:
    """The open version of the track's own form, else of the workshop's; None where there is neither."""
    rows = FormVersion.objects.filter(form__workshop=workshop_id, form__purpose=purpose, status=FormStatus.OPEN)
    mine = rows.filter(Q(form__track=track_id) | Q(form__track=None))
    return mine.order_by(F("form__track").asc(nulls_last=True)).first()


def open_form(workshop_id: int, track_id: int | None, purpose: str = Form.Purpose.REVIEW) -> FormVersion:
    """The same, where there must be one. Raises Refused."""
    found = find_open_form(workshop_id, track_id, purpose)
    if found is None:
        raise Refused("There is no open form for this track. An organizer opens one in the settings of the workshop.")
    return found


@prepared
def _question_rows(version_id: int) -> QuerySet[Question]:
    return Question.objects.filter(version=version_id).values_list(*NAMES)


def questions_of(version_id: int) -> tuple[QuestionData, ...]:
    """The questions of a version in their order. One query."""
    rows: list[tuple[Any, ...]] = _question_rows(version_id)
    return tuple(QuestionData(**dict(zip(NAMES, row, strict=True))) for row in rows)


def in_order(rows: Iterable[Any]) -> list[Any]:
    """Rows that have a ``position``, by it."""
    return sorted(rows, key=lambda row: (row.position, row.pk))
