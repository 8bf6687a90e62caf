"""Every save can be read, compared with any other, and saved again; the receipt says what is stored."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import Refused, StaleState
from submissions import diff
from submissions.services.author_requests import say_not_me
from submissions.services.restore import restore_version
from submissions.versions import compare, versions_of
from tests.factories import make_user
from tests.submissions import pdfs
from tests.submissions.stage import author, check, make_stage, save, submitted, upload
from tests.worlds import played_once
from workshops.deadlines import window

TEXT = st.text(alphabet="ab c.\n<é", max_size=60)


# --- what differs -----------------------------------------------------------------------------------------------------


@given(TEXT, TEXT)
def test_pieces_make_both_texts(old: str, new: str) -> None:
    pieces = diff.words(old, new)

    assert "".join(p.text for p in pieces if p.kind != diff.ADDED) == old
    assert "".join(p.text for p in pieces if p.kind != diff.REMOVED) == new


def test_one_word_that_differs_is_one_word() -> None:
    assert diff.words("We look at the brain.", "We look at a brain.") == [
        diff.Piece("same", "We look at "),
        diff.Piece("removed", "the"),
        diff.Piece("added", "a"),
        diff.Piece("same", " brain."),
    ]


def test_words_that_are_changed_one_after_the_other_are_one_change() -> None:
    assert diff.words("An earlier title", "On symmetry title") == [
        diff.Piece("removed", "An earlier"),
        diff.Piece("added", "On symmetry"),
        diff.Piece("same", " title"),
    ]


@pytest.mark.parametrize("glue", [" ", ". "])
def test_longest_abstracts_are_compared_in_a_moment(glue: str) -> None:
    old = glue.join(f"word{n % 97} of {n % 13}" for n in range(1300))[:20_000]
    new = glue.join(f"word{n % 89} of {n % 11}" for n in range(1300))[:20_000]

    began = time.process_time()
    pieces = diff.words(old, new)

    assert time.process_time() - began < 1.5
    assert "".join(p.text for p in pieces if p.kind != diff.ADDED) == old


def test_authors_come_go_move_and_change() -> None:
    ada = {"given": "Ada", "family": "One", "email": "ada@ada.test"}
    ben = {"given": "Ben", "family": "Two", "email": "ben@ben.test"}
    cy, dee = {"given": "Cy", "email": "cy@cy.test"}, {"given": "Dee"}

    said = diff.authors([ada, ben, cy], [cy, ada, ben | {"given": "Benjamin"}, dee])
    gone = diff.authors([ada, dee], [ada])

    assert [(c.kind, c.name, c.detail) for c in said] == [
        ("moved", "Cy", "from number 3 to 1"),
        ("changed", "Benjamin Two", "was written Ben Two"),
        ("added", "Dee", "as number 4"),
    ]
    assert [(c.kind, c.name) for c in gone] == [("removed", "Dee")]


# --- of a paper -------------------------------------------------------------------------------------------------------


@played_once
def make_versions():
    """The stage, and as ``paper`` four saves: words, a file, other words with a co-author, another file."""
    stage = make_stage()
    stage.paper = paper = submitted(stage)
    save(paper, stage.ada, title="Second", authors=[author(stage.ben), author(stage.ada, corresponding=True)])
    upload(paper, stage.ada, pdfs.good(3), name="second.pdf")
    check(paper)
    return stage


@pytest.fixture
def stage(db):
    return make_versions()


@pytest.fixture
def paper(stage):
    return stage.paper


def test_list_says_who_saved_what(stage, paper) -> None:
    lines = versions_of(paper)

    assert [(v.change.number, v.change.by, v.change.what, v.file_name, v.is_current) for v in lines] == [
        (4, "Ada Example", "file", "second.pdf", True),
        (3, "Ada Example", "title, authors", "paper.pdf", False),
        (2, "Ada Example", "file", "paper.pdf", False),
        (1, "Ada Example", "title, abstract, track, authors", "", False),
    ]


def test_any_two_are_compared(paper) -> None:
    found = compare(paper, 2, 4)

    assert found is not None
    assert [label for label, _ in found.texts] == ["Title"]
    assert [(c.kind, c.name) for c in found.authors] == [("added", "Ben Example")]
    [(label, old, new)] = found.files
    assert (label, old.name, new.name, new.detail.partition(",")[0]) == ("File", "paper.pdf", "second.pdf", "3 pages")
    assert old.sha256 != new.sha256
    assert compare(paper, 2, 2).is_same
    assert compare(paper, 2, 99) is None


def test_page_escapes_what_was_typed(stage, paper, client) -> None:
    save(paper, stage.ada, title="<script>alert(1)</script>", authors=[author(stage.ada, corresponding=True)])
    client.force_login(stage.ada)

    page = client.get(reverse("submissions:versions", args=["neurreps-2027", 1]), {"from": "4", "to": "5"})

    assert "<script>alert" not in page.content.decode()
    assert "&lt;" in page.content.decode()


@pytest.mark.parametrize("number", ["x", "9999999999999", "77"])
def test_versions_that_are_not_there_are_said_to_be_not_there(stage, paper, client, number: str) -> None:
    client.force_login(stage.ada)

    page = client.get(reverse("submissions:versions", args=["neurreps-2027", 1]), {"from": number, "to": "1"})

    assert (page.status_code, "Choose two of the list" in page.content.decode()) == (200, number == "77")


def restore(paper, by, number: int, **changes):
    from django.utils import timezone

    values = {"received_at": timezone.now(), "version": paper.version} | changes
    return restore_version(submission=paper, number=number, by=by, **values)


def test_going_back_is_a_new_save_and_loses_nothing(stage, paper) -> None:
    restore(paper, stage.ada, 2)

    assert (paper.title, paper.status, paper.current.pdf.name) == ("Symmetry in neural codes", "submitted", "paper.pdf")
    assert list(paper.authorships.values_list("given", flat=True)) == ["Ada"]
    assert paper.revisions.count() == 6
    restore(paper, stage.ada, 4)
    assert (paper.title, paper.current.pdf.name) == ("Second", "second.pdf")


def test_going_back_is_refused_where_a_save_is(stage, paper, time_machine) -> None:
    from django.utils import timezone

    for number, sentence in ((99, "no such version"), (4, "nothing to restore")):
        with pytest.raises(Refused, match=sentence):
            restore(paper, stage.ada, number)
    with pytest.raises(StaleState):
        restore(paper, stage.ada, 2, version=1)
    entry = window(stage.workshop.pk, "submission", stage.track.pk, at=timezone.now())
    time_machine.move_to(entry.counts_until + timedelta(days=1))
    with pytest.raises(Refused):
        restore(paper, stage.ada, 2)
    assert paper.revisions.count() == 4


def test_going_back_leaves_a_disputed_list_as_it_is(stage, paper) -> None:
    say_not_me(authorship=paper.authorships.get(email="ben@ben.test"))

    restore(paper, stage.ada, 2)

    assert (paper.title, paper.authorships.count()) == ("Symmetry in neural codes", 2)


def test_double_click_goes_back_once(stage, paper, client) -> None:
    client.force_login(stage.ada)
    address = reverse("submissions:restore", args=["neurreps-2027", 1, 2])

    for _ in range(2):
        client.post(address, {"version": paper.version})

    assert paper.revisions.count() == 6


def test_stranger_reads_no_version_and_no_receipt(paper, client) -> None:
    client.force_login(make_user("Zed"))
    for name in ("versions", "receipt", "receipt_text", "withdraw"):
        assert client.get(reverse(f"submissions:{name}", args=["neurreps-2027", 1])).status_code == 404


# --- the receipt ------------------------------------------------------------------------------------------------------


def test_receipt_says_what_is_stored_on_the_page_and_as_text(stage, paper, client) -> None:
    client.force_login(stage.ada)

    page = client.get(reverse("submissions:receipt", args=["neurreps-2027", 1])).content.decode()
    text = client.get(reverse("submissions:receipt_text", args=["neurreps-2027", 1]))

    for words in ("#1, Second", "Extended Abstract", "Ben Example, Ada Example", "3 pages", "AoE", "UTC"):
        assert words in page
        assert words in text.content.decode()
    assert f'data-file-check="{paper.current.pdf.blob.sha256}"' in page
    assert text["Content-Type"] == "text/plain; charset=utf-8"


def test_draft_has_no_receipt(stage, client) -> None:
    from tests.submissions.stage import start

    draft = start(stage)
    client.force_login(stage.ada)

    assert client.get(reverse("submissions:receipt", args=["neurreps-2027", draft.number])).status_code == 404


# --- before it is withdrawn -------------------------------------------------------------------------------------------


def test_withdrawing_says_what_will_happen_and_to_how_many(make_cast, client) -> None:
    cast = make_cast("review")
    client.force_login(cast.ada)

    page = client.get(reverse("submissions:withdraw", args=[cast.workshop.slug, cast.paper.number]))

    assert page.context["plan"].consequences == (
        "The paper leaves the review and gets no decision.",
        "All 2 authors with an address are told by mail, with the reason that you give.",
        "2 reviewers who have the paper are told that it is no longer needed, and thanked.",
        "Any author can take it back within 24 hours, and an organizer after that. Nothing is deleted.",
    )


def test_co_author_reads_whom_to_ask(stage, paper, client) -> None:
    client.force_login(stage.ben)

    page = client.get(reverse("submissions:withdraw", args=["neurreps-2027", 1]))

    assert (page.context["plan"].may, page.context["plan"].ask) == (False, ("Ada Example (ada@ada.test)",))


def test_undoing_gives_the_paper_back_to_who_had_it_but_not_to_who_has_a_conflict_by_now(make_cast) -> None:
    from submissions.services.conflicts import set_conflict
    from submissions.services.withdraw import undo_withdrawal, withdraw

    cast = make_cast("review")
    withdraw(submission=cast.paper, by=cast.ada)
    set_conflict(
        submission=cast.paper, user=cast.rae, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
    )

    undo_withdrawal(submission=cast.paper, by=cast.ben)

    cast.assignment.refresh_from_db()
    cast.raes_assignment.refresh_from_db()
    assert (cast.assignment.status, cast.raes_assignment.status) == ("active", "not_needed")
