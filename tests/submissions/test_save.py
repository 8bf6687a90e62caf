"""Saving: nothing typed is lost, nobody is overwritten unawares, authors stay who they are."""

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied

from audit.errors import Refused, StaleState
from submissions.models import Submission
from submissions.services.start import start_submission
from tests.factories import make_user
from tests.submissions.stage import author, make_stage, save, start, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


def listed(paper) -> list[tuple]:
    return list(
        paper.authorships.order_by("position").values_list("position", "given", "email", "user", "corresponding")
    )


def test_start_gives_the_next_number_and_the_first_author(stage) -> None:
    first, second = start(stage), start(stage, by=stage.ben)
    assert (first.number, second.number, first.status) == (1, 2, "draft")
    assert listed(second) == [(1, "Ben", "ben@ben.test", stage.ben.pk, True)]


def test_start_by_somebody_without_a_confirmed_address_is_refused(stage) -> None:
    zed = make_user("Zed")
    EmailAddress.objects.filter(user=zed).update(verified=False)
    with pytest.raises(Refused, match="Confirm your e-mail address first"):
        start(stage, by=zed)
    assert Submission.objects.count() == 0


def test_same_beginning_twice_is_one_paper(stage, now) -> None:
    both = [
        start_submission(workshop=stage.workshop, track=stage.track, by=stage.ada, received_at=now, title="Codes")
        for _ in range(2)
    ]
    assert (both[0].pk == both[1].pk, Submission.objects.count()) == (True, 1)


def test_each_save_is_a_revision_with_everything(stage) -> None:
    paper = start(stage)
    save(paper, stage.ada)
    topic = stage.workshop.topics.first()
    save(paper, stage.ada, title="Another", topics=[topic], keywords="a,  b", tldr="Short.")
    snapshot = paper.current.snapshot
    assert (paper.current.number, paper.version) == (2, 3)
    assert snapshot == {
        "title": "Another",
        "abstract": "We look at $SO(3)$ in the brain.",
        "tldr": "Short.",
        "keywords": "a, b",
        "answers": {},
        "unanswered": [],
        "declared_conflicts": "",
        "code_url": "",
        "track": stage.track.pk,
        "topics": [topic.pk],
        "authors": [
            {
                "given": "Ada",
                "particle": "",
                "family": "Example",
                "email": "ada@ada.test",
                "affiliation": "",
                "corresponding": True,
                "would_review": False,
            }
        ],
        "pdf": None,
    }


def test_same_content_again_is_no_new_revision(stage) -> None:
    paper = start(stage)
    version = paper.version
    first = save(paper, stage.ada, version=version)
    assert save(paper, stage.ada, version=version) == first
    assert paper.revisions.count() == 1


def test_old_page_is_refused_and_changes_nothing(stage) -> None:
    paper = start(stage)
    old = paper.version
    save(paper, stage.ada)
    with pytest.raises(StaleState, match="Somebody else saved this paper while your page was open"):
        save(paper, stage.ada, version=old, title="From an old page")
    assert Submission.objects.get(pk=paper.pk).title == "Symmetry in neural codes"


def test_stranger_may_not_save(stage) -> None:
    paper = start(stage)
    with pytest.raises(PermissionDenied):
        save(paper, make_user("Zed"))


def test_co_author_with_a_confirmed_address_may_save(stage) -> None:
    paper = start(stage)
    both = [author(stage.ada, corresponding=True), author(stage.ben)]
    save(paper, stage.ada, authors=both)
    save(paper, stage.ben, authors=both, title="By Ben")
    assert paper.current.saved_by == stage.ben


def test_unconfirmed_address_gives_no_access(stage) -> None:
    zed = make_user("Zed")
    EmailAddress.objects.filter(user=zed).update(verified=False)
    paper = start(stage)
    save(paper, stage.ada, authors=[author(stage.ada, corresponding=True), author(zed)])
    assert listed(paper)[1] == (2, "Zed", "zed@zed.test", None, False)
    with pytest.raises(PermissionDenied):
        save(paper, zed)


def test_authors_keep_their_rows_when_they_change_places(stage) -> None:
    paper = start(stage)
    ada, ben = author(stage.ada, corresponding=True), author(stage.ben)
    save(paper, stage.ada, authors=[ada, ben])
    rows = dict(paper.authorships.values_list("email", "pk"))
    save(paper, stage.ada, authors=[ben, ada])
    assert dict(paper.authorships.values_list("email", "pk")) == rows
    assert [row[2] for row in listed(paper)] == ["ben@ben.test", "ada@ada.test"]


def test_author_who_is_left_out_is_gone(stage) -> None:
    paper = start(stage)
    save(paper, stage.ada, authors=[author(stage.ada, corresponding=True), author(stage.ben)])
    save(paper, stage.ada, authors=[author(stage.ada, corresponding=True)])
    assert [row[1] for row in listed(paper)] == ["Ada"]


def test_address_is_written_in_one_form(stage) -> None:
    paper = start(stage)
    save(paper, stage.ada, authors=[author(stage.ada, email=" ADA@Ada.Test ", corresponding=True)])
    assert listed(paper) == [(1, "Ada", "ada@ada.test", stage.ada.pk, True)]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"title": "x" * 301}, "title", "The title has 301 characters; at most 300 fit"),
        ({"abstract": "x" * 20_001}, "abstract", "The abstract has 20001 characters"),
        ({"code_url": "ftp://code.test"}, "code_url", "The link to the code is no web address"),
    ],
)
def test_words_that_do_not_fit_are_refused_at_their_field(stage, changes, field, sentence) -> None:
    paper = start(stage)
    with pytest.raises(Refused, match=sentence) as refusal:
        save(paper, stage.ada, **changes)
    assert refusal.value.field == field


def test_authors_that_cannot_be_kept_are_refused_by_their_place(stage) -> None:
    paper = start(stage)
    ada = author(stage.ada, corresponding=True)
    for other, sentence in (
        (author(stage.ben, email="ben at ben.test"), "“ben at ben.test” of author 2 is no e-mail address"),
        (author(stage.ben, given="", family=" "), "Author 2 has no name"),
        (author(stage.ben, email="ada@ada.test"), "Authors 1 and 2 have the same e-mail address"),
        (author(stage.ben, family="x" * 121), "The family name of author 2 has 121 characters"),
    ):
        with pytest.raises(Refused, match=sentence):
            save(paper, stage.ada, authors=[ada, other])
    assert [row[1] for row in listed(paper)] == ["Ada"]


def test_author_who_takes_themself_off_is_warned(stage) -> None:
    paper = start(stage)
    with pytest.raises(Refused, match="You took yourself off the list of authors"):
        save(paper, stage.ada, authors=[author(stage.ben, corresponding=True)])


def test_track_or_topic_of_another_workshop_is_refused(stage) -> None:
    from workshops.services.create import create_workshop

    other = create_workshop(by=stage.olga, slug="other", name="Other", year=2027)
    paper = start(stage)
    with pytest.raises(Refused, match="That track belongs to another workshop"):
        save(paper, stage.ada, track=other.tracks.first())
    with pytest.raises(Refused, match="One of the topics belongs to another workshop"):
        save(paper, stage.ada, topics=[other.topics.first()])


def test_withdrawn_paper_cannot_be_changed(stage) -> None:
    paper = submitted(stage)
    Submission.objects.filter(pk=paper.pk).update(status="withdrawn")
    with pytest.raises(Refused, match="This paper is withdrawn, so it cannot be changed"):
        save(paper, stage.ada, title="Too late")


def test_search_finds_words_without_accents_and_names_apart(stage) -> None:
    paper = start(stage)
    save(paper, stage.ada, title="Groupes à symétrie", authors=[author(stage.ada, family="Øre", corresponding=True)])
    assert ("groupes a symetrie" in paper.search_text, "ada" in paper.search_text) == (True, False)
    assert "ada@ada.test" in paper.search_identity
