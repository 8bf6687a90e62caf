"""The organizers' pages of proposals."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from notifications.models import Message
from reviews.models import Assignment, AssignmentRun, ProposedPair
from reviews.options import Options
from reviews.services.assign import decline_assignment
from reviews.services.review import open_review
from reviews.services.run import preview, publish_run, start_run
from submissions.models import Conflict
from tests.reviews.stage import make_stage, proposal, proposals_elsewhere, run_jobs, wants
from tests.reviews.test_people_desk import browser
from workshops.services.roles import give_role

PAGE = "/admin/w/neurreps-2027/assignment/"


@pytest.fixture
def olga(stage: Any) -> Client:
    return browser(stage.olga)


@pytest.fixture
def run(stage: Any) -> AssignmentRun:
    return proposal(stage)


def act(client: Client, run: AssignmentRun, do: str, **values: Any) -> Any:
    return client.post(f"{PAGE}{run.number}/action/", {"do": do, **values}, follow=True)


def edit(client: Client, run: AssignmentRun, do: str, **values: Any) -> Any:
    return client.post(f"{PAGE}{run.number}/edit/", {"do": do, **values}, follow=True)


def shown(client: Client, run: AssignmentRun) -> Any:
    return client.get(f"{PAGE}{run.number}/").context["page"]


@pytest.mark.parametrize("name", ["rui", "ada"])
def test_pages_are_not_there_for_who_does_not_organize(stage: Any, run: AssignmentRun, name: str) -> None:
    client = browser(getattr(stage, name))
    for address in (PAGE, f"{PAGE}{run.number}/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{PAGE}{run.number}/action/", {"do": "publish"}).status_code == 404


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_proposal_is_called_by_its_number_in_the_workshop_everywhere(olga: Client, stage: Any) -> None:
    proposals_elsewhere(stage, 40)
    wants(stage, 2)
    first, second = proposal(stage), proposal(stage)
    pages = {
        "": "Compare proposal 1",
        "1/": "<h1>Proposal 1</h1>",
        "1/publish/": "Publish proposal 1",
        "1/papers/1/": "#1 in proposal 1",
        f"1/people/{stage.rui.pk}/": "Rui Example in proposal 1",
        "compare/?run=1&run=2": "Proposal 2</a></th>",
        "?from=1": "by hand in proposal 1.",
    }

    texts = {page: olga.get(f"{PAGE}{page}").content.decode() for page in pages}

    assert {page: words for page, words in pages.items() if words not in texts[page]} == {}
    keys = rf"(?:{first.pk}|{second.pk})"
    key = re.compile(rf"proposal {keys}|assignment/{keys}/|(run|from)={keys}|name=.(run|keep). value=.{keys}\b", re.I)
    assert [page for page, text in texts.items() if key.search(text)] == []


def test_key_of_a_proposal_is_no_address(olga: Client, stage: Any) -> None:
    proposals_elsewhere(stage, 4)
    run = proposal(stage)

    found = [olga.get(f"{PAGE}{run.pk}/{page}").status_code for page in ("", "publish/", "papers/1/")]
    acted = [olga.post(f"{PAGE}{run.pk}/{page}/", {"do": "discard"}).status_code for page in ("action", "edit")]

    assert (found, acted) == ([404] * 3, [404] * 2)
    assert olga.get(f"{PAGE}compare/?run={run.pk}").context["choices"] == [(False, run)]
    assert olga.get(f"{PAGE}?from={run.pk}").status_code == 404


def test_asking_and_asking_again_lead_to_the_new_number(olga: Client, stage: Any) -> None:
    proposals_elsewhere(stage, 4)
    wants(stage, 1)

    asked = olga.post(PAGE)
    run_jobs()
    again = olga.post(f"{PAGE}1/action/", {"do": "again"})
    run_jobs()
    kept = olga.post(PAGE, {"keep": "2"})

    assert [page.url for page in (asked, again, kept)] == [f"{PAGE}{number}/" for number in (1, 2, 3)]
    by_number = dict(AssignmentRun.objects.filter(workshop=stage.workshop).values_list("number", "pk"))
    keeps = AssignmentRun.objects.filter(workshop=stage.workshop).order_by("number").values_list("params__keep")
    assert [key for (key,) in keeps] == [None, by_number[1], by_number[2]]


def test_edit_is_not_undone_in_the_proposal_of_this_number_of_another_workshop(olga: Client, stage: Any) -> None:
    other = proposals_elsewhere(stage, 1)
    AssignmentRun.objects.filter(workshop=other).update(outcome="infeasible")
    run = proposal(stage)

    page = edit(olga, run, "drop", paper=stage.papers[0].pk, user=stage.rui.pk)

    assert page.context["undo"] is not None
    assert olga.get(f"/admin/w/{other.slug}/assignment/1/").context["undo"] is None


def test_log_tells_which_proposal(olga: Client, stage: Any) -> None:
    proposals_elsewhere(stage, 4)
    run = proposal(stage)
    edit(olga, run, "drop", paper=stage.papers[0].pk, user=stage.rui.pk)
    act(olga, run, "publish")

    lines = olga.get("/admin/w/neurreps-2027/log/?about=assignment").context["page"].lines

    assert [(line.text, line.details) for line in lines if line.details] == [
        ("Published an assignment", "proposal 1"),
        ("Edited an assignment proposal", "proposal 1"),
        ("An assignment proposal was made", "proposal 1"),
        ("Asked for an assignment proposal", "proposal 1"),
    ]


# --- asking -----------------------------------------------------------------------------------------------------------


def test_first_page_says_what_is_missing(olga: Client, stage: Any) -> None:
    found = olga.get(PAGE).context["found"]
    assert (found.submitted, found.lacking, found.reviews_missing, found.reviewers, found.places) == (2, 2, 6, 3, 18)


def test_button_asks_for_one_proposal_however_often_it_is_pressed(olga: Client, stage: Any) -> None:
    first = olga.post(PAGE)
    second = olga.post(PAGE)
    assert (first.status_code, second.status_code, AssignmentRun.objects.count()) == (302, 422, 1)
    assert "being made right now" in second.content.decode()


def test_progress_is_shown_until_the_proposal_is_made(olga: Client, stage: Any) -> None:
    olga.post(PAGE)
    run = AssignmentRun.objects.get()
    waiting = olga.get(f"{PAGE}{run.number}/?part=progress")
    assert ("Waits for a worker" in waiting.content.decode(), "HX-Refresh" in waiting) == (True, False)
    run_jobs()
    assert olga.get(f"{PAGE}{run.number}/?part=progress")["HX-Refresh"] == "true"
    assert shown(olga, run).line.words == "Proposal, not published"


def test_proposal_that_waits_is_stopped(olga: Client, stage: Any) -> None:
    olga.post(PAGE)
    run = AssignmentRun.objects.get()
    act(olga, run, "stop")
    assert shown(olga, run).line.words == "Stopped"


def test_proposal_shows_pairs_ranks_loads_and_its_certificate(olga: Client, stage: Any, run: AssignmentRun) -> None:
    page = olga.get(f"{PAGE}{run.number}/")
    paper = page.context["page"].papers[0]
    assert [(pair.rank, pair.load, pair.unknown) for pair in paper.pairs] == [("1st of 3", "2 of 6", True)] * 3
    certificate = page.context["page"].certificate
    assert (round(certificate.total, 6), round(certificate.gap, 6), round(certificate.share, 3)) == (3, 0, 100)
    assert "Optimum 3.0000, bound 3.0000 over all allowed pairs, gap 0.000000" in page.content.decode()


def test_publishing_page_is_exactly_who_gets_which_mail(olga: Client, stage: Any, run: AssignmentRun) -> None:
    page = olga.get(f"{PAGE}{run.number}/publish/")
    assert "6 assignments will be made, and 3 reviewers will get one mail each" in page.content.decode()
    look = olga.get(f"{PAGE}{run.number}/publish/?mail={stage.rui.pk}").context["letter"]
    assert Message.objects.count() == 0
    act(olga, run, "publish")
    mail = Message.objects.get(recipient=stage.rui)
    assert (look.subject, look.text) == (mail.subject, mail.text)


def test_looking_at_names_is_logged_once_a_page(olga: Client, stage: Any, run: AssignmentRun) -> None:
    olga.get(f"{PAGE}{run.number}/")
    entry = Entry.objects.get(action="identity.revealed")
    assert (entry.actor, sorted(entry.data["papers"])) == (stage.olga, [paper.pk for paper in stage.papers])


def test_impossible_proposal_names_numbers_names_and_remedies(db: Any) -> None:
    stage = make_stage(papers=3, load=2)
    page = shown(browser(stage.olga), proposal(stage))
    (reason,) = page.reasons
    assert (reason.papers, reason.reviewers) == ("#1, #2, #3", "Noor Example, Rae Example, Rui Example")
    first = reason.remedies[0]
    assert first.sentence == "Raise the maximum of 3 reviewers by 3 places in all"
    assert {(step.words, step.place) for step in first.steps} == {
        (f"{name} Example by 1", "person") for name in ("Rui", "Noor", "Rae")
    }


def test_pair_is_taken_out_and_added_on_the_page(olga: Client, stage: Any, run: AssignmentRun) -> None:
    pair = {"paper": stage.papers[0].pk, "user": stage.rui.pk}
    edit(olga, run, "drop", **pair)
    assert ProposedPair.objects.get(run=run, submission=stage.papers[0], user=stage.rui).kept is False
    edit(olga, run, "add", **pair)
    assert ProposedPair.objects.get(run=run, submission=stage.papers[0], user=stage.rui).kept is True


def test_edit_is_undone_from_the_page_that_it_was_made_on(olga: Client, stage: Any, run: AssignmentRun) -> None:
    pair = {"paper": stage.papers[0].pk, "user": stage.rui.pk}
    page = edit(olga, run, "drop", **pair)
    page = edit(olga, run, "undo", edit=page.context["undo"])
    assert "Undone: #1 is as it was." in page.content.decode()
    row = ProposedPair.objects.get(run=run, submission=stage.papers[0], user=stage.rui)
    assert (row.kept, row.origin, page.context["undo"]) == (True, "engine", None)


def test_refused_pair_is_explained_and_what_was_typed_stays(olga: Client, stage: Any, run: AssignmentRun) -> None:
    pair = {"paper": stage.papers[0].pk, "user": stage.rui.pk}
    edit(olga, run, "drop", **pair)
    Conflict.objects.create(submission=stage.papers[0], user=stage.rui, reason="by_author", state="suspected")
    page = edit(olga, run, "add", **pair, why=" ")
    assert (page.status_code, page.context["refused"]["user"]) == (422, stage.rui.pk)
    assert "suspected" in page.context["refused"]["sentence"]
    edit(olga, run, "add", **pair, why="They only share a first name.")
    assert ProposedPair.objects.get(run=run, submission=stage.papers[0], user=stage.rui).kept is True


def test_publishing_and_undoing_on_the_page(olga: Client, stage: Any, run: AssignmentRun) -> None:
    page = act(olga, run, "publish")
    assert "Published. 3 mails leave in 10 minutes" in page.content.decode()
    page = act(olga, run, "publish")
    assert (page.status_code, "This proposal is published already." in page.content.decode()) == (422, True)
    assert (Assignment.objects.current().count(), Message.objects.count()) == (6, 3)
    page = act(olga, run, "undo")
    assert (Assignment.objects.current().count(), shown(olga, run).line.words) == (0, "Undone")
    words = page.content.decode()
    assert ("Ask again in another way" in words, "Throw it away" in words) == (True, False)


def test_from_twenty_mails_the_number_is_typed(db: Any) -> None:
    stage = make_stage(papers=20, reviewers=tuple(f"R{number}" for number in range(20)), load=1)
    wants(stage, 1)
    run, client = proposal(stage), browser(stage.olga)
    for typed in ("", "19", "x"):
        page = act(client, run, "publish", typed=typed)
        assert (page.status_code, "Type 20 to confirm it" in page.content.decode()) == (422, True)
    assert Assignment.objects.count() == 0
    act(client, run, "publish", typed="20")
    assert Assignment.objects.count() == 20


@pytest.mark.parametrize("values", [{"do": "x"}, {"do": "drop"}, {"do": "lock", "paper": "1", "user": "999999"}])
def test_action_that_means_nothing_is_not_there(olga: Client, run: AssignmentRun, values: dict[str, str]) -> None:
    assert [olga.post(f"{PAGE}{run.number}/{at}/", values).status_code for at in ("action", "edit")] == [404, 404]


# --- a paper that is hidden from one organizer ------------------------------------------------------------------------


def test_hidden_paper_is_in_no_line_number_or_choice(stage: Any, run: AssignmentRun) -> None:
    first = stage.papers[0]
    Conflict.objects.create(submission=first, user=stage.otto, reason="organizer", state="confirmed")
    otto = browser(stage.otto)
    response = otto.get(f"{PAGE}{run.number}/")
    page, text = response.context["page"], response.content.decode()
    assert ([paper.number for paper in page.papers], page.pairs, page.line.papers) == ([2], 3, 1)
    assert (page.certificate, page.whole) == (None, False)
    assert {pair.load for paper in page.papers for pair in paper.pairs} == {"1 of 6"}
    assert (first.title in text, "Certificate" in text) == (False, False)
    people = otto.get(f"{PAGE}{run.number}/?side=people").context["page"]
    assert {(one.seat.load, one.seat.price) for one in people.people} == {("1 of 6", None)}
    figures = otto.get(f"{PAGE}{run.number}/?side=figures").context["page"].figures
    assert (figures.frontier, [paper.number for paper in figures.lowest]) == (None, [2])
    assert otto.get(f"{PAGE}{run.number}/publish/").context["plan"] is None
    assert otto.get(PAGE).context["found"].reviews_missing == 3
    pair = {"paper": first.pk, "user": stage.rui.pk}
    assert otto.post(f"{PAGE}{run.number}/edit/", {"do": "drop", **pair}).status_code == 404
    assert otto.get(f"{PAGE}{run.number}/papers/1/").status_code == 404


def test_candidates_of_an_open_paper_cost_nothing_that_is_told_where_another_is_hidden(db: Any) -> None:
    stage = make_stage(papers=2)
    wants(stage, 1)
    run = proposal(stage)
    whole = browser(stage.olga).get(f"{PAGE}{run.number}/papers/2/").context["page"]
    assert [one.cost is not None for one in whole.rows] == [True, True]
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")
    page = browser(stage.otto).get(f"{PAGE}{run.number}/papers/2/").context["page"]
    assert ({one.cost for one in page.rows}, page.price, page.whole) == ({None}, None, False)


def test_impossible_proposal_over_a_hidden_paper_gives_no_reason_away(db: Any) -> None:
    stage = make_stage(papers=3, load=2)
    run = proposal(stage)
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")
    assert shown(browser(stage.otto), run).reasons == []


# --- one paper and everybody who might have it ------------------------------------------------------------------------


@pytest.fixture
def sparse(db: Any) -> Any:
    """One review a paper and one paper a reviewer, four reviewers."""
    stage = make_stage(papers=2, reviewers=("Rui", "Noor", "Rae", "Cleo"), load=1)
    wants(stage, 1)
    stage.run = proposal(stage)
    pairs = ProposedPair.objects.filter(run=stage.run).select_related("user")
    stage.first = pairs.get(submission=stage.papers[0]).user
    stage.second = pairs.get(submission=stage.papers[1]).user
    stage.rest = [user for user in stage.people.values() if user not in (stage.first, stage.second)]
    return stage


def candidates(stage: Any, number: int = 1, query: str = "") -> dict[str, Any]:
    page = browser(stage.olga).get(f"{PAGE}{stage.run.number}/papers/{number}/{query}").context["page"]
    return {one.name.split()[0]: one for one in page.rows}


def test_who_is_not_proposed_is_listed_with_load_rank_price_and_why_not(sparse: Any) -> None:
    barred, free = sparse.rest
    Conflict.objects.create(submission=sparse.papers[0], user=barred, reason="by_author", state="confirmed")
    found = candidates(sparse)
    assert sorted(found) == sorted(user.given for user in (sparse.second, barred, free))
    full = found[sparse.second.given]
    assert (full.seat.is_full, full.holders, full.seat.load) == (True, [2], "1 of 1")
    assert found[barred.given].why_not == "conflict: declared by an author"
    open_to_all = found[free.given]
    assert (open_to_all.why_not, open_to_all.rank, open_to_all.cost) == ("", "1st of 4", 0)


def test_swap_is_one_edit_and_is_undone_as_one(sparse: Any) -> None:
    client, other = browser(sparse.olga), sparse.rest[0]
    pair = {"paper": sparse.papers[0].pk, "user": other.pk, "out": sparse.first.pk}
    page = edit(client, sparse.run, "swap", **pair)
    assert [one.user for one in page.context["page"].pairs] == [other.pk]
    page = edit(client, sparse.run, "undo", edit=page.context["undo"])
    assert [one.user for one in page.context["page"].pairs] == [sparse.first.pk]


def test_full_reviewer_is_not_added(sparse: Any) -> None:
    pair = {"paper": sparse.papers[0].pk, "user": sparse.second.pk}
    page = edit(browser(sparse.olga), sparse.run, "add", **pair)
    assert (page.status_code, "is full: 1 of 1 papers" in page.context["refused"]["sentence"]) == (422, True)


def test_forbidden_pair_is_not_proposed_again_until_it_is_allowed(sparse: Any) -> None:
    client, other = browser(sparse.olga), sparse.rest[0]
    pair = {"paper": sparse.papers[0].pk, "user": other.pk}
    edit(client, sparse.run, "forbid", **pair)
    assert candidates(sparse)[other.given].forbidden is True
    edit(client, sparse.run, "allow", **pair)
    assert candidates(sparse)[other.given].forbidden is False


def test_candidates_are_searched_and_filtered(sparse: Any) -> None:
    free = {user.given for user in sparse.rest}
    assert set(candidates(sparse, query="?look=free")) == free
    assert set(candidates(sparse, query=f"?q={sparse.rest[0].given}")) == {sparse.rest[0].given}


# --- the lists --------------------------------------------------------------------------------------------------------


def test_papers_are_searched_by_title_number_and_reviewer_and_filtered(olga: Client, stage: Any) -> None:
    wants(stage, 2)
    run = proposal(stage)
    pair = ProposedPair.objects.filter(run=run, submission=stage.papers[0], kept=True).select_related("user")[0]
    edit(olga, run, "drop", paper=stage.papers[0].pk, user=pair.user_id)

    def numbers(query: str) -> list[int]:
        return [paper.number for paper in olga.get(f"{PAGE}{run.number}/{query}").context["page"].papers]

    assert numbers("?look=missing") == numbers("?look=edited") == numbers("?q=%231") == [1]
    assert numbers("?q=nothing") == []
    assert numbers("?sort=-paper") == [2, 1]
    other = ProposedPair.objects.filter(run=run, submission=stage.papers[1], kept=True)
    assert 2 in numbers(f"?q={other[0].user.given}")


def test_people_have_their_loads_and_papers(olga: Client, run: AssignmentRun, stage: Any) -> None:
    page = olga.get(f"{PAGE}{run.number}/?side=people").context["page"]
    assert [(one.seat.name, one.seat.load, len(one.papers)) for one in page.people] == [
        (f"{name} Example", "2 of 6", 2) for name in ("Noor", "Rae", "Rui")
    ]
    one = olga.get(f"{PAGE}{run.number}/people/{stage.rui.pk}/")
    assert [paper.number for paper, _ in one.context["page"].papers] == [1, 2]


def test_figures_count_scores_and_loads(olga: Client, run: AssignmentRun) -> None:
    figures = olga.get(f"{PAGE}{run.number}/?side=figures").context["page"].figures
    assert sum(column.count for column in figures.scores.columns) == 6
    assert [column.count for column in figures.loads.columns] == [0, 0, 3]


def test_point_of_the_frontier_begins_a_proposal_there(olga: Client, run: AssignmentRun) -> None:
    points = [
        {"epsilon": e, "floor": f, "floor_bound": f, "total": t, "share": t / 3, "worst_pair": 0.4}
        for e, f, t in ((0.0, 1.1, 3.0), (0.02, 1.4, 2.95))
    ]
    AssignmentRun.objects.filter(pk=run.pk).update(facts={**run.facts, "frontier": points})
    page = olga.get(f"{PAGE}{run.number}/?side=figures")
    drawn = page.context["page"].figures.frontier.points
    assert [(point.lost, point.x, point.y) for point in drawn] == [("0", "0.00%", "100.00%"), ("2", "100.00%", "0.00%")]
    form = olga.get(f"{PAGE}?from={run.number}&mode=fair&epsilon=2").context["form"]
    assert (form["mode"].value(), form["epsilon"].value(), form["keep"].value()) == ("fair", "2", run.number)


# --- asking in a certain way ------------------------------------------------------------------------------------------

WAY = {
    "mode": "random",
    "max_probability": "80",
    "affinity": "1",
    "bid": "2",
    "topic": "0",
    "seniors_per_paper": "0",
    "papers_per_author": "0",
    "seed": "7",
}


def test_proposal_is_asked_for_in_a_way_that_is_remembered(olga: Client, stage: Any) -> None:
    olga.post(PAGE, WAY)
    run = AssignmentRun.objects.get()
    assert (run.mode, run.seed, run.params["weights"]) == ("random", 7, {"affinity": 1.0, "bid": 2.0, "topic": 0.0})
    form = olga.get(PAGE).context["form"]
    values = [form[name].value() for name in ("mode", "max_probability", "bid", "no_mutual_review")]
    assert values == ["random", 80.0, 2.0, False]


def test_numbers_that_mean_nothing_are_explained_at_their_fields(olga: Client, stage: Any) -> None:
    page = olga.post(PAGE, {**WAY, "max_probability": "0", "affinity": "11", "seed": "-1"})
    assert (page.status_code, sorted(page.context["form"].errors)) == (422, ["affinity", "max_probability", "seed"])
    page = olga.post(PAGE, {**WAY, "affinity": "0", "bid": "0"})
    assert page.context["form"].errors["affinity"] == ["At least one weight must be above 0."]
    assert AssignmentRun.objects.count() == 0


# --- comparing --------------------------------------------------------------------------------------------------------


def test_two_proposals_are_compared(olga: Client, stage: Any) -> None:
    wants(stage, 2)
    first, second = proposal(stage), proposal(stage)
    mine = set(ProposedPair.objects.filter(run=second, submission=stage.papers[0]).values_list("user", flat=True))
    other = next(user for user in stage.people.values() if user.pk not in mine)
    left = ProposedPair.objects.filter(run=second, submission=stage.papers[0]).select_related("user")[0].user
    edit(olga, second, "swap", paper=stage.papers[0].pk, user=other.pk, out=left.pk)
    found = olga.get(f"{PAGE}compare/?run={first.number}&run={second.number}").context["found"]
    assert [(side.pairs, side.papers, side.total) for side in found.sides] == [(4, 2, 2.0), (4, 2, 2.0)]
    same = set(ProposedPair.objects.filter(run=first, submission=stage.papers[0]).values_list("user", flat=True))
    now = mine - {left.pk} | {other.pk}
    assert ([row.number for row in found.differences], found.compared) == ([1] if same != now else [], 2)


def test_log_tells_of_whose_reviewers_names_were_looked_at_in_a_comparison(stage: Any) -> None:
    """Of the papers that differ, and of none that is hidden from whoever looked."""
    wants(stage, 1)
    first, second = proposal(stage), proposal(stage)
    for run, name in ((first, "rui"), (second, "noor")):
        for paper in stage.papers:
            ProposedPair.objects.filter(run=run, submission=paper).update(user=getattr(stage, name))
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")

    browser(stage.otto).get(f"{PAGE}compare/?run={first.number}&run={second.number}")

    entry = Entry.objects.get(action="identity.revealed", actor=stage.otto)
    assert entry.data == {"page": "assignment.compare", "papers": [stage.papers[1].pk]}


def test_compared_totals_are_not_shown_where_a_paper_is_hidden(stage: Any) -> None:
    first, second = proposal(stage), proposal(stage)
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")
    found = browser(stage.otto).get(f"{PAGE}compare/?run={first.number}&run={second.number}").context["found"]
    assert [(side.total, side.gap, side.papers) for side in found.sides] == [(None, None, 1)] * 2


def test_what_is_published_is_counted_once(db: Any) -> None:
    stage = make_stage(papers=3, reviewers=("Rui", "Noor", "Rae", "Cleo"))
    wants(stage, 2)
    run = proposal(stage)
    publish_run(run=run, by=stage.olga)
    client = browser(stage.olga)

    seats = {one.user: one.seat for one in client.get(f"{PAGE}{run.number}/papers/1/").context["page"].rows}
    people = client.get(f"{PAGE}{run.number}/?side=people").context["page"].people

    given = {one.seat.pk: Assignment.objects.filter(user=one.seat.pk).count() for one in people}
    assert {one.seat.pk: one.seat.have for one in people} == given
    assert {user: seat.have for user, seat in seats.items()} == {user: given[user] for user in seats}
    assert sum(given.values()) == 6


def test_undoing_as_a_whole_is_offered_until_a_review_is_begun(db: Any) -> None:
    stage = make_stage(papers=1, reviewers=("Rui", "Noor", "Rae"))
    run = proposal(stage)
    publish_run(run=run, by=stage.olga)
    client = browser(stage.olga)
    before = client.get(f"{PAGE}{run.number}/").content.decode()
    mine = Assignment.objects.select_related("user").get(user=stage.rui)
    open_review(assignment=mine, by=stage.rui)

    after = client.get(f"{PAGE}{run.number}/").content.decode()

    assert ("Undo it all" in before, "Undo it all" in after, "A review is begun" in after) == (True, False, True)


# --- filling holes ----------------------------------------------------------------------------------------------------


@pytest.fixture
def published(db: Any) -> Any:
    """Two reviews a paper, four reviewers, published; the first of each paper declines."""
    stage = make_stage(papers=3, reviewers=("Rui", "Noor", "Rae", "Cleo", "Mo"))
    wants(stage, 2)
    stage.run = proposal(stage)
    publish_run(run=stage.run, by=stage.olga)
    rows = Assignment.objects.order_by("submission__number", "user").select_related("user")
    stage.left = [rows.filter(submission=paper)[0] for paper in stage.papers]
    for row in stage.left:
        decline_assignment(assignment=row, by=row.user, reason="No time.")
    return stage


def test_all_holes_are_filled_in_one_run_and_the_rest_stays(published: Any) -> None:
    client = browser(published.olga)
    found = client.get(f"{PAGE}repair/").context["found"]
    assert {hole.pk for hole in found if hole.kind == "left"} == {row.pk for row in published.left}
    stay = set(Assignment.objects.current().values_list("pk", flat=True))
    client.post(f"{PAGE}repair/", {"hole": [hole.pk for hole in found]})
    run_jobs()
    run = AssignmentRun.objects.get(purpose="repair")
    pairs = ProposedPair.objects.filter(run=run)
    assert (run.outcome, pairs.count()) == ("complete", 3)
    assert {(pair.submission_id, pair.replaces_id) for pair in pairs} == {
        (row.submission_id, row.pk) for row in published.left
    }
    assert not {(p.submission_id, p.user_id) for p in pairs} & {(r.submission_id, r.user_id) for r in published.left}
    page = shown(client, run)
    assert [len(pair.alternates) for paper in page.papers for pair in paper.pairs] == [2, 2, 2]
    act(client, run, "publish")
    now = Assignment.objects.current()
    assert (now.count(), stay <= set(now.values_list("pk", flat=True))) == (6, True)
    assert client.get(f"{PAGE}repair/").context["found"] == []


def test_repair_is_said_to_be_of_the_places_that_the_viewer_may_know(published: Any) -> None:
    """Its size must not tell an author among the organizers that their own paper has lost a reviewer."""
    Conflict.objects.create(submission=published.papers[0], user=published.otto, reason="organizer", state="confirmed")
    holes = [row.pk for row in published.left]
    browser(published.olga).post(f"{PAGE}repair/", {"hole": holes})
    said: dict[str, set[str]] = {"olga": set(), "otto": set()}

    for name in said:
        client = browser(getattr(published, name))
        run = AssignmentRun.objects.get(purpose="repair")
        said[name].add(client.get(PAGE).context["found"].runs[0].how)
        said[name].add(shown(client, run).line.how)
    run_jobs()
    for name in said:
        client = browser(getattr(published, name))
        said[name].add(client.get(PAGE).context["found"].runs[0].how)
        said[name].add(shown(client, run).line.how)

    assert said == {"olga": {"Repair of 3 places"}, "otto": {"Repair of 2 places"}}


def test_silent_reviewer_gives_the_paper_back_when_the_repair_is_published(published: Any) -> None:
    silent = Assignment.objects.current().order_by("submission__number").select_related("user", "submission")[0]
    run = start_run(
        workshop=published.workshop, by=published.olga, purpose="repair", holes=[silent], options=Options(mode="total")
    )
    run_jobs()
    plan = preview(run=run, by=published.olga)
    assert [(person, [row.pk for row in rows]) for person, rows in plan.leaving] == [(silent.user, [silent.pk])]
    publish_run(run=run, by=published.olga)
    silent.refresh_from_db()
    assert (silent.status, silent.submission.assignments.current().count()) == ("removed", 1)


def test_repair_without_a_hole_is_explained(published: Any) -> None:
    page = browser(published.olga).post(f"{PAGE}repair/", {"hole": ["x"]})
    assert (page.status_code, page.context["refusal"]) == (422, "Choose at least one place to fill.")


# --- area chairs ------------------------------------------------------------------------------------------------------


def test_area_chairs_are_assigned_by_the_same_engine(stage: Any) -> None:
    for name in ("rui", "noor"):
        give_role(workshop=stage.workshop, user=getattr(stage, name), role="area_chair", by=stage.olga)
    run = proposal(stage, purpose="chairs", chair_most=1)
    assert sorted(ProposedPair.objects.filter(run=run).values_list("submission__number", flat=True)) == [1, 2]
    assert shown(browser(stage.olga), run).papers[0].pairs[0].load == "1 of 1"
    publish_run(run=run, by=stage.olga)
    rows = Assignment.objects.current()
    assert {row.kind for row in rows} == {"area_chair"}
    assert {row.user for row in rows} == {stage.rui, stage.noor}


# --- the number of queries --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_for_any_number_of_papers(db: Any, rows: int) -> None:
    stage = make_stage(papers=rows)
    run = proposal(stage)
    client = browser(stage.olga)
    pages = {
        "": 6,
        f"{run.number}/": 9,
        f"{run.number}/?side=people": 9,
        f"{run.number}/?side=figures": 9,
        f"{run.number}/papers/1/": 9,
        f"{run.number}/people/{stage.rui.pk}/": 10,
        f"{run.number}/publish/": 10,
        f"compare/?run={run.number}": 5,
        "repair/": 9,
    }
    found = {}
    for page in pages:
        client.get(f"{PAGE}{page}")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{PAGE}{page}")
        found[page] = len([query for query in captured if "SAVEPOINT" not in query["sql"]])
    assert found == pages
