"""From nothing to an open call: what an organizer does first, each step with its state as the data has it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from access.prepared import prepared
from decisions.models import Outcome
from submissions.models import Submission
from workshops.calls import start_state, windows_of
from workshops.instants import aoe
from workshops.models import Deadline, Form, FormVersion, PublicOrganizer, Topic, Track, Workshop
from workshops.presets import CALL
from workshops.querysets import open_organizers
from workshops.states import DeadlineKind, FormStatus


@dataclass(frozen=True)
class Step:
    """``state`` is one of done, now, wrong and todo; ``now`` is the first that is needed and not done."""

    key: str
    words: str
    detail: str
    state: str
    url: str
    optional: bool = False


@dataclass(frozen=True)
class Guide:
    """``taken_back``: the call is open and nothing hangs on it, so that it can still be taken back."""

    steps: list[Step]
    missing: list[Step]
    taken_back: bool

    @property
    def needed(self) -> list[Step]:
        return [step for step in self.steps if not step.optional]

    @property
    def done(self) -> int:
        return len(self.needed) - len(self.missing)


@prepared
def _rows(workshop_id: int) -> dict[str, QuerySet]:
    """Everything that the steps are judged by."""
    papers = Submission.objects.of(workshop_id)
    versions = FormVersion.objects.filter(form__workshop=workshop_id, status=FormStatus.OPEN)
    return {
        "tracks": Track.objects.filter(workshop=workshop_id),
        "papers": papers.order_by("pk").values_list("pk")[:1],
        "organizers": PublicOrganizer.objects.filter(workshop=workshop_id).values_list("pk"),
        "topics": Topic.objects.filter(workshop=workshop_id).values_list("pk"),
        "dates": Deadline.objects.filter(workshop=workshop_id),
        "forms": versions.values_list("form__purpose", "form__track"),
        "outcomes": Outcome.objects.filter(track__workshop=workshop_id).values_list("track", flat=True),
        "team": open_organizers(workshop_id).values_list("user", flat=True),
    }


def read_guide(workshop: Workshop, now: datetime) -> Guide:
    """One query."""
    rows: dict[str, list[Any]] = _rows(workshop.pk)
    tracks = sorted(rows["tracks"], key=lambda row: (row.position, row.pk))
    has_papers = bool(rows["papers"])
    steps = [
        _place(workshop),
        _public_page(workshop, len(rows["organizers"])),
        _call(workshop),
        _tracks(tracks),
        _topics(workshop, len(rows["topics"])),
        _dates(tracks, rows["dates"], now, has_papers),
        *_forms(workshop, tracks, set(rows["forms"])),
        _outcomes(tracks, set(rows["outcomes"])),
        _team(workshop, len(set(rows["team"]))),
        _look(workshop),
    ]
    missing = [step for step in steps if not step.optional and step.state != "done"]
    if missing and missing[0].state == "todo":
        steps[steps.index(missing[0])] = missing[0] = replace(missing[0], state="now")
    return Guide(
        steps=steps,
        missing=missing,
        taken_back=workshop.published_at is not None and not has_papers,
    )


def _settings(row: Workshop) -> str:
    return reverse("admin:workshops_workshop_change", args=[row.pk])


def _list(name: str) -> str:
    return reverse(f"admin:workshops_{name}_changelist")


def _missing(words: list[str]) -> str:
    return f"Still missing: {', '.join(words)}." if words else ""


def _step(key: str, words: str, done: object, detail: str, url: str, *, optional: bool = False) -> Step:
    said = f"Optional. {detail}" if optional else detail
    return Step(key, words, said, "done" if done else "todo", url, optional)


def _place(row: Workshop) -> Step:
    wanted = {"the days": row.starts, "the place": row.venue, "an address for questions": row.contact}
    missing = [words for words, value in wanted.items() if not value]
    detail = _missing(missing) or f"{row}, {row.venue}. Questions go to {row.contact}."
    return _step("place", "Name, days, place, and whom to ask", not missing, detail, _settings(row))


def _public_page(row: Workshop, organizers: int) -> Step:
    missing = [] if row.about else ["what the workshop is about"]
    missing += [] if organizers else ["who organizes it"]
    picture = "" if row.banner else " A picture on top is optional."
    detail = (_missing(missing) or "It says what it is about and who organizes it.") + picture
    return _step("page", "The public page", not missing, detail, _settings(row))


def _call(row: Workshop) -> Step:
    text = row.call.strip()
    if text == CALL.strip():
        detail = "It has the words that came with it. Read them, and make them yours."
    else:
        detail = f"{len(text.split())} words." if text else "What you are looking for, and how it is to be written."
    return _step("call", "The call for papers", text, detail, _settings(row))


def _tracks(tracks: list[Track]) -> Step:
    detail = ", ".join(track.name for track in tracks) + "." if tracks else "At least one: papers belong to a track."
    words = "Tracks, with their page limits, blinding and style files"
    return _step("tracks", words, tracks, detail, _list("track"))


def _topics(row: Workshop, count: int) -> Step:
    detail = f"{count} topics." if count else "Authors choose from them, and reviewers are matched by them."
    return _step("topics", "Topics", count, detail, _settings(row))


def _dates(tracks: list[Track], rows: list[Deadline], now: datetime, has_papers: bool) -> Step:
    """A deadline that has passed is wrong before the first paper: nothing could be submitted."""
    start = start_state(windows_of(tracks, rows, now).values())
    words, url = "Dates", _list("deadline")
    if start.state == "closed" and start.at and not has_papers:
        return Step("dates", words, f"Submissions closed on {aoe(start.at)}. Set a date to come.", "wrong", url)
    if start.at is None:
        return Step("dates", words, "Until when papers are submitted, reviewed and decided.", "todo", url)
    kinds = {row.kind for row in rows}
    rest = [kind.label.lower() for kind in (DeadlineKind.REVIEW, DeadlineKind.NOTIFICATION) if kind not in kinds]
    verb = {"open": "close", "closed": "closed"}.get(start.state, "open")
    said = f"Submissions {verb} on {aoe(start.at)}."
    return _step("dates", words, not rest, " ".join(filter(None, (said, _missing(rest)))), url)


def _forms(row: Workshop, tracks: list[Track], opened: set[tuple[str, int | None]]) -> list[Step]:
    url = reverse("desk:forms", args=[row.slug])

    def without(purpose: str) -> list[str]:
        asked = {track for kind, track in opened if kind == purpose}
        return [track.name for track in tracks if track.pk not in asked and None not in asked]

    lacking, unasked = without(Form.Purpose.REVIEW), without(Form.Purpose.DISCLOSURE)
    review = f"No open form for {', '.join(lacking)}." if lacking else "Every track has one that is open."
    asked = "None. Such as: were language models used, has it appeared elsewhere?"
    if tracks and not unasked:
        asked = "Every track asks them."
    elif len(unasked) < len(tracks):
        asked = f"None in {', '.join(unasked)}."
    return [
        _step("review", "Review forms", tracks and not lacking, review, url),
        _step("questions", "Questions to authors", tracks and not unasked, asked, url, optional=True),
    ]


def _outcomes(tracks: list[Track], having: set[int]) -> Step:
    lacking = [track.name for track in tracks if track.pk not in having]
    detail = f"Nothing for {', '.join(lacking)}." if lacking else "Accept, reject and the others, for every track."
    url = reverse("admin:decisions_outcome_changelist")
    return _step("outcomes", "What can be decided", tracks and not lacking, detail, url)


def _team(row: Workshop, count: int) -> Step:
    detail = f"{count} organizer{'' if count == 1 else 's'}. From three on, a second one confirms each decision."
    url = reverse("desk:people", args=[row.slug])
    return _step("team", "The other organizers", count > 1, detail, url, optional=True)


def _look(row: Workshop) -> Step:
    detail = "The public page and the call, before anybody else sees them."
    url = reverse("workshops:public", args=[row.slug])
    return _step("look", "Look at it as an author will", row.published_at, detail, url, optional=True)
