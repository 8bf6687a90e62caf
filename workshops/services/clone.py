"""Begin a new edition from an earlier one: everything that was set up, nothing that came in."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models.fields.files import FieldFile

from access.rights import require
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from notifications.models import Template
from notifications.rendering import scope_of
from workshops import links
from workshops.models import (
    Deadline,
    Form,
    FormVersion,
    PublicOrganizer,
    Question,
    Topic,
    Track,
    Workshop,
    WorkshopLink,
)
from workshops.querysets import open_organizers
from workshops.services.create import check_new
from workshops.services.deadlines import set_deadline
from workshops.services.forms import open_form_version
from workshops.services.roles import give_role
from workshops.shift import shifted, weeks_between
from workshops.states import FormStatus, Role

OF_ONE_EDITION = ("slug", "name", "year", "previous", "venue", "starts", "ends", "published_at", "frozen_at")
Dates = Mapping[int, datetime | None]


@transaction.atomic
def clone_edition(
    *,
    workshop: Workshop,
    by: User | None,
    slug: str,
    year: int,
    name: str = "",
    venue: str = "",
    starts: date | None = None,
    ends: date | None = None,
    dates: Dates | None = None,
    organizers: Collection[User] = (),
) -> Workshop:
    """Copy settings, tracks, topics, open forms, outcomes, words of mails, public texts and dates; never papers, people
    or reviews. It is not announced. ``by`` organizes it, and of ``organizers`` those who organize this one.

    ``dates`` says, by the key of each deadline of the old edition, when the new one is; None leaves it out, and what is
    not named moves by whole weeks (workshops.shift). Pins are not copied: who set a date sets another one.
    Raises Refused with the field; for a date, ``date_<key>``.
    """
    if by is not None:
        require(Viewer(by), "settings", workshop)
    new = Workshop(
        **_values(workshop, *OF_ONE_EDITION),
        slug=slug.strip(),
        name=name.strip() or workshop.name,
        year=year,
        venue=venue.strip(),
        starts=starts,
        ends=ends,
        previous=workshop,
    )
    check_new(new)
    new.save()
    record(
        "workshop.cloned",
        by=by,
        root_type=Root.WORKSHOP,
        root_id=new.pk,
        aspect="settings",
        about=new,
        data={"from": workshop.pk},
    )
    tracks = _copy_tracks(workshop, new)
    _copy_plain_rows(workshop, new)
    _copy_forms(workshop, new, tracks)
    _copy_words(workshop, new)
    links.cloned(links.Clone(old=workshop, new=new, tracks=tracks))
    _copy_organizers(workshop, new, by, organizers)
    _copy_dates(workshop, new, tracks, dates or {}, by)
    return new


def _values(row: models.Model, *left_out: str) -> dict[str, Any]:
    """The row's own values by column, files by their names."""
    found = {}
    for field in row._meta.concrete_fields:
        if not field.primary_key and field.name not in left_out:
            value = field.value_from_object(row)
            found[field.attname] = value.name if isinstance(value, FieldFile) else value
    return found


def _copy_tracks(old: Workshop, new: Workshop) -> dict[int, Track]:
    rows = Track.objects.filter(workshop=old)
    return {row.pk: Track.objects.create(workshop=new, **_values(row, "workshop")) for row in rows}


def _copy_plain_rows(old: Workshop, new: Workshop) -> None:
    """What hangs on nothing but the workshop. Talks belong to one edition."""
    plain: tuple[type[models.Model], ...] = (Topic, PublicOrganizer, WorkshopLink)
    for model in plain:
        rows = model._default_manager.filter(workshop=old)
        model._default_manager.bulk_create([model(workshop=new, **_values(row, "workshop")) for row in rows])


def _copy_forms(old: Workshop, new: Workshop, tracks: dict[int, Track]) -> None:
    """Each form with the version that is open, as its first."""
    versions = FormVersion.objects.filter(form__workshop=old, status=FormStatus.OPEN)
    for version in versions.select_related("form").prefetch_related("questions"):
        track = tracks[version.form.track_id] if version.form.track_id else None
        form = Form.objects.create(workshop=new, track=track, purpose=version.form.purpose)
        first = FormVersion.objects.create(form=form, number=1)
        questions = [Question(version=first, **_values(row, "version")) for row in version.questions.all()]
        Question.objects.bulk_create(questions)
        open_form_version(version=first, by=None)


def _copy_words(old: Workshop, new: Workshop) -> None:
    """The words of mails that were changed for this workshop."""
    rows = Template.objects.filter(scope=scope_of(old.pk))
    copies = [Template(**_values(row, "scope", "version"), scope=scope_of(new.pk)) for row in rows]
    Template.objects.bulk_create(copies)


def _copy_organizers(old: Workshop, new: Workshop, by: User | None, chosen: Collection[User]) -> None:
    having = set(open_organizers(old.pk).values_list("user", flat=True))
    people = {by.pk: by} if by is not None else {}
    people |= {user.pk: user for user in chosen if user.pk in having}
    for user in people.values():
        give_role(workshop=new, user=user, role=Role.ORGANIZER, by=None)


def _copy_dates(old: Workshop, new: Workshop, tracks: dict[int, Track], chosen: Dates, by: User | None) -> None:
    weeks = weeks_between(years=(old.year, new.year), starts=(old.starts, new.starts))
    for row in Deadline.objects.filter(workshop=old).order_by("at", "pk"):
        at = chosen.get(row.pk, shifted(row.at, weeks))
        if at is None:
            continue
        try:
            set_deadline(
                workshop=new,
                track=tracks[row.track_id] if row.track_id else None,
                kind=row.kind,
                at=at,
                opens_at=row.opens_at + (at - row.at) if row.opens_at else None,
                grace_minutes=row.grace_minutes,
                hard=row.hard,
                by=by,
            )
        except Refused as refusal:
            raise Refused(refusal.sentence, field=f"date_{row.pk}") from refusal
