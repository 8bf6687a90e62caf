"""Papers come in from a file: nothing is written until all is clear or the rest is confirmed."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from access.viewer import Viewer
from decisions.models import Decision
from decisions.services.decide import confirm, decide
from decisions.services.release import preview, start_release
from decisions.states import DecisionStatus
from notifications.models import Message
from notifications.services.batches import send_now
from reviews.models import Review, Score
from submissions.models import Submission
from tests.factories import Cast, deliver

BIB = r"""
@inproceedings{one, title={{NEUCORE}: On $T^2$}, author={Rodol\`a, Emanuele and {\O}rsted, Hans Christian},
  abstract={A \emph{short} one.}}
@inproceedings{two, title={Second}, author={Example, Eva}, abstract={Another.}}
"""
BROKEN = "@inproceedings{three, author={Example, Eva}, abstract={No title}}"


@pytest.fixture
def bib(tmp_path: Path) -> Path:
    path = tmp_path / "papers.bib"
    path.write_text(BIB)
    return path


def run(cast: Cast, path: Path, *options: str) -> str:
    out = StringIO()
    place = ["--workshop", cast.workshop.slug, "--track", "Proceedings"]
    call_command("import_papers", str(path), *place, *options, stdout=out, stderr=out)
    return out.getvalue()


def imported(cast: Cast) -> list[Submission]:
    return list(Submission.objects.of(cast.workshop.pk).exclude(imported_from="").order_by("number"))


def test_bib_file_is_imported_with_names_and_mathematics_right(cast: Cast, bib: Path) -> None:
    run(cast, bib)

    first, second = imported(cast)
    assert first.title == "NEUCORE: On $T^2$"
    assert [author.name for author in first.authorships.all()] == ["Emanuele Rodolà", "Hans Christian Ørsted"]
    assert (second.title, second.status) == ("Second", "submitted")


def test_dry_run_writes_nothing(cast: Cast, bib: Path) -> None:
    with pytest.raises(SystemExit) as end:
        run(cast, bib, "--dry-run")

    assert end.value.code == 0
    assert imported(cast) == []


def test_second_import_adds_nothing(cast: Cast, bib: Path) -> None:
    run(cast, bib)

    assert "nothing new" in run(cast, bib)
    assert len(imported(cast)) == 2


def test_broken_entry_is_named_and_the_rest_waits_for_a_word(cast: Cast, bib: Path) -> None:
    bib.write_text(BIB + BROKEN)

    with pytest.raises(CommandError, match="Nothing was written"):
        run(cast, bib)
    assert imported(cast) == []

    assert "three" in run(cast, bib, "--rest")
    assert len(imported(cast)) == 2


@pytest.mark.parametrize(
    ("workshop", "track", "words"),
    [("nowhere", "Proceedings", "There is no workshop “nowhere”"), ("", "Posters", "has no track “Posters”")],
)
def test_unknown_place_is_named_with_what_there_is(
    cast: Cast, bib: Path, workshop: str, track: str, words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("import_papers", str(bib), "--workshop", workshop or cast.workshop.slug, "--track", track)


def notes() -> list[dict]:
    """Two notes as OpenReview's API v2 gives them, made here: one with two reviews and a decision."""

    def value(text: object) -> dict:
        return {"value": text}

    def reply(number: int, kind: str, signature: str, **content: object) -> dict:
        group = f"Made.Up/2027/Workshop/Submission{number}"
        return {
            "id": f"r{number}{signature}",
            "invitations": [f"{group}/-/{kind}"],
            "signatures": [f"{group}/{signature}"],
            "cdate": 1_780_000_000_000,
            "content": {name: value(text) for name, text in content.items()},
        }

    def note(number: int, *replies: dict) -> dict:
        return {
            "id": f"note{number}",
            "number": number + 500,
            "cdate": 1_779_000_000_000,
            "invitations": ["Made.Up/2027/Workshop/-/Submission"],
            "content": {
                "title": value(f"Made-up note {number}"),
                "abstract": value("It is made up."),
                "authors": value(["Eva Example"]),
                "authorids": value([f"eva{number}@example-uni.test"]),
            },
            "details": {"replies": list(replies)},
        }

    review = {"summary": "It turns.", "strengths": "Clear.", "weaknesses": "Short.", "confidence": "3: fairly"}
    return [
        note(
            1,
            reply(1, "Official_Review", "Reviewer_ab12", rating="8: accept, good paper", **review),
            reply(1, "Official_Review", "Reviewer_cd34", rating="6: marginally above", **review),
            reply(1, "Decision", "Program_Chairs", decision="Accept (poster)", comment="Well done."),
        ),
        note(2),
    ]


def test_openreview_notes_come_in_with_reviews_and_are_decided_on_and_told(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text(json.dumps({"notes": notes()}))
    cast.workshop.two_person = False
    cast.workshop.save()

    assert "2 papers, 2 reviews, 1 decisions" in run(cast, path)

    first, second = imported(cast)
    assert Review.objects.counted().filter(assignment__submission=first).count() == 2
    assert sorted(
        Score.objects.filter(review__assignment__submission=first, key="overall").values_list("value", flat=True)
    )
    assert Decision.objects.get(submission=first).status == DecisionStatus.TENTATIVE
    reject = second.track.outcomes.get(key="reject")
    decide(submission=second, outcome=reject, by=cast.olga, reason="Nobody reviewed it.")
    for row in Decision.objects.filter(submission__in=[first, second]):
        confirm(decision=row, by=cast.olga)
    plan = preview(workshop=cast.workshop, viewer=Viewer(cast.olga))
    later = {paper.number: "Under review." for paper in plan.blocked}
    release = start_release(workshop=cast.workshop, by=cast.olga, typed=len(plan.letters), exceptions=later)
    send_now(batch=release.batch, by=cast.olga)
    deliver()
    told = Message.objects.filter(batch=release.batch, status="sent").order_by("kind")
    assert list(told.values_list("kind", "address")) == [
        ("decision_accept", "eva1@example-uni.test"),
        ("decision_reject", "eva2@example-uni.test"),
    ]


def test_placeholder_of_an_imported_reviewer_cannot_sign_in(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text(json.dumps({"notes": notes()}))

    run(cast, path)

    users = {review.assignment.user for review in Review.objects.filter(assignment__kind="external")}
    assert {(user.is_active, user.has_usable_password()) for user in users} == {(False, False)}
