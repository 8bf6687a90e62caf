"""Copies of one's reviews for working away from the site: which there are, and what came of a file that is uploaded."""

import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from access.rights import visible_to
from access.viewer import Viewer
from audit.errors import Refused
from reviews.both_texts import differences
from reviews.models import Assignment
from reviews.offline import Copy, joined, read, which, write
from reviews.reading import own_answers, questions_by_version
from reviews.states import CURRENT, REVIEWING
from reviews.versions import OwnText
from submissions.both_versions import Difference
from submissions.states import SubmissionStatus
from workshops.instants import aoe
from workshops.models import Question, Workshop
from workshops.reading import QuestionData, find_open_form

MOST_FILES = 60
LARGEST = 1_000_000
"""Bytes of one filled copy; the longest review that can be kept is half as long."""
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, OSError, ValueError)
"""What opening a ZIP file raises that is damaged, locked, or packed in a way that we do not know."""


@dataclass(frozen=True)
class Own:
    """A review that can be copied. ``stored`` is its draft, or what was submitted last."""

    copy: Copy
    version: int
    stored: Mapping[str, Any]


@dataclass(frozen=True)
class Uploaded:
    """What was read from one file, beside what is stored. ``own`` is None where the file is about no paper of one's."""

    name: str
    own: Own | None
    answers: Mapping[str, Any]
    differences: tuple[Difference, ...]
    problems: tuple[str, ...]

    @property
    def saves(self) -> bool:
        return bool(self.differences)


def copy_of(viewer: Viewer, text: OwnText, answers: Mapping[str, Any]) -> Copy:
    """A file with these answers. The title of the paper stands in it while one has the paper. One query."""
    open_ones = visible_to(viewer, "own", Assignment).filter(
        pk=text.pk, status__in=CURRENT, submission__status=SubmissionStatus.SUBMITTED
    )
    title, due = open_ones.values_list("submission__title", "due_at").first() or ("", None)
    return Copy(text.pk, text.number, title, text.place.name, aoe(due) if due else "", text.questions, answers)


def own_copies(viewer: Viewer, workshop: Workshop) -> list[Own]:
    """All papers that one reviews now. Three queries, and one or two more for each track's form."""
    rows = list(
        visible_to(viewer, "own", Assignment)
        .filter(
            submission__workshop=workshop.pk,
            kind__in=REVIEWING,
            status__in=CURRENT,
            submission__status=SubmissionStatus.SUBMITTED,
        )
        .order_by("submission__number")
        .values(
            "pk",
            "due_at",
            "submission__number",
            "submission__title",
            "submission__track_id",
            "submission__track__name",
            "review__version",
            "review__draft",
            "review__current__answers",
            "review__current__form_version_id",
        )
    )
    forms = {track: find_open_form(workshop.pk, track) for track in {row["submission__track_id"] for row in rows}}
    asked_of = {row["pk"]: _form_of(row, forms) for row in rows}
    asked = questions_by_version({form for form in asked_of.values() if form}, Question.Readers.values)
    place = str(workshop)
    return [_own(row, own_answers(viewer, row), tuple(asked.get(asked_of[row["pk"]], ())), place) for row in rows]


def _form_of(row: Mapping[str, Any], forms: Mapping[int, Any]) -> int:
    open_form = forms[row["submission__track_id"]]
    return row["review__current__form_version_id"] or (open_form.pk if open_form else 0)


def _own(row: Mapping[str, Any], stored: Mapping[str, Any], questions: tuple[QuestionData, ...], place: str) -> Own:
    copy = Copy(
        assignment=row["pk"],
        number=row["submission__number"],
        title=row["submission__title"],
        place=f"{place}, {row['submission__track__name']}",
        due=aoe(row["due_at"]) if row["due_at"] else "",
        questions=questions,
        answers=stored,
    )
    return Own(copy, row["review__version"] or 1, stored)


def as_zip(copies: list[Own]) -> bytes:
    """One Markdown file a paper."""
    buffer = io.BytesIO()
    at = timezone.now().timetuple()[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for own in copies:
            file.writestr(zipfile.ZipInfo(own.copy.name, at), write(own.copy))
    return buffer.getvalue()


# --- uploaded -----------------------------------------------------------------------------------------------------


def read_upload(name: str, content: bytes, mine: list[Own]) -> list[Uploaded]:
    """What stands in a file, or in each Markdown file of a ZIP file. Raises Refused for what is neither."""
    files = list(_files(name, content))
    if not files:
        raise Refused("There is no Markdown file (.md) in it.", field="file")
    known = {own.copy.assignment: own for own in mine}
    return [_uploaded(each, text, known) for each, text in files]


def _files(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    if not content.startswith(b"PK\x03\x04"):
        yield name, _text(name, content)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            listed = [one for one in file.infolist() if _is_a_copy(one.filename)]
            if len(listed) > MOST_FILES:
                raise Refused(f"There are {len(listed)} files in it; at most {MOST_FILES} are read.", field="file")
            for one in listed:
                with file.open(one) as inside:
                    yield one.filename, _text(one.filename, inside.read(LARGEST + 1))
    except BROKEN:
        said = "This ZIP file cannot be opened. Pack it again, or upload the files alone."
        raise Refused(said, field="file") from None


def _is_a_copy(name: str) -> bool:
    last = name.rsplit("/", 1)[-1]
    return last.lower().endswith((".md", ".markdown", ".txt")) and not name.startswith("__MACOSX/") and last[0] != "."


def _text(name: str, content: bytes) -> str:
    if len(content) > LARGEST:
        raise Refused(f"{name} is larger than {LARGEST // 1_000_000} MB, so it is no review.", field="file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{name} is not written in UTF-8. Save it as UTF-8 and try again.", field="file") from None


def _uploaded(name: str, text: str, known: Mapping[UUID, Own]) -> Uploaded:
    pk = which(text)
    own = known.get(pk) if pk else None
    if own is None:
        lost = "It does not say which review it is: its second line is gone. Download it again and copy your text over."
        gone = "It is about a paper that you do not review now."
        return Uploaded(name, None, {}, (), (gone if pk else lost,))
    found = read(text.replace("\x00", ""), own.copy.questions)
    answers = joined(own.stored, found.answers)
    differ = tuple(differences(own.copy.questions, answers, own.stored, {}))
    return Uploaded(name, own, answers, differ, found.problems)


def packed(found: list[Uploaded]) -> str:
    """What the page of the preview carries to be saved."""
    rows = [
        {"assignment": str(one.own.copy.assignment), "version": one.own.version, "answers": dict(one.answers)}
        for one in found
        if one.own and one.saves
    ]
    return json.dumps(rows)


def unpacked(text: str) -> list[dict[str, Any]]:
    """The same again, from a field that anybody may have changed: only what has its form. Raises Refused."""
    try:
        rows = json.loads(text)
        return [
            {
                "assignment": UUID(str(row["assignment"])),
                "version": int(row["version"]),
                "answers": {str(key): _answer(value) for key, value in dict(row["answers"]).items()},
            }
            for row in rows[:MOST_FILES]
        ]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise Refused("Nothing was saved: what was read got lost. Upload the file again.") from None


def _answer(value: Any) -> Any:
    """As answers are kept: a text, a whole number, yes or no, or a list of texts. Raises ValueError for all else."""
    if isinstance(value, str):
        value.encode()  # half a character cannot be kept
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_answer(str(one)) for one in value]
    if value is not None and not isinstance(value, bool | int):
        raise ValueError(value)
    return value
