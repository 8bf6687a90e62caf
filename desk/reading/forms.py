"""Forms as organizers see them: what is asked in which track, its versions, and what differs between them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count

from access.rights import visible_to
from access.viewer import Viewer
from reviews.models import Review
from workshops.form_changes import Change, changes
from workshops.models import Form, FormEdit, FormVersion, Question, Track, Workshop
from workshops.reading import NAMES, QuestionData
from workshops.states import FormStatus

TONES = {FormStatus.DRAFT: "accent", FormStatus.OPEN: "good", FormStatus.CLOSED: "neutral"}
SHOWN_EDITS = 30


@dataclass(frozen=True)
class VersionLine:
    """``reviews`` are those that stand as they were answered with this version, of papers that the viewer may read.

    ``changes`` say what differs from the version before it.
    """

    pk: int
    number: int
    status: str
    reviews: int
    questions: tuple[QuestionData, ...]
    changes: tuple[Change, ...] = ()

    @property
    def status_label(self) -> str:
        return FormStatus(self.status).label

    @property
    def tone(self) -> str:
        return TONES[FormStatus(self.status)]

    @property
    def rescaled(self) -> list[Change]:
        return [change for change in self.changes if change.rescaled]


@dataclass(frozen=True)
class FormLine:
    """A form with its versions, the newest first."""

    pk: int
    purpose: str
    title: str
    track: str
    versions: tuple[VersionLine, ...] = ()

    @property
    def is_review(self) -> bool:
        return self.purpose == Form.Purpose.REVIEW

    @property
    def open(self) -> VersionLine | None:
        return next((one for one in self.versions if one.status == FormStatus.OPEN), None)

    @property
    def draft(self) -> VersionLine | None:
        return next((one for one in self.versions if one.status == FormStatus.DRAFT), None)

    @property
    def several_in_use(self) -> bool:
        return sum(bool(version.reviews) for version in self.versions) > 1

    @property
    def reviews(self) -> int:
        return sum(version.reviews for version in self.versions)


def track_words(form: Form) -> str:
    return form.track.name if form.track else "All tracks without a form of their own"


def forms_of(workshop: Workshop, viewer: Viewer, *, only: int | None = None) -> list[FormLine]:
    """Every form of the workshop, review forms first, in the order of the tracks. Four queries."""
    forms = visible_to(viewer, "settings", Form).filter(workshop=workshop).select_related("track")
    if only is not None:
        forms = forms.filter(pk=only)
    rows = sorted(forms, key=lambda form: (form.purpose != Form.Purpose.REVIEW, _place(form.track)))
    versions = _versions([form.pk for form in rows], viewer)
    return [
        FormLine(form.pk, form.purpose, form.get_purpose_display(), track_words(form), versions.get(form.pk, ()))
        for form in rows
    ]


def _place(track: Track | None) -> tuple[int, int]:
    return (track.position, track.pk) if track else (-1, 0)


def _versions(forms: list[int], viewer: Viewer) -> dict[int, tuple[VersionLine, ...]]:
    rows = list(FormVersion.objects.filter(form__in=forms).order_by("form", "number"))
    asked = questions_by_version([row.pk for row in rows])
    counted = (
        visible_to(viewer, "row", Review)
        .filter(current__form_version__form__in=forms)
        .order_by()
        .values_list("current__form_version")
        .annotate(n=Count("pk"))
    )
    reviews = dict(counted)
    found: dict[int, tuple[VersionLine, ...]] = {}
    for row in rows:
        before = found.get(row.form_id, ())
        questions = asked.get(row.pk, ())
        told = tuple(changes(before[0].questions, questions)) if before else ()
        line = VersionLine(row.pk, row.number, row.status, reviews.get(row.pk, 0), questions, told)
        found[row.form_id] = (line, *before)
    return found


def questions_by_version(versions: Iterable[int]) -> dict[int, tuple[QuestionData, ...]]:
    """The questions of these versions in their order. One query."""
    found: dict[int, list[QuestionData]] = defaultdict(list)
    for version, *values in Question.objects.filter(version__in=list(versions)).values_list("version", *NAMES):
        found[version].append(QuestionData(**dict(zip(NAMES, values, strict=True))))
    return {version: tuple(questions) for version, questions in found.items()}


def copies_for(viewer: Viewer, form: Form | None = None) -> list[tuple[str, str]]:
    """The open versions of other forms that may be copied: of this workshop and of others that one organizes."""
    rows = visible_to(viewer, "settings", FormVersion).filter(status=FormStatus.OPEN)
    if form is not None:
        rows = rows.exclude(form=form)
    rows = rows.select_related("form__track", "form__workshop")
    ordered = rows.order_by("-form__workshop__year", "form__workshop", "form__purpose", "form__track")
    return [(str(row.pk), _copy_words(row.form)) for row in ordered]


def _copy_words(form: Form) -> str:
    track = form.track.name if form.track else "all tracks"
    return f"{form.workshop}, {track}: {form.get_purpose_display().lower()}"


@dataclass(frozen=True)
class EditLine:
    """A save of a draft: what it changed."""

    number: int
    who: str
    at: datetime
    typing: bool
    changes: tuple[Change, ...] = field(default=())


def edits_of(version: FormVersion) -> list[EditLine]:
    """The last saves of a draft, the newest first, each with what it changed. One query."""
    rows = list(
        FormEdit.objects.filter(version=version).select_related("saved_by").order_by("-number")[: SHOWN_EDITS + 1]
    )
    found = []
    for place, row in enumerate(rows[:SHOWN_EDITS]):
        before = _told(rows[place + 1]) if place + 1 < len(rows) else None
        told = tuple(changes(before, _told(row))) if before is not None else ()
        found.append(
            EditLine(row.number, row.saved_by.name if row.saved_by else "the system", row.at, row.typing, told)
        )
    return found


def _told(edit: FormEdit) -> tuple[QuestionData, ...]:
    return tuple(QuestionData(**{**one, "labels": dict(one["labels"])}) for one in edit.questions)
