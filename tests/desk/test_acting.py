"""What organizers do on the desk."""

import pytest

from access.viewer import Viewer
from audit.models import Entry
from decisions.models import Decision, Outcome, Release
from decisions.states import DecisionStatus
from desk.reading.release import read_release
from notifications.models import Batch
from submissions.models import Conflict, Handler
from tests.factories import Cast, make_cast
from workshops.models import Workshop

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast("discussion")


def outcome(cast: Cast, key: str) -> str:
    return str(Outcome.objects.get(track=cast.track, key=key).pk)


def test_showing_the_authors_is_logged_once_a_request(cast, look):
    assert "Fold the authors" not in look(cast.olga, "papers/1/").content.decode()
    assert Entry.objects.filter(action="identity.revealed").count() == 0
    page = look(cast.olga, "papers/1/?authors=1").content.decode()
    assert cast.ada.family in page
    assert Entry.objects.filter(action="identity.revealed", actor=cast.olga, root_id=cast.paper.pk).count() == 1


def test_an_export_with_names_is_logged(cast, look):
    look(cast.olga, "papers/?format=csv")
    entry = Entry.objects.get(action="identity.revealed")
    assert entry.data == {"page": "papers.csv", "papers": [cast.paper.pk, cast.ottos_paper.pk]}


@pytest.mark.parametrize("typed", ["\u00b2", "9" * 30])
def test_a_number_that_is_none_decides_and_releases_nothing(cast, do, typed):
    answer = do(cast.olga, "decisions/2/", {"outcome": typed, "version": typed}, headers={"HX-Request": "true"})
    released = do(cast.olga, "decisions/release/", {"typed": "1", f"why-{typed}": "A reason."})
    assert "choose a decision first" in answer.content.decode()
    assert released.status_code == 422


def test_a_title_that_looks_like_a_formula_stays_text_in_the_file(cast, look):
    cast.paper.title = "=HYPERLINK(1)"
    cast.paper.save(update_fields=["title"])
    lines = look(cast.olga, "papers/?format=csv").content.decode().splitlines()
    assert lines[1].startswith("1,'=HYPERLINK(1),")


def test_a_decision_is_saved_with_its_version_and_refused_when_old(cast, do):
    number = cast.ottos_paper.number
    answer = do(
        cast.olga,
        f"papers/{number}/decide/",
        {"outcome": outcome(cast, "reject"), "reason": "Only one review.", "to_authors": "", "version": "0"},
    )
    assert answer.redirect_chain[-1][0] == f"/admin/w/neurreps/papers/{number}/"
    made = Decision.objects.get(submission=cast.ottos_paper)
    assert (made.outcome.key, made.status, made.decided_by) == ("reject", DecisionStatus.TENTATIVE, cast.olga)
    again = do(
        cast.ines,
        f"papers/{number}/decide/",
        {"outcome": outcome(cast, "accept"), "reason": "It is good.", "to_authors": "", "version": "0"},
    )
    assert again.status_code == 422
    assert "Somebody has decided on this paper in the meantime" in again.content.decode()
    assert "It is good." in again.content.decode()
    made.refresh_from_db()
    assert made.outcome.key == "reject"


def test_the_row_comes_back_alone_for_htmx_with_the_sentence_in_it(cast, do):
    number = cast.ottos_paper.number
    values = {"outcome": outcome(cast, "accept"), "version": "0"}
    answer = do(cast.olga, f"decisions/{number}/", values, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert page.startswith(f'<tr id="paper-{number}"')
    assert "has 1 of 2 reviews" in page
    saved = do(
        cast.olga, f"decisions/{number}/", {**values, "reason": "Enough for us."}, headers={"HX-Request": "true"}
    )
    assert "Tentative" in saved.content.decode()
    assert Decision.objects.get(submission=cast.ottos_paper).reason == "Enough for us."


def test_whoever_decided_does_not_confirm_it(cast, do):
    number = cast.ottos_paper.number
    do(cast.olga, f"decisions/{number}/", {"outcome": outcome(cast, "reject"), "version": "0", "reason": "Weak."})
    do(cast.olga, "decisions/confirm/")
    made = Decision.objects.get(submission=cast.ottos_paper)
    assert made.status == DecisionStatus.TENTATIVE
    do(cast.ines, "decisions/confirm/")
    made.refresh_from_db()
    assert (made.status, made.confirmed_by) == (DecisionStatus.CONFIRMED, cast.ines)
    do(cast.ines, f"papers/{number}/decision/unconfirm/")
    made.refresh_from_db()
    assert made.status == DecisionStatus.TENTATIVE
    do(cast.ines, f"papers/{number}/decision/clear/")
    assert not Decision.objects.filter(submission=cast.ottos_paper).exists()


def test_a_reviewer_is_added_and_taken_back_by_hand(cast, do):
    do(cast.olga, "papers/1/assign/", {"user": cast.noor.pk, "override": ""})
    made = cast.paper.assignments.current().get(user=cast.noor)
    do(cast.olga, f"papers/1/assignments/{made.pk}/remove/", {"reason": "Not needed."})
    made.refresh_from_db()
    assert made.status == "removed"


def test_who_has_a_conflict_is_not_offered_as_reviewer(cast, look, do):
    form = look(cast.olga, "papers/1/?part=assign").context["fold"].form
    offered = {value for value, _ in form.fields["user"].choices if value}
    assert offered == {cast.noor.pk}
    answer = do(cast.olga, "papers/1/assign/", {"user": cast.cleo.pk, "override": ""})
    assert answer.status_code == 422
    assert not cast.paper.assignments.filter(user=cast.cleo).exists()


ACTS = ["decide", "assign", "declare", "extend", "handle"]


def drawn(page: str) -> list[str]:
    """The acts whose forms stand on a paper's page."""
    return [act for act in ACTS if f'id="act-{act}" open' in page]


@pytest.mark.parametrize("act", ["assign", "extend"])
def test_the_form_of_an_act_is_drawn_when_its_fold_is_opened(cast, look, act):
    page = look(cast.olga, "papers/1/").content.decode()
    alone = look(cast.olga, f"papers/1/?part={act}").content.decode()
    without_script = look(cast.olga, f"papers/1/?act={act}").content.decode()

    assert (drawn(page), drawn(without_script)) == ([], [act])
    assert f'hx-get="/admin/w/neurreps/papers/1/?part={act}"' in page
    assert f'href="/admin/w/neurreps/papers/1/?act={act}#act-{act}"' in page
    assert alone.startswith(f'<form method="post" action="/admin/w/neurreps/papers/1/{act}/"')


def test_a_form_that_was_refused_is_drawn_with_what_was_typed(cast, do):
    page = do(cast.olga, "papers/1/assign/", {"user": cast.cleo.pk, "override": "We asked them."}).content.decode()

    assert drawn(page) == ["assign"]
    assert "We asked them." in page


def test_the_decision_is_open_until_it_is_made(cast, look, do):
    number = cast.ottos_paper.number
    before = look(cast.olga, f"papers/{number}/").content.decode()
    values = {"outcome": outcome(cast, "accept"), "reason": "Few reviews.", "to_authors": "", "version": "0"}
    do(cast.olga, f"papers/{number}/decide/", values)

    after = look(cast.olga, f"papers/{number}/").content.decode()

    assert (drawn(before), drawn(after)) == (["decide"], [])
    assert ("Change the decision" in before, "Change the decision" in after) == (False, True)


def test_the_older_history_is_fetched_when_it_is_opened(cast, look):
    page = look(cast.olga, "papers/1/").content.decode()
    rest = look(cast.olga, "papers/1/?part=history").content.decode()
    whole = look(cast.olga, "papers/1/?history=all").content.decode()

    shown, older, all_of_it = (text.count('class="when"') for text in (page, rest, whole))
    assert (shown, shown + older) == (5, all_of_it)
    assert ("Show all" in page, f"Show all {all_of_it}" in page, "Show all" in whole) == (True, True, False)


def test_the_history_of_a_sealed_paper_is_fetched_by_nobody(cast, look):
    assert look(cast.otto, f"papers/{cast.ottos_paper.number}/?part=history").status_code == 404


@pytest.mark.parametrize("act", [*ACTS, "nothing"])
def test_nobody_who_may_not_act_is_given_a_form(cast, look, act):
    answers = {name: look(getattr(cast, name), f"papers/1/?part={act}").status_code for name in ("olga", "ines")}

    assert answers == {"olga": 404 if act == "nothing" else 200, "ines": 404}
    assert drawn(look(cast.ines, f"papers/1/?act={act}").content.decode()) == []


def test_a_conflict_is_settled_with_a_reason(cast, do):
    settle = {"user": cast.cleo.pk, "reason": "institution", "state": "waived"}
    refused = do(cast.olga, "papers/1/conflicts/settle/", {**settle, "why": ""})
    assert "Say why the conflict is waived" in refused.content.decode()
    do(cast.olga, "papers/1/conflicts/settle/", {**settle, "why": "Different campus."})
    assert Conflict.objects.get(submission=cast.paper, user=cast.cleo).state == "waived"


def test_an_organizer_who_declares_a_conflict_leaves_the_paper(cast, do, look):
    answer = do(cast.otto, "papers/1/conflicts/", {"user": cast.otto.pk, "why": "A friend."})
    assert answer.redirect_chain[-1][0] == "/admin/w/neurreps/papers/"
    assert "Sealed" in look(cast.otto, "papers/1/").content.decode()


def test_the_handler_is_changed_to_somebody_free(cast, do):
    other = cast.otto if Handler.objects.get(submission=cast.paper, until=None).user == cast.olga else cast.olga
    do(cast.olga, "papers/1/handler/", {"user": other.pk, "reason": ""})
    assert Handler.objects.get(submission=cast.paper, until=None).user == other
    refused = do(cast.olga, "papers/1/handler/", {"user": cast.ines.pk, "reason": ""})
    assert refused.status_code == 422


def test_a_release_is_previewed_typed_held_and_refused_without_reasons(cast, do, look):
    plan = look(cast.olga, "decisions/release/").context["plan"]
    assert (plan.ready, [paper.number for paper in plan.blocked], plan.letters) == (1, [2], 2)
    refused = do(cast.olga, "decisions/release/", {"typed": "2"})
    assert refused.status_code == 422
    assert Batch.objects.filter(kind="decision").count() == 0
    wrong = do(cast.olga, "decisions/release/", {"typed": "3", "why-2": "Waits for a review."})
    assert wrong.status_code == 422
    assert "Waits for a review." in wrong.content.decode()
    started = do(cast.olga, "decisions/release/", {"typed": "2", "why-2": "Waits for a review."})
    batch = Batch.objects.get(kind="decision")
    assert started.redirect_chain[-1][0] == f"/admin/w/neurreps/mail/batches/{batch.pk}/"
    assert batch.status == "held"


def test_papers_that_are_not_ready_beyond_the_first_share_one_reason(do):
    cast = make_cast("discussion", papers=3)
    Decision.objects.filter(submission__number__gt=1).delete()
    plan = read_release(cast.workshop, Viewer(cast.olga), page=1)
    assert ([paper.number for paper in plan.blocked], plan.not_listed) == ([2], 2)

    refused = do(cast.olga, "decisions/release/", {"typed": "2", "why-2": "Waits for a review."})
    do(cast.olga, "decisions/release/", {"typed": "2", "why-2": "Waits for a review.", "others": "Next week."})

    assert "Papers 3, 4 are not ready" in refused.content.decode()
    reasons = {one["paper"]: one["reason"] for one in Release.objects.get().exceptions}
    assert reasons == {2: "Waits for a review.", 3: "Next week.", 4: "Next week."}


def test_mails_of_a_release_are_listed_by_paper_and_the_list_goes_on():
    cast = make_cast("discussion", papers=2)

    first = read_release(cast.workshop, Viewer(cast.olga), page=1)
    rest = read_release(cast.workshop, Viewer(cast.olga), after=first.more, page=1)

    lists = [[(mails.number, mails.n) for mails in page.mails] for page in (first, rest)]
    assert (lists, rest.more) == ([[(1, 2)], [(2, 2)]], None)


def test_any_mail_of_a_release_can_be_read_before_it_goes(cast, look):
    author = cast.paper.authorships.get(user=cast.ben)
    page = look(cast.olga, f"decisions/release/mail/1/{author.pk}/").content.decode()
    assert cast.ben.family in page
    assert "Mail 2 of 2" in page
    assert cast.rui.family not in page
    assert look(cast.ines, f"decisions/release/mail/1/{author.pk}/").status_code == 404


def test_a_new_workshop_is_begun_with_outcomes_and_its_organizer(cast, client):
    client.force_login(cast.olga)
    year = cast.workshop.year
    values = {"name": "Second", "year": year, "slug": "neurreps", "submission_at": f"{year}-12-30T23:59"}
    assert "is taken by another workshop" in client.post("/admin/w/new/", values).content.decode()
    answer = client.post("/admin/w/new/", {**values, "slug": "second"})
    assert answer.url == "/admin/w/second/guide/"
    made = Workshop.objects.get(slug="second")
    assert Outcome.objects.filter(track__workshop=made).count() == 10
    client.force_login(cast.ada)
    assert client.post("/admin/w/new/", {**values, "slug": "third"}).status_code == 404


def test_the_board_is_shown_in_pages_and_a_saved_row_leads_back_to_its_page(cast, look, do, monkeypatch):
    monkeypatch.setattr("desk.reading.decisions.PAGE", 1)
    boards = [look(cast.olga, f"decisions/?page={page}").context["board"] for page in ("1", "2", "9", "x", "-1")]

    assert [[row.paper.number for row in board.rows] for board in boards] == [[1], [2], [2], [1], [1]]
    assert {(board.total, board.pages) for board in boards} == {(2, 2)}
    values = {"outcome": outcome(cast, "reject"), "version": "0", "reason": "Weak."}
    saved = do(cast.olga, f"decisions/{cast.ottos_paper.number}/?page=2", values)
    assert saved.redirect_chain[-1][0] == "/admin/w/neurreps/decisions/?page=2"
