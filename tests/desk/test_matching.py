"""Bids and affinities on the organizers' desk, and scores from a file."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from access.viewer import Viewer
from accounts.services.publications import add_publications
from audit.errors import Refused, StaleState
from desk.reading.matching import read_matching
from jobs.models import Job
from jobs.services.run import run_job
from reviews.models import Affinity, AffinityBook
from reviews.scoring import affinity_grid
from reviews.services.affinity import choose_affinity, start_affinity
from reviews.services.import_affinities import import_affinities, read_scores
from submissions.models import Conflict
from tests.reviews.stage import make_stage
from tests.reviews.test_bids import begin, bid, open_bidding

HEAD = "paper,reviewer,score\n"


@pytest.fixture
def stage(db: Any) -> Any:
    return make_stage()


def desk(stage: Any, name: str = "olga") -> Client:
    client = Client()
    client.force_login(getattr(stage, name))
    return client


def address(stage: Any, more: str = "") -> str:
    return f"/admin/w/{stage.workshop.slug}/assignment/matching/{more}"


def bring(
    stage: Any, text: str, imported: str = "join", *, name: str = "olga", rest: bool = False, seen: int = -1
) -> int:
    by = getattr(stage, name)
    content = (HEAD + text).encode()
    count = read_scores(workshop=stage.workshop, by=by, content=content, name="s.csv").count if seen < 0 else seen
    return import_affinities(
        workshop=stage.workshop, by=by, content=content, name="s.csv", imported=imported, seen=count, rest=rest
    )


def grid(stage: Any) -> dict[tuple[int, str], float]:
    papers, users = {p.pk: p.number for p in stage.papers}, {u.pk: name for name, u in stage.people.items()}
    rows = affinity_grid(stage.workshop.pk, list(papers), list(users))
    return {(papers[paper], users[user]): value for paper, row in rows.items() for user, value in row.items()}


def hide_first_paper_from_otto(stage: Any) -> None:
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")


# --- the page ---------------------------------------------------------------------------------------------------------


def test_page_counts_bids_by_person_and_paper_and_names_who_has_not_bid(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    begin(stage, "noor")
    bid(stage, "very_high")
    bid(stage, "low", 1)

    found = read_matching(stage.workshop, Viewer(stage.olga), timezone.now())

    lines = {line.name: (line.bids.eager, line.bids.unwilling, line.state[1]) for line in found.reviewers}
    assert lines == {
        "Rui Example": (1, 1, "enough"),
        "Noor Example": (0, 0, "has not bid"),
        "Rae Example": (0, 0, "has not begun"),
    }
    assert (found.silent, [(line.number, line.bids.eager) for line in found.papers]) == (2, [(2, 0), (1, 1)])
    assert "has not begun" in desk(stage).get(address(stage)).text


def test_page_counts_only_papers_that_the_organizer_is_free_on(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    bid(stage, "very_high")
    hide_first_paper_from_otto(stage)

    found = read_matching(stage.workshop, Viewer(stage.otto), timezone.now())

    rui = next(line for line in found.reviewers if line.name == "Rui Example")
    assert (rui.bids.said, rui.shown, [line.number for line in found.papers]) == (0, 1, [2])


@pytest.mark.parametrize("papers", [1, 3])
def test_page_costs_the_same_for_any_number_of_papers(
    db: Any, papers: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stage = make_stage(papers=papers)
    viewer = Viewer(stage.olga)

    with django_assert_num_queries(3):
        read_matching(stage.workshop, viewer, timezone.now())


def test_reviewers_come_page_by_page_and_are_counted_over_all_pages(
    stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.reading.matching.PAGE", 2)
    monkeypatch.setattr("desk.views.matching.PAGE", 2)
    open_bidding(stage)
    begin(stage)
    bid(stage, "very_high")

    first = desk(stage).get(address(stage))
    rest = desk(stage).get(address(stage, first.context["older_url"].partition("#")[0]))

    names = [[line.name for line in page.context["found"].reviewers] for page in (first, rest)]
    assert names == [["Noor Example", "Rae Example"], ["Rui Example"]]
    assert [page.context["found"].silent for page in (first, rest)] == [2, 2]
    assert (rest.context["older_url"], rest.context["newer_url"]) == ("", "?after=0#bids")


def test_page_says_of_whom_nothing_is_known_and_what_is_not_compared(stage: Any) -> None:
    before = read_matching(stage.workshop, Viewer(stage.olga), timezone.now())
    add_publications(user=stage.rui, by=stage.rui, text="Symmetry and groups")
    run_job(start_affinity(workshop=stage.workshop, by=None).pk)
    bring(stage, "1,noor@noor.test,0.9\n")
    hide_first_paper_from_otto(stage)

    after = read_matching(stage.workshop, Viewer(stage.olga), timezone.now())
    ottos = read_matching(stage.workshop, Viewer(stage.otto), timezone.now())

    seen = [(page.nothing_known, page.uncompared, page.scored) for page in (before, after, ottos)]
    assert seen == [(3, 2, 0), (1, 0, 1), (2, 0, 0)]


def test_reviewer_has_no_such_page(stage: Any) -> None:
    assert [desk(stage, name).get(address(stage)).status_code for name in ("rui", "ada")] == [404, 404]


def test_button_asks_the_worker_once_and_the_page_follows_it(stage: Any) -> None:
    add_publications(user=stage.rui, by=stage.rui, text="Symmetry and groups")
    client = desk(stage)
    for _ in range(2):
        client.post(address(stage, "action/"), {"do": "compute"})
    waiting = client.get(address(stage)).text
    (job,) = Job.objects.filter(kind="affinity")
    run_job(job.pk)
    part = client.get(address(stage, "?part=progress"))

    assert ("Waits for a worker" in waiting, part["HX-Refresh"], Affinity.objects.count()) == (True, "true", 6)


def test_choice_of_the_method_is_kept_and_computed(stage: Any) -> None:
    answer = desk(stage).post(address(stage, "action/"), {"do": "choose", "method": "semantic"})

    assert (answer.status_code, AffinityBook.objects.get().method) == (302, "semantic")
    assert Job.objects.filter(kind="affinity").count() == 1


def test_method_that_is_not_installed_is_refused_with_a_sentence(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.services.affinity.MODEL", "no_such_package")

    with pytest.raises(Refused, match="not installed here"):
        choose_affinity(workshop=stage.workshop, by=stage.olga, method="semantic")
    page = desk(stage).get(address(stage)).text
    assert ("not installed on this site" in page, 'value="semantic"' in page) == (True, False)


# --- scores from a file -----------------------------------------------------------------------------------------------


def test_imported_scores_join_the_computed_ones_or_replace_them(stage: Any) -> None:
    for name in ("rui", "noor"):
        add_publications(user=stage.people[name.title()], by=None, text=f"Symmetry in {name}")
    run_job(start_affinity(workshop=stage.workshop, by=None).pk)
    computed = grid(stage)

    bring(stage, "1,rui@rui.test,0.9\n#1,RAE@rae.test,0.1\n")
    joined = grid(stage)
    bring(stage, "1,rui@rui.test,0.9\n#1,RAE@rae.test,0.1\n", "replace")
    replaced = grid(stage)

    assert set(computed) == {(n, name) for n in (1, 2) for name in ("Rui", "Noor")}
    assert joined == {
        **computed,
        (1, "Rui"): pytest.approx((computed[1, "Rui"] + 0.75) / 2),
        (1, "Rae"): 0.25,
    }
    assert replaced == {(1, "Rui"): 0.75, (1, "Rae"): 0.25}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1,rui@rui.test,1.5", "“1.5” is no score"),
        ("1,rui@rui.test,nan", "“nan” is no score"),
        ("1,rui@rui.test,", "has no score"),
        ("x,rui@rui.test,0.5", "not the number of a paper"),
        ("9,rui@rui.test,0.5", "no submitted paper 9"),
        ("1,nobody@no.test,0.5", "no address of a reviewer"),
        ("1,rui,0.5", "not an e-mail address"),
        ("2,rui@rui.test,0.5", "have a score on line 2 already"),
    ],
)
def test_row_that_is_wrong_names_its_line_and_nothing_is_written(stage: Any, row: str, words: str) -> None:
    text = f"2,rui@rui.test,0.5\n{row}\n"
    content = (HEAD + text).encode()
    (problem,) = read_scores(workshop=stage.workshop, by=stage.olga, content=content, name="s.csv").problems

    assert (problem.line, words in problem.what) == (3, True)
    with pytest.raises(Refused, match="Mend the rows"):
        bring(stage, text)
    assert Affinity.objects.count() == 0
    assert bring(stage, text, rest=True) == 1


def test_file_without_the_columns_says_what_it_has(stage: Any) -> None:
    found = read_scores(workshop=stage.workshop, by=stage.olga, content=b"a,b\n1,2\n", name="s.csv")

    assert [problem.what for problem in found.problems] == ["There is no column “paper”. Columns found: “a”, “b”."]


def test_hidden_paper_is_as_if_it_were_not_there_and_its_scores_stay(stage: Any) -> None:
    bring(stage, "1,rui@rui.test,0.9\n2,rui@rui.test,0.9\n")
    hide_first_paper_from_otto(stage)
    content = (HEAD + "1,rui@rui.test,0.2\n7,rui@rui.test,0.2\n").encode()
    found = read_scores(workshop=stage.workshop, by=stage.otto, content=content, name="s.csv")
    said = {problem.what.replace("1", "7") for problem in found.problems}

    bring(stage, "2,noor@noor.test,0.4\n", name="otto")

    assert said == {"You may act on no submitted paper 7."}
    kept = set(Affinity.objects.values_list("submission__number", "user__given", "value"))
    assert kept == {(1, "Rui", 0.9), (2, "Noor", 0.4)}


def test_file_that_gives_another_number_by_now_is_shown_again(stage: Any) -> None:
    with pytest.raises(StaleState, match="1 scores by now, not 5"):
        bring(stage, "1,rui@rui.test,0.9\n", seen=5)


def test_page_shows_what_a_file_does_before_it_does_it(stage: Any) -> None:
    client = desk(stage)
    file = BytesIO((HEAD + "1,rui@rui.test,0.9\n").encode())
    file.name = "scores.csv"
    look = client.post(address(stage, "action/"), {"do": "look", "file": file, "imported": "replace"})
    before = Affinity.objects.count()
    again = {name: look.context[name] for name in ("again", "name", "imported")}
    done = client.post(address(stage, "action/"), {"do": "import", "seen": 1, **again})

    assert ("Take 1 score" in look.text, before, done.status_code) == (True, 0, 302)
    assert (Affinity.objects.get().value, AffinityBook.objects.get().imported) == (0.9, "replace")


def test_form_without_a_file_says_so(stage: Any) -> None:
    answer = desk(stage).post(address(stage, "action/"), {"do": "look", "imported": "join"})

    assert (answer.status_code, "Choose the file." in answer.text) == (422, True)
