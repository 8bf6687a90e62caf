"""The author's form with something in it: what is saved, what came with a POST, or what was typed and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from access.prepared import prepared
from submissions.forms import AuthorRows, PaperForm, stored
from submissions.models import Authorship, Submission
from submissions.reading import AuthorPage
from submissions.reading_late import authors_of, words_of
from submissions.services.disclosures import prefix_of
from workshops.answers import Kind, QuestionsForm
from workshops.models import Form, FormVersion, Question, Topic, Track
from workshops.reading import NAMES, QuestionData
from workshops.states import FormStatus


@dataclass(frozen=True)
class Asked:
    """One version of the questions to authors, and the tracks that ask it."""

    version_id: int
    tracks: frozenset[int]
    questions: tuple[QuestionData, ...]

    @property
    def prefix(self) -> str:
        return prefix_of(self.version_id)

    def typed(self, data: QueryDict) -> dict[str, Any]:
        """The answers by key, as they were typed."""
        several = {question.key for question in self.questions if question.kind == Kind.CHOICES}
        names = {question.key: f"{self.prefix}-{question.key}" for question in self.questions}
        return {
            key: data.getlist(name) if key in several else data.get(name, "")
            for key, name in names.items()
            if name in data
        }


@dataclass(frozen=True)
class Choices:
    """What an author chooses from. One query."""

    tracks: tuple[Track, ...]
    topics: tuple[Topic, ...]
    asked: tuple[Asked, ...]

    def asked_by(self, track_id: Any) -> Asked | None:
        return next((each for each in self.asked if str(track_id) in map(str, each.tracks)), None)


@prepared
def _choice_rows(workshop_id: int) -> dict[str, QuerySet]:
    versions = FormVersion.objects.filter(
        form__workshop=workshop_id, form__purpose=Form.Purpose.DISCLOSURE, status=FormStatus.OPEN
    )
    questions = Question.objects.filter(version__in=versions.values("pk"))
    return {
        "tracks": Track.objects.filter(workshop=workshop_id),
        "topics": Topic.objects.filter(workshop=workshop_id),
        "versions": versions.values_list("form__track", "pk"),
        "questions": questions.values_list("position", "pk", "version", *NAMES),
    }


def choices_of(workshop_id: int) -> Choices:
    rows: dict[str, list[Any]] = _choice_rows(workshop_id)
    tracks, topics = (
        tuple(sorted(rows[name], key=lambda row: (row.position, row.pk))) for name in ("tracks", "topics")
    )
    versions: dict[int | None, int] = dict(rows["versions"])
    questions: dict[int, list[QuestionData]] = {version: [] for version in versions.values()}
    for _, _, version, *values in sorted(rows["questions"], key=lambda row: row[:2]):
        questions[version].append(QuestionData(**dict(zip(NAMES, values, strict=True))))
    of_track = {track.pk: versions.get(track.pk, versions.get(None)) for track in tracks}
    asked = (
        Asked(version, frozenset(track for track, one in of_track.items() if one == version), tuple(listed))
        for version, listed in questions.items()
    )
    return Choices(tracks, topics, tuple(each for each in asked if each.tracks))


@dataclass
class Typed:
    """The form as it is shown, and what became of what came with a POST."""

    choices: Choices
    form: PaperForm
    rows: AuthorRows
    answers: dict[int, QuestionsForm] = field(default_factory=dict)
    stale: bool = False
    saved: bool = False
    late: bool = False
    file_taken: str = ""
    file_refused: str = ""

    @property
    def status(self) -> int:
        if self.stale:
            return 409
        return 200 if self.saved and not self.file_refused else 422

    @property
    def track_id(self) -> str:
        return str(self.form["track"].value() or "")

    @property
    def asked(self) -> Asked | None:
        return self.choices.asked_by(self.track_id)

    @property
    def question_sets(self) -> list[tuple[Asked, QuestionsForm, bool]]:
        """Each version of the questions with its form, and whether the chosen track asks it."""
        return [(each, self.answers[each.version_id], each == self.asked) for each in self.choices.asked]

    def is_valid(self) -> bool:
        """Every part says what is wrong with it; the questions of other tracks are not asked."""
        parts = [self.form.is_valid(), self.rows.is_valid()]
        if asked := self.asked:
            parts.append(self.answers[asked.version_id].is_valid())
        return all(parts)

    def values(self) -> dict[str, Any]:
        """What save_submission takes of it, once it is valid."""
        asked = self.asked
        answers = self.answers[asked.version_id].answers() if asked else {}
        return self.form.words() | {"authors": self.rows.authors(), "answers": answers}


def saved(submission: Submission, authors: Sequence[Authorship], topics: Sequence[int]) -> Typed:
    """What the tables hold."""
    choices = choices_of(submission.workshop_id)
    form = PaperForm(None, tracks=choices.tracks, topics=choices.topics, initial=stored(submission, topics))
    answers = submission.current.snapshot.get("answers", {}) if submission.current else {}
    return Typed(choices, form, AuthorRows.stored(authors), _answer_forms(choices, answers))


def late(submission: Submission, page: AuthorPage) -> Typed:
    """What was saved late and waits for the organizers; else what the tables hold."""
    if page.late is None:
        return saved(submission, page.authors, page.topics)
    choices, revision = choices_of(submission.workshop_id), page.late.revision
    initial = words_of(revision, submission.version)
    form = PaperForm(None, tracks=choices.tracks, topics=choices.topics, initial=initial)
    answers = _answer_forms(choices, revision.snapshot.get("answers", {}))
    return Typed(choices, form, AuthorRows.stored(authors_of(revision)), answers)


def posted(data: QueryDict, choices: Choices) -> Typed:
    """What came with a POST, to be judged."""
    form = PaperForm(data, tracks=choices.tracks, topics=choices.topics)
    answers = {
        each.version_id: QuestionsForm(each.questions, data, draft=True, prefix=each.prefix) for each in choices.asked
    }
    return Typed(choices, form, AuthorRows.typed(data), answers)


def kept(submission: Submission, data: QueryDict, *, version: int, rows: AuthorRows | None = None) -> Typed:
    """What was typed, to be shown without a judgement. ``rows`` stands for the list of authors in it."""
    choices = choices_of(submission.workshop_id)
    names = (name for name in PaperForm.base_fields if name not in ("file", "supplement", "version", "topics"))
    initial = {name: data.get(name, "") for name in names} | {"topics": data.getlist("topics"), "version": version}
    form = PaperForm(None, tracks=choices.tracks, topics=choices.topics, initial=initial)
    forms = {
        each.version_id: QuestionsForm.filled(each.questions, each.typed(data), draft=True, prefix=each.prefix)
        for each in choices.asked
    }
    return Typed(choices, form, rows or AuthorRows.typed(data, bound=False), forms, saved=True)


def query_dict(values: Mapping[str, Sequence[str]]) -> QueryDict:
    """Names and values of a form as a POST would bring them."""
    data = QueryDict(mutable=True)
    for name, listed in values.items():
        data.setlist(name, list(listed))
    return data


def _answer_forms(choices: Choices, answers: Mapping[str, Any]) -> dict[int, QuestionsForm]:
    """The same answer stands under the same key of every version."""
    return {
        each.version_id: QuestionsForm.filled(each.questions, answers, draft=True, prefix=each.prefix)
        for each in choices.asked
    }
