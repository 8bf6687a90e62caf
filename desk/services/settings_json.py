"""The settings of a workshop as one file: written, compared, and, once the differences were looked at, applied."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import ProtectedError

from access.rights import require
from access.services.settings import remove_setting, save_setting
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused, StaleState, refuse_invalid
from audit.models import Root
from decisions.models import Outcome
from desk.settings_document import (
    Change,
    Document,
    Values,
    as_json,
    changes,
    mark_of,
    parse,
    read_document,
    stays,
    wanted,
)
from notifications.kinds import all_kinds
from notifications.models import Template
from notifications.rendering import scope_of
from notifications.services.templates import reset_template, save_template
from workshops.models import Form, FormVersion, Topic, Track, Workshop, WorkshopLink
from workshops.services.deadlines import set_deadline
from workshops.services.forms import begin_form, new_form_version, open_form_version
from workshops.states import FormStatus


@dataclass(frozen=True)
class Plan:
    """What a file would change. ``refusal``: why it cannot be applied as it is; ``stays``: what it does not name.

    ``mark`` tells the same plan from another one.
    """

    changes: list[Change]
    stays: list[str]
    mark: str
    refusal: str = ""


def write_settings(workshop: Workshop) -> bytes:
    """The settings as a file."""
    return as_json(read_document(workshop))


def foresee_settings(*, workshop: Workshop, by: User, content: bytes) -> Plan:
    """What a file would change: it is applied, and undone before anybody sees it. Raises Refused for no such file."""
    require(acting(by), "settings", workshop)
    now, given = read_document(workshop), parse(content)
    then = wanted(now, given)
    refusal = ""
    with transaction.atomic():
        try:
            _Applying(workshop, by, now, then).all()
        except Refused as refused:
            refusal = refused.sentence
        transaction.set_rollback(True)
    return Plan(changes(now, then), stays(now, given), mark_of(now, content), refusal)


@transaction.atomic
def apply_settings(*, workshop: Workshop, by: User, content: bytes, seen: str) -> int:
    """Set what the file says; returns how many settings are changed by it. All of it or nothing.

    Raises StaleState when what was ``seen`` (the mark of the plan) is not what it would do by now, Refused, naming the
    setting, for whatever the services of the single settings refuse.
    """
    require(acting(by), "settings", workshop)
    workshop = Workshop.objects.select_for_update().get(pk=workshop.pk)
    now, given = read_document(workshop), parse(content)
    if mark_of(now, content) != seen:
        raise StaleState("Somebody has changed the settings in the meantime. Look at the differences again.")
    then = wanted(now, given)
    count = len(changes(now, then))
    if not count:
        raise Refused("The file says what is set now; there is nothing to change.")
    _Applying(workshop, by, now, then).all()
    return count


class _Applying:
    """From one document to the other, by the services of the single settings."""

    def __init__(self, workshop: Workshop, by: User, now: Document, then: Document) -> None:
        self.workshop = Workshop.objects.get(pk=workshop.pk)
        self.by = by
        self.now = now
        self.then = then
        self.tracks: dict[str, Track] = {}

    def all(self) -> None:
        self._row("Workshop", self.workshop, self.now["workshop"][()], self.then["workshop"][()])
        rows = {track.slug: track for track in Track.objects.filter(workshop=self.workshop)}
        for (slug,), values in self.then["tracks"].items():
            self._row(f"Track “{slug}”", rows.get(slug) or Track(workshop=self.workshop, slug=slug), None, values)
        self.tracks = {track.slug: track for track in Track.objects.filter(workshop=self.workshop)}
        self._list("topics", "Topic", Topic, lambda key: {"workshop": self.workshop, "name": key[0]})
        self._list(
            "links", "Link", WorkshopLink, lambda key: {"workshop": self.workshop, "label": key[0], "url": key[1]}
        )
        self._forms()
        self._list("outcomes", "Outcome", Outcome, lambda key: {"track": self._track(key[0]), "key": key[1]})
        self._deadlines()
        self._mails()

    def _track(self, slug: str) -> Track | None:
        if not slug:
            return None
        if slug not in self.tracks:
            raise Refused(f"There is no track with the short name “{slug}”.")
        return self.tracks[slug]

    # --- rows that have no service of their own ---

    def _row(self, where: str, row: models.Model, old: Values | None, new: Values) -> None:
        """Save what differs of it."""
        before = old if old is not None else {name: getattr(row, name) for name in new}
        changed = [name for name in new if row.pk is None or before.get(name) != new[name]]
        if not changed:
            return
        for name in changed:
            setattr(row, name, new[name])
        added = row.pk is None
        with _at(where):
            refuse_invalid(row)
        root = {"root_type": Root.WORKSHOP, "root_id": self.workshop.pk}
        save_setting(row, by=self.by, changed=changed, added=added, **root)  # type: ignore[arg-type]  # the root is a pair of keywords

    def _list(
        self, name: str, words: str, model: type[models.Model], lookup: Callable[[tuple[str, ...]], Values]
    ) -> None:
        """Rows that are added, changed, and taken away where nothing hangs on them."""
        for key in self.now[name]:
            if key not in self.then[name]:
                self._remove(f"{words} “{key[-1]}”", model._default_manager.get(**lookup(key)))
        for key, values in self.then[name].items():
            if values == self.now[name].get(key):
                continue
            where = lookup(key)
            row = model._default_manager.filter(**where).first() or model(**where)
            given = dict(values)
            if "offers_track" in given:
                given["offers_track"] = self._track(given["offers_track"])
            self._row(f"{words} “{key[-1]}”", row, None, given)

    def _remove(self, where: str, row: models.Model) -> None:
        try:
            remove_setting(row, by=self.by, root_type=Root.WORKSHOP, root_id=self.workshop.pk)
        except ProtectedError:
            raise Refused(f"{where} is in use, so it cannot go. Put it back into the file.") from None

    # --- forms, dates, words of mails ---

    def _forms(self) -> None:
        for key, values in self.then["forms"].items():
            if json.dumps(values) == json.dumps(self.now["forms"].get(key)):  # the order of labels counts
                continue
            purpose, slug = key
            where = f"Form “{purpose}”" + (f" ({slug})" if slug else "")
            with _at(where):
                self._form(purpose, self._track(slug), values["questions"])

    def _form(self, purpose: str, track: Track | None, questions: list[Values]) -> None:
        if purpose not in Form.Purpose.values:
            raise Refused("There is no form of that purpose.")
        form = Form.objects.filter(workshop=self.workshop, track=track, purpose=purpose).first()
        if form is None:
            draft = begin_form(workshop=self.workshop, track=track, purpose=purpose, by=self.by, questions=questions)
        elif FormVersion.objects.filter(form=form, status=FormStatus.DRAFT).exists():
            raise Refused("A new version of it is being worded. Open that one first.")
        else:
            draft = new_form_version(form=form, by=self.by, questions=questions)
        open_form_version(version=draft, by=self.by)

    def _deadlines(self) -> None:
        """In whatever order keeps the season in order after each of them."""
        waiting = {
            key: values for key, values in self.then["deadlines"].items() if values != self.now["deadlines"].get(key)
        }
        while waiting:
            refused: dict[tuple[str, ...], Refused] = {}
            for key, values in waiting.items():
                try:
                    with transaction.atomic():
                        self._deadline(key, values)
                except Refused as refusal:
                    refused[key] = refusal
            if len(refused) == len(waiting):
                raise next(iter(refused.values()))
            waiting = {key: waiting[key] for key in refused}

    def _deadline(self, key: tuple[str, ...], values: Values) -> None:
        kind, slug = key
        with _at(f"Date “{kind}”" + (f" ({slug})" if slug else "")):
            if values.get("at") is None:
                raise Refused("“at” is missing: until when is it?")
            given: dict[str, Any] = {**values, "open_at_once": values["opens_at"] is None}
            set_deadline(workshop=self.workshop, kind=kind, track=self._track(slug), by=self.by, **given)

    def _mails(self) -> None:
        scope = scope_of(self.workshop.pk)
        own = {kind.name for kind in all_kinds() if not kind.site_only}
        versions = dict(Template.objects.filter(scope=scope).values_list("kind", "version"))
        for (kind,) in self.now["mails"]:
            if (kind,) not in self.then["mails"]:
                reset_template(kind=kind, scope=scope, by=self.by)
        for (kind,), words in self.then["mails"].items():
            if words == self.now["mails"].get((kind,)):
                continue
            with _at(f"Mail “{kind}”"):
                if kind not in own:
                    raise Refused("there is no such mail that a workshop words.")
                save_template(kind=kind, scope=scope, by=self.by, version=versions.get(kind, 0), **words)


@contextmanager
def _at(where: str) -> Iterator[None]:
    """Say of which setting a refusal is."""
    try:
        yield
    except Refused as refusal:
        said = f"{refusal.field.replace('_', ' ')}: {refusal.sentence}" if refusal.field else refusal.sentence
        raise Refused(f"{where}: {said}") from refusal
