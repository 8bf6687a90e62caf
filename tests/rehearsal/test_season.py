"""A rehearsal plays a whole season through the services, keeps its mail here, and can be played on."""

import json
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from audit import actions
from audit.models import Entry
from desk.invariants import violations
from notifications.models import Message
from rehearsal.demo import CAST, build_demo
from rehearsal.season import PHASES, Plan, Season
from rehearsal.summary import summary
from reviews.models import Assignment, Review
from submissions.models import Authorship, Submission
from tests.factories import make_user
from tests.worlds import played_once
from workshops.models import Workshop
from workshops.services.create import create_workshop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

PATH = {
    "workshop.created", "role.given", "deadline.set", "person.registered", "person.added_publications",
    "submission.started", "submission.saved", "submission.file_added", "submission.file_checked",
    "submission.submitted", "submission.withdrawn", "submission.withdrawal_undone", "conflict.found",
    "handler.appointed", "invitation.sent", "invitation.accepted", "invitation.declined", "reviewer.added",
    "run.started", "run.solved", "run.published", "run.undone", "assignment.made", "assignment.accepted",
    "assignment.declined", "review.started", "review.submitted", "decision.made", "decision.confirmed",
    "decision.released", "release.started", "release.cancelled", "release.took_effect", "batch.drafted",
    "batch.confirmed", "batch.sent_now", "batch.cancelled",
}  # fmt: skip
"""The verbs of one paper's whole life; each is in the log of a rehearsal."""

BIB = r"""
@inproceedings{alpha, title={On {SO}(3) and $\mathbb{R}^3$}, author={B{\"o}hm, Ann and van der Berg, Jo},
  abstract={We turn.}, year={2027}}
@inproceedings{beta, title={Walking the torus}, author={Mu{\~n}oz, Eva}, abstract={We walk.}, year={2027}}
"""


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The half minute of undo need not pass in a test."""
    monkeypatch.setattr("rehearsal.season.deliver_undoable", lambda workshop: None)


demo = played_once(build_demo)


def play(slug: str = "rehearsal", **plan) -> Workshop:
    return Season(Plan(slug=slug, **plan), tell=lambda line: None).play()


def test_whole_season_is_played_by_the_rules() -> None:
    workshop = play(made_up=6)

    counts = summary(workshop)
    assert workshop.is_rehearsal
    assert counts["papers"] == {"submitted": 6}
    assert counts["papers_by_reviews"] == {"3": 6}
    assert counts["decisions"] == {"released": 6}
    assert [*violations()] == []
    assert PATH - actions.names() == set()
    assert PATH - set(Entry.objects.values_list("action", flat=True)) == set()
    sent = Message.objects.filter(kind__startswith="decision_", status="sent")
    assert sorted(sent.values_list("root_id", "address")) == sorted(
        Authorship.objects.values_list("submission", "email")
    )
    assert set(Message.objects.values_list("is_rehearsal", flat=True)) == {True}


def test_season_stops_after_a_phase_and_is_played_on() -> None:
    play(made_up=4, until="assignment")
    assert not Review.objects.exists()
    assigned = Assignment.objects.current().count()

    workshop = play(made_up=4)

    assert Assignment.objects.current().count() == assigned == 12
    assert summary(workshop)["decisions"] == {"released": 4}


def test_papers_come_from_a_file_and_each_name_gets_one_address_under_test(tmp_path: Path) -> None:
    path = tmp_path / "papers.bib"
    path.write_text(BIB)

    workshop = play(papers=path)

    titles = Submission.objects.of(workshop.pk).order_by("number").values_list("title", flat=True)
    assert list(titles) == ["On SO(3) and $\\mathbb{R}^3$", "Walking the torus"]
    authors = Authorship.objects.filter(submission__workshop=workshop)
    assert {author.name for author in authors} == {"Ann Böhm", "Jo van der Berg", "Eva Muñoz"}
    assert all(author.email.endswith(".test") and author.user for author in authors)
    assert [*violations()] == []


def test_broken_entry_of_the_file_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "papers.bib"
    path.write_text(BIB + "@inproceedings{gamma, author={Nobody, Ann}, abstract={No title.}}")

    with pytest.raises(CommandError, match="gamma"):
        call_command("rehearse", "rehearsal", papers=path, verbosity=0)

    assert not Submission.objects.exists()


def test_real_workshop_is_never_played_on() -> None:
    create_workshop(by=make_user("Olga"), slug="real", name="Real", year=2027)

    with pytest.raises(CommandError, match="is a real workshop"):
        call_command("rehearse", "real", verbosity=0)

    assert not Submission.objects.exists()


def test_command_prints_a_summary_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rehearse", "rehearsal", made_up=3, until="submission", verbosity=0)

    assert json.loads(capsys.readouterr().out)["papers"] == {"submitted": 3}


def test_phases_are_those_of_the_command() -> None:
    assert all(hasattr(Season, f"play_{phase}") for phase in PHASES)


def test_demo_has_something_for_everybody_and_breaks_no_rule() -> None:
    workshop = demo()

    assert [*violations()] == []
    counts = summary(workshop)
    assert counts["decisions"].keys() == {"confirmed", "released", "tentative"}
    assert counts["papers"].keys() == {"draft", "submitted"}
    assert {guest.given for guest in CAST} == {"Ada", "Ben", "Rui", "Noor", "Cleo", "Mara", "Olga", "Otto"}


def test_demo_has_a_public_page_with_everything_on_it(client: Client) -> None:
    workshop = demo()

    page = client.get(reverse("workshops:public", args=[workshop.slug]))

    assert len(page.context["organizers"]) == 6
    assert len(page.context["talks"]) == 3
    assert [edition.name for edition in page.context["editions"].earlier] == [
        f"NeurReps {workshop.year - years}" for years in (1, 2)
    ]
    assert workshop.tracks.count() == 3
    assert workshop.topics.count() == 10
    assert default_storage.size(workshop.banner.name) < 60_000
