"""The workbench of a proposal: what stands behind a score, exchanges of two papers, what else would suit somebody."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.rights import visible_to
from access.viewer import acting
from accounts.models import Publication
from audit.errors import Refused
from audit.models import Entry
from reviews.models import AffinityBook, AssignmentRun, Bid, ProposedPair, RunEdit, RunPaper
from reviews.options import Options, SideRules
from reviews.services.run import exchange_pairs, lock_pair, undo_edit
from reviews.states import AffinityMethod
from submissions.models import Conflict
from tests.desk.test_non_interference import TOKENS
from tests.reviews.stage import given, make_stage, proposal, wants
from tests.reviews.test_assignment_desk import PAGE, edit
from tests.reviews.test_people_desk import browser
from tests.reviews.test_scoring import AUCTIONS, BRAIN, knows, texts
from workshops.services.roles import give_role

CLOCK = re.compile(r'data-now="\d+"')


def paper_page(client: Client, stage: Any, number: int = 1, query: str = "") -> Any:
    return client.get(f"{PAGE}{stage.run.number}/papers/{number}/{query}").context["page"]


def person_page(client: Client, stage: Any, user: Any, query: str = "") -> Any:
    return client.get(f"{PAGE}{stage.run.number}/people/{user.pk}/{query}").context["page"]


def hide(stage: Any, paper: int) -> Client:
    """From Otto."""
    Conflict.objects.create(submission=stage.papers[paper], user=stage.otto, reason="organizer", state="confirmed")
    return browser(stage.otto)


# --- what stands behind a score ---------------------------------------------------------------------------------------


@pytest.fixture
def known(db: Any) -> Any:
    """One review a paper; Rui knows of the first paper's subject, Noor of the second's, Rae of nothing."""
    stage = make_stage(papers=2)
    wants(stage, 1)
    texts(stage, BRAIN, AUCTIONS)
    knows(stage, "rui", "Grid cells and persistent homology", "Weather on the sphere")
    knows(stage, "noor", "Auctions with budgets for goods")
    stage.run = proposal(stage)
    return stage


def test_what_somebody_shares_with_a_paper_is_told_on_both_of_their_pages(known: Any) -> None:
    client = browser(known.olga)
    (pair,) = paper_page(client, known).pairs
    ((_, mine),) = person_page(client, known, known.rui).papers

    assert (pair.name, [one.title for one in pair.because.texts]) == (
        "Rui Example",
        ["Grid cells and persistent homology"],
    )
    assert pair.because.terms[0] in ("grid cells", "persistent homology")
    assert mine.because == pair.because


def test_parts_and_a_conflict_that_came_up_since_stand_beside_who_is_proposed(known: Any) -> None:
    Conflict.objects.create(submission=known.papers[0], user=known.rui, reason="by_author", state="confirmed")
    client = browser(known.olga)
    (pair,) = paper_page(client, known).pairs
    ((_, mine),) = person_page(client, known, known.rui).papers
    assert (pair.entry.affinity, pair.bar) == (0.75, "conflict: declared by an author")
    assert (mine.entry, mine.bar, pair.because.percent) == (pair.entry, pair.bar, 75)


def test_nothing_is_told_of_who_shares_nothing(known: Any) -> None:
    rows = {one.name: one.because for one in paper_page(browser(known.olga), known).rows}
    assert rows == {"Noor Example": None, "Rae Example": None}


def test_what_is_shared_stands_on_the_page_without_a_script(known: Any) -> None:
    text = browser(known.olga).get(f"{PAGE}{known.run.number}/papers/1/").content.decode()
    assert "<details" in text
    assert "Grid cells and persistent homology" in text


def test_publication_that_is_gone_is_left_out(known: Any) -> None:
    Publication.objects.filter(user=known.rui, title__startswith="Grid").delete()
    (pair,) = paper_page(browser(known.olga), known).pairs
    assert (pair.because.texts, bool(pair.because.terms)) == ([], True)


def test_scores_from_a_file_alone_are_not_explained_by_texts(known: Any) -> None:
    AffinityBook.objects.filter(workshop=known.workshop).update(imported="replace")
    (pair,) = paper_page(browser(known.olga), known).pairs
    assert pair.because is None


def test_only_the_method_that_counts_explains(known: Any) -> None:
    AffinityBook.objects.filter(workshop=known.workshop).update(method=AffinityMethod.SEMANTIC)
    (pair,) = paper_page(browser(known.olga), known).pairs
    assert pair.because is None


def test_what_is_shared_with_a_hidden_paper_is_on_no_page(known: Any) -> None:
    client = hide(known, 0)
    text = client.get(f"{PAGE}{known.run.number}/people/{known.rui.pk}/").content.decode()
    assert ("Grid cells" in text, "homology" in text) == (False, False)
    assert "Grid cells" in browser(known.olga).get(f"{PAGE}{known.run.number}/people/{known.rui.pk}/").content.decode()


# --- exchanges --------------------------------------------------------------------------------------------------------


@pytest.fixture
def scored(db: Any) -> Any:
    """One review a paper and one paper a reviewer, each given what they like less: Rui #1, Noor #2, Rae #3."""
    stage = make_stage(papers=3, load=1)
    wants(stage, 1)
    stage.run = proposal(stage)
    likes = {"rui": (0.4, 0.9, 0.5), "noor": (0.8, 0.5, 0.1), "rae": (0.3, 0.2, 0.6)}
    score(stage, likes)
    ProposedPair.objects.filter(run=stage.run).delete()
    for number, name in enumerate(likes):
        ProposedPair.objects.create(
            run=stage.run,
            submission=stage.papers[number],
            user=getattr(stage, name),
            score=likes[name][number],
            rank=1,
            allowed=3,
        )
    return stage


def score(stage: Any, likes: dict[str, tuple[float, ...]]) -> None:
    """What the run knows of everybody."""
    for number, paper in enumerate(stage.papers):
        people = [
            [getattr(stage, name).pk, some[number], False, some[number], "", 0.0, 1] for name, some in likes.items()
        ]
        RunPaper.objects.filter(run=stage.run, submission=paper).update(
            people=sorted(people, key=lambda line: -line[1]), price=0.7
        )


def pairs_now(stage: Any) -> dict[int, set[str]]:
    rows = ProposedPair.objects.filter(run=stage.run, kept=True).values_list("submission__number", "user__given")
    return {number: {name for each, name in rows if each == number} for number, _ in rows}


def exchange(stage: Any, **changes: Any) -> RunEdit:
    values = {
        "run": stage.run,
        "submission": stage.papers[0],
        "user": stage.rui,
        "other_submission": stage.papers[1],
        "other": stage.noor,
        "by": stage.olga,
    }
    return exchange_pairs(**values | changes)


def offered(stage: Any, client: Client | None = None) -> Any:
    return paper_page(client or browser(stage.olga), stage, 1, f"?out={stage.rui.pk}").exchanges


def test_exchanges_are_offered_with_what_both_papers_the_total_and_the_lowest_paper_have_then(scored: Any) -> None:
    first, second = offered(scored)
    assert (first.name, first.number, first.here, first.there) == ("Noor Example", 2, (0.4, 0.8), (0.5, 0.9))
    assert (first.signed, first.worst_words) == ("+0.800", "+0.200")
    assert (second.name, second.signed, second.worst_words) == ("Rae Example", "-0.200", "-0.100")


def test_looking_at_exchanges_is_logged_with_all_papers_whose_people_are_named(scored: Any) -> None:
    offered(scored)
    entry = Entry.objects.get(action="identity.revealed")
    assert entry.data == {"page": "assignment.exchange", "papers": [paper.pk for paper in scored.papers]}


def test_no_exchange_is_looked_for_before_somebody_is_chosen(scored: Any) -> None:
    assert paper_page(browser(scored.olga), scored).exchanges is None


def test_an_exchange_is_one_press_and_one_undo(scored: Any) -> None:
    client = browser(scored.olga)
    values = {"paper": scored.papers[0].pk, "user": scored.rui.pk}
    page = edit(client, scored.run, "exchange", **values, other_paper=scored.papers[1].pk, other=scored.noor.pk)
    assert "Rui Example goes from #1 to #2, and Noor Example from #2 to #1." in page.content.decode()
    assert pairs_now(scored) == {1: {"Noor"}, 2: {"Rui"}, 3: {"Rae"}}

    page = edit(client, scored.run, "undo", edit=page.context["undo"])
    assert "Undone: #1 and #2 are as they were." in page.content.decode()
    assert pairs_now(scored) == {1: {"Rui"}, 2: {"Noor"}, 3: {"Rae"}}
    assert ProposedPair.objects.filter(run=scored.run).count() == 3


@pytest.mark.parametrize(("paper", "name"), [(1, "rui"), (0, "noor")])
@pytest.mark.parametrize("state", ["confirmed", "suspected"])
def test_no_exchange_meets_a_conflict(scored: Any, paper: int, name: str, state: str) -> None:
    user = getattr(scored, name)
    Conflict.objects.create(submission=scored.papers[paper], user=user, reason="by_author", state=state)
    assert [one.number for one in offered(scored)] == [3]
    with pytest.raises(Refused, match=r"conflict (with paper|of)"):
        exchange(scored)


@pytest.mark.parametrize("paper", [0, 1])
def test_no_exchange_moves_a_locked_pair(scored: Any, paper: int) -> None:
    user = (scored.rui, scored.noor)[paper]
    lock_pair(run=scored.run, submission=scored.papers[paper], user=user, by=scored.olga)
    assert [one.number for one in offered(scored) or []] == ([] if paper == 0 else [3])
    with pytest.raises(Refused, match="is locked to"):
        exchange(scored)


def test_no_exchange_brings_somebody_to_a_paper_that_they_had(scored: Any) -> None:
    given(scored, "rui", paper=1)
    assert [one.number for one in offered(scored)] == [3]
    with pytest.raises(Refused, match="already has paper #2"):
        exchange(scored)


def test_no_exchange_breaks_a_side_rule(scored: Any) -> None:
    rules = SideRules(no_mutual_review=True)
    scored.run.params = {**scored.run.params, **Options(rules=rules).to_params()}
    scored.run.save()
    RunPaper.objects.filter(run=scored.run, submission=scored.papers[1]).update(authors=[scored.rae.pk])
    RunPaper.objects.filter(run=scored.run, submission=scored.papers[2]).update(authors=[scored.rui.pk])
    assert [one.number for one in offered(scored)] == []
    with pytest.raises(Refused, match="Rui Example and an author would review each other"):
        exchange(scored)


def test_somebody_who_has_too_many_may_be_exchanged_since_no_load_changes(scored: Any) -> None:
    scored.workshop.reviewers.update(load_max=0)
    assert [one.number for one in offered(scored)] == [2, 3]
    exchange(scored)
    assert pairs_now(scored) == {1: {"Noor"}, 2: {"Rui"}, 3: {"Rae"}}


def test_exchange_is_refused_within_one_paper_and_of_who_is_not_there(scored: Any) -> None:
    with pytest.raises(Refused, match="between two papers"):
        exchange(scored, other_submission=scored.papers[0])
    with pytest.raises(Refused, match="Rae Example is not proposed for paper #2"):
        exchange(scored, other=scored.rae)


def test_exchange_that_meets_another_edit_is_not_undone(scored: Any) -> None:
    made = exchange(scored)
    lock_pair(run=scored.run, submission=scored.papers[1], user=scored.rui, by=scored.olga)
    with pytest.raises(Refused, match="were changed since"):
        undo_edit(edit=made, by=scored.olga)
    assert pairs_now(scored) == {1: {"Noor"}, 2: {"Rui"}, 3: {"Rae"}}


def test_refused_exchange_is_explained_on_the_page(scored: Any) -> None:
    values = {"paper": scored.papers[0].pk, "user": scored.rui.pk, "other_paper": scored.papers[1].pk}
    page = edit(browser(scored.olga), scored.run, "exchange", **values, other=scored.rae.pk)
    assert (page.status_code, page.context["refused"]["sentence"]) == (422, "Rae Example is not proposed for paper #2.")


# --- where a paper is hidden ------------------------------------------------------------------------------------------


def test_exchanges_are_over_open_papers_alone_and_tell_no_price_of_the_whole(scored: Any) -> None:
    (only,) = offered(scored, hide(scored, 1))
    assert (only.number, only.here, only.change, only.worst) == (3, (0.4, 0.3), None, None)
    text = browser(scored.otto).get(f"{PAGE}{scored.run.number}/papers/1/?out={scored.rui.pk}").content.decode()
    assert ("Lowest paper" in text, scored.papers[1].title in text) == (False, False)


def test_nothing_goes_to_a_hidden_paper(scored: Any) -> None:
    client = hide(scored, 1)
    values = {"paper": scored.papers[0].pk, "user": scored.rui.pk, "other": scored.noor.pk}
    answers = [
        client.post(f"{PAGE}{scored.run.number}/edit/", {"do": "exchange", **values, "other_paper": key}).status_code
        for key in (scored.papers[1].pk, 999_999)
    ]
    assert answers == [404, 404]
    assert pairs_now(scored) == {1: {"Rui"}, 2: {"Noor"}, 3: {"Rae"}}


def test_exchange_is_undone_only_by_who_is_free_on_both_papers(scored: Any) -> None:
    made = exchange(scored)
    client = hide(scored, 1)
    answers = [
        client.post(f"{PAGE}{scored.run.number}/edit/", {"do": "undo", "edit": key}).status_code
        for key in (made.pk, 999_999)
    ]
    assert answers == [404, 404]
    assert [
        visible_to(acting(user), "row", RunEdit).filter(pk=made.pk).exists() for user in (scored.olga, scored.otto)
    ] == [True, False]


def test_a_rule_that_a_hidden_pair_would_break_says_nothing(scored: Any) -> None:
    """What Otto may not see is no constraint for him."""
    scored.run.params = {**scored.run.params, **Options(rules=SideRules(no_mutual_review=True)).to_params()}
    scored.run.save()
    RunPaper.objects.filter(run=scored.run, submission=scored.papers[1]).update(authors=[scored.rae.pk])
    RunPaper.objects.filter(run=scored.run, submission=scored.papers[2]).update(authors=[scored.rui.pk])
    hide(scored, 2)
    exchange(scored, by=scored.otto)
    assert pairs_now(scored) == {1: {"Noor"}, 2: {"Rui"}, 3: {"Rae"}}


def test_whoever_has_a_hidden_paper_reads_the_same_whatever_is_proposed_for_it(scored: Any) -> None:
    """Who is on it, with what score, who must not be, who has it, who wrote it: all of that Olga sees."""
    client = hide(scored, 1)
    addresses = [
        f"{PAGE}{scored.run.number}/{page}"
        for page in (
            f"papers/1/?out={scored.rui.pk}",
            f"papers/3/?out={scored.rae.pk}",
            *(f"people/{user.pk}/" for user in scored.people.values()),
        )
    ]
    free = browser(scored.olga)
    first, told = ([body(one, address) for address in addresses] for one in (client, free))
    hidden = ProposedPair.objects.filter(run=scored.run, submission=scored.papers[1])
    hidden.update(score=0.01)
    ProposedPair.objects.create(run=scored.run, submission=scored.papers[1], user=scored.rui, score=1.0)
    ProposedPair.objects.create(
        run=scored.run, submission=scored.papers[1], user=scored.rae, kept=False, origin="forbid"
    )
    given(scored, "rae", paper=1, tell=False)
    RunPaper.objects.filter(run=scored.run, submission=scored.papers[1]).update(authors=[scored.rui.pk], price=9.0)

    assert [body(client, address) for address in addresses] == first
    assert not set(told) & {body(free, address) for address in addresses}


def body(client: Client, address: str) -> str:
    return CLOCK.sub("", TOKENS.sub("", client.get(address).content.decode()))


# --- what else would suit somebody ------------------------------------------------------------------------------------


def test_papers_that_would_suit_somebody_are_listed_the_best_first_with_what_each_costs(scored: Any) -> None:
    scored.workshop.reviewers.update(load_max=2)
    page = person_page(browser(scored.olga), scored, scored.rui)
    assert [(one.paper.number, one.entry.score, one.out.name) for one in page.rows] == [
        (2, 0.9, "Noor Example"),
        (3, 0.5, "Rae Example"),
    ]
    assert [round(one.cost, 3) for one in page.rows] == [0, 0.2]
    assert [one.signed for one in page.rows] == ["+0.400", "-0.100"]


def test_suited_paper_that_lacks_somebody_is_given_and_it_goes_back_to_the_person(scored: Any) -> None:
    scored.workshop.reviewers.update(load_max=2)
    client, pair = browser(scored.olga), {"paper": scored.papers[1].pk, "user": scored.rui.pk}
    edit(client, scored.run, "drop", paper=scored.papers[1].pk, user=scored.noor.pk)
    (one, *_) = person_page(client, scored, scored.rui, "?look=missing").rows
    assert (one.paper.number, one.out) == (2, None)
    page = edit(client, scored.run, "add", **pair, back="person")
    assert [paper.number for paper, _ in page.context["page"].papers] == [1, 2]
    page = edit(client, scored.run, "undo", edit=page.context["undo"], back="person", user=scored.rui.pk)
    assert [paper.number for paper, _ in page.context["page"].papers] == [1]


def test_whoever_is_full_sees_what_would_suit_without_buttons(scored: Any) -> None:
    client = browser(scored.olga)
    page = client.get(f"{PAGE}{scored.run.number}/people/{scored.rui.pk}/")
    assert [one.paper.number for one in page.context["page"].rows] == [2, 3]
    assert ('value="swap"' in page.content.decode(), 'value="add"' in page.content.decode()) == (False, False)
    pair = {"paper": scored.papers[1].pk, "user": scored.rui.pk, "out": scored.noor.pk}
    page = edit(client, scored.run, "swap", **pair, back="person")
    assert (page.status_code, "is full: 1 of 1 papers" in page.context["refused"]["sentence"]) == (422, True)
    assert page.context["seat"].pk == scored.rui.pk


def test_papers_with_a_conflict_or_a_past_do_not_suit(scored: Any) -> None:
    scored.workshop.reviewers.update(load_max=3)
    Conflict.objects.create(submission=scored.papers[1], user=scored.rui, reason="by_author", state="confirmed")
    given(scored, "rui", paper=2)
    assert person_page(browser(scored.olga), scored, scored.rui).rows == []


def test_suspected_conflict_asks_for_a_word_and_keeps_what_was_typed(scored: Any) -> None:
    scored.workshop.reviewers.update(load_max=2)
    Conflict.objects.create(submission=scored.papers[1], user=scored.rui, reason="by_author", state="suspected")
    client = browser(scored.olga)
    assert [one.suspected for one in person_page(client, scored, scored.rui).rows] == [True, False]
    pair = {"paper": scored.papers[1].pk, "user": scored.rui.pk, "out": scored.noor.pk, "back": "person"}
    page = edit(client, scored.run, "swap", **pair, why=" ")
    assert (page.status_code, page.context["refused"]["paper"]) == (422, scored.papers[1].pk)
    edit(client, scored.run, "swap", **pair, why="They only share a first name.")
    assert pairs_now(scored)[2] == {"Rui"}


def test_forbidden_paper_is_allowed_again_from_the_persons_page(scored: Any) -> None:
    client, pair = browser(scored.olga), {"paper": scored.papers[1].pk, "user": scored.rui.pk, "back": "person"}
    scored.workshop.reviewers.update(load_max=2)
    page = edit(client, scored.run, "forbid", **pair)
    assert [one.forbidden for one in page.context["page"].rows] == [True, False]
    page = edit(client, scored.run, "allow", **pair)
    assert [one.forbidden for one in page.context["page"].rows] == [False, False]


def test_hidden_paper_suits_nobody_and_no_price_is_told(scored: Any) -> None:
    page = person_page(hide(scored, 1), scored, scored.rui)
    assert [(one.paper.number, one.cost) for one in page.rows] == [(3, None)]


def test_suited_papers_are_searched(scored: Any) -> None:
    client = browser(scored.olga)
    assert [one.paper.number for one in person_page(client, scored, scored.rui, "?q=%233").rows] == [3]
    assert person_page(client, scored, scored.rui, "?q=nothing").rows == []
    assert [one.paper.number for one in person_page(client, scored, scored.rui, "?sort=-paper").rows] == [3, 2]


def test_bids_stand_beside_the_score(db: Any) -> None:
    stage = make_stage(papers=2)
    wants(stage, 1)
    for paper in stage.papers:
        Bid.objects.create(submission=paper, user=stage.rui, value="very_high", shown_at=stage.workshop.published_at)
    stage.run = proposal(stage)
    page = person_page(browser(stage.olga), stage, stage.rui)
    said = [one.entry.said for one in page.rows] + [pair.entry.said for _, pair in page.papers]
    assert said == ["Very high", "Very high"]


def test_area_chairs_are_exchanged_whatever_rules_reviewers_have(db: Any) -> None:
    stage = make_stage(papers=2)
    for name in ("rui", "noor"):
        give_role(workshop=stage.workshop, user=getattr(stage, name), role="area_chair", by=stage.olga)
    stage.run = proposal(stage, purpose="chairs", chair_most=1)
    RunPaper.objects.filter(run=stage.run, submission=stage.papers[0]).update(authors=[stage.noor.pk])
    RunPaper.objects.filter(run=stage.run, submission=stage.papers[1]).update(authors=[])
    first, second = [ProposedPair.objects.get(run=stage.run, submission=paper).user for paper in stage.papers]
    page = paper_page(browser(stage.olga), stage, 1, f"?out={first.pk}")
    assert [(one.user, one.number) for one in page.exchanges] == ([] if second == stage.noor else [(second.pk, 2)])
    exchange(stage, user=first, other=second)
    assert pairs_now(stage) == {1: {second.given}, 2: {first.given}}


def test_a_repair_offers_neither_exchanges_nor_other_papers(scored: Any) -> None:
    AssignmentRun.objects.filter(pk=scored.run.pk).update(purpose="repair")
    client = browser(scored.olga)
    assert offered(scored, client) is None
    assert person_page(client, scored, scored.rui).rows is None
    with pytest.raises(Refused, match="not in a repair"):
        exchange(scored)


# --- the number of queries --------------------------------------------------------------------------------------------


@pytest.mark.both
def test_pages_cost_ten_queries_whatever_they_tell(known: Any) -> None:
    client = browser(known.olga)
    pages = [
        f"{PAGE}{known.run.number}/papers/1/?out={known.rui.pk}",
        f"{PAGE}{known.run.number}/papers/1/",
        f"{PAGE}{known.run.number}/people/{known.rui.pk}/",
    ]
    found = []
    for page in pages:
        client.get(page)
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        found.append(len([query for query in captured if "SAVEPOINT" not in query["sql"]]))
    assert found == [10, 10, 10]
