"""Begin an edition of a workshop."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.errors import Refused, refuse_invalid
from audit.models import Root
from audit.services.record import record
from workshops.instants import AOE, aoe_end_of_day
from workshops.models import Deadline, Form, FormVersion, Question, Topic, Track, Workshop
from workshops.presets import FORMS, PRESETS, Preset
from workshops.services.forms import open_form_version
from workshops.services.roles import give_role
from workshops.states import Role

FIELDS = frozenset(
    """
    tagline about call contact venue starts ends previous hold_minutes two_person conflict_years conflict_sources
    authors_may_be_revealed reviewer_policies bids_wanted
    """.split()
)
DAYS_AHEAD = 30


@transaction.atomic
def create_workshop(
    *,
    by: User | None,
    slug: str,
    name: str,
    year: int,
    preset: str = "neurreps",
    is_rehearsal: bool = False,
    announced: bool = False,
    submission_at: datetime | None = None,
    **fields: Any,
) -> Workshop:
    """Make a workshop with the preset's tracks, topics, opened forms and deadlines; ``by`` organizes it.

    Until it is ``announced`` nobody but its organizers sees it, so that it can be prepared in peace.
    The deadlines are spaced from ``submission_at`` (by default the end of the day in 30 days, AoE). ``fields`` are
    others of the workshop, see FIELDS. Who may begin one is asked by the page: whoever has a desk.

    Raises Refused, with the field, for a slug that is taken and whatever else the model does not take.
    """
    if unknown := sorted(set(fields) - FIELDS):
        raise TypeError(f"A new workshop does not take {', '.join(unknown)}.")
    chosen = PRESETS[preset]
    values = {**chosen["fields"], **fields}
    workshop = Workshop(slug=slug.strip(), name=name.strip(), year=year, is_rehearsal=is_rehearsal, **values)
    workshop.published_at = timezone.now() if announced else None
    check_new(workshop)
    workshop.save()
    record("workshop.created", by=by, root_type=Root.WORKSHOP, root_id=workshop.pk, aspect="settings", about=workshop)
    _fill(workshop, chosen, submission_at or _default_submission_at())
    if by is not None:
        give_role(workshop=workshop, user=by, role=Role.ORGANIZER, by=None)
    return workshop


def check_new(workshop: Workshop) -> None:
    """Raise Refused, with the field, for what a new workshop cannot be."""
    if Workshop.objects.filter(slug=workshop.slug).exists():
        taken = f"The address “{workshop.slug}” is taken by another workshop; add the year, such as neurreps-2027."
        raise Refused(taken, field="slug")
    if not 2000 <= workshop.year <= 2100:
        raise Refused("Write the year with four digits, such as 2027.", field="year")
    refuse_invalid(workshop)


def _default_submission_at() -> datetime:
    return aoe_end_of_day(timezone.now().astimezone(AOE).date() + timedelta(days=DAYS_AHEAD))


def _fill(workshop: Workshop, preset: Preset, submission_at: datetime) -> None:
    for position, entry in enumerate(preset["tracks"]):
        values = {key: value for key, value in entry.items() if key != "form"}
        track = Track.objects.create(workshop=workshop, position=position, **values)
        _add_form(workshop, FORMS[entry["form"]], track)
    if preset["disclosures"]:
        _add_form(workshop, preset["disclosures"], None, Form.Purpose.DISCLOSURE)
    topics = [Topic(workshop=workshop, name=name, position=n) for n, name in enumerate(preset["topics"])]
    Topic.objects.bulk_create(topics)
    now = timezone.now()
    dates = {kind: submission_at + timedelta(days=days) for kind, days in preset["deadlines"].items()}
    deadlines = [Deadline(workshop=workshop, kind=kind, at=at, awaited=at > now) for kind, at in dates.items()]
    Deadline.objects.bulk_create(deadlines)


def _add_form(
    workshop: Workshop, questions: list[dict[str, Any]], track: Track | None, purpose: str = Form.Purpose.REVIEW
) -> None:
    form = Form.objects.create(workshop=workshop, track=track, purpose=purpose)
    version = FormVersion.objects.create(form=form, number=1)
    rows = [Question(version=version, position=n, **values) for n, values in enumerate(questions)]
    Question.objects.bulk_create(rows)
    open_form_version(version=version, by=None)
