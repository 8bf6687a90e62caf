"""Whoever looks at the site as somebody else sees what both may see, and learns nothing of what is hidden from them."""

import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client

from access.registry import gated, granted
from access.view_as import SESSION_KEY
from submissions.models import Submission
from tests.house.conftest import Season, put_back, sign_in_as
from tests.house.crawl import canaries, crawl
from tests.house.matrix import ALL
from tests.house.phases import during, during_each
from tests.house.secrets import may_see, names_of

PEOPLE = [who for who in ALL if who != "anon"]
PAIRS = [(looks, seen) for looks in ("olga", "ines", "otto") for seen in PEOPLE if looks != seen]
PAIRS += [("opal", "ada"), ("opal", "rui"), ("opal", "olga")]  # who may look as everybody and sees no paper by it


def look_as(season: Season, looks: str, seen: str) -> str:
    """A visitor of the season: ``looks``, who sees the site as ``seen`` does."""
    name = f"{looks} as {seen}"
    workshop = season.cast.workshop.pk if looks != "opal" else 0
    season.cookies[name] = sign_in_as(getattr(season.cast, looks))
    client = Client(SERVER_NAME="localhost")
    client.cookies = season.cookies[name]
    path = (
        f"/admin/w/{season.cast.workshop.slug}/people/{getattr(season.cast, seen).pk}/view-as/"
        if workshop
        else f"/admin/operator/view-as/{getattr(season.cast, seen).pk}/"
    )
    client.post(path)
    return name if SESSION_KEY in client.session else ""


@during_each((("discussion", pair) for pair in PAIRS), "pair")
def test_pages_seen_as_somebody_else_show_what_both_may_see(season: Season, pair: tuple[str, str]) -> None:
    looks, seen = pair
    names, found = names_of(season.cast), {}
    with put_back():
        who = look_as(season, looks, seen)
        if who:
            for url, text in crawl(season, who).items():
                for word in canaries(text):
                    found.setdefault(names.get(word, f"unknown {word}"), []).append(url)

    phase = season.cast.phase
    allowed = (may_see(looks, phase) & may_see(seen, phase)) | {looks, seen}
    assert {name: urls[:5] for name, urls in found.items() if name not in allowed} == {}


@during("discussion")
@pytest.mark.parametrize(
    ("looks", "seen", "answer"),
    [
        ("olga", "rui", 200),  # free on the paper that Rui reviews
        ("otto", "rui", 200),
        ("ines", "rui", 404),  # of an author's institution: who reviews it is hidden from her
        ("olga", "zed", None),
    ],
)
def test_reviewers_page_is_seen_by_whoever_may_know_who_reviews(
    season: Season, looks: str, seen: str, answer: int | None
) -> None:
    with put_back():
        who = look_as(season, looks, seen)
        got = season.ask(who, "GET", f"/reviews/{season.cast.assignment.pk}/").status_code if who else None

    assert got == answer


@during("discussion")
def test_desk_of_a_reviewer_says_nothing_of_a_paper_whose_reviewers_are_hidden(season: Season) -> None:
    """Otto is the author of the paper that Noor reviews: her desk is as if she did not."""
    with put_back():
        seen_by_otto = season.ask(look_as(season, "otto", "noor"), "GET", "/desk/").body.decode()
        seen_by_olga = season.ask(look_as(season, "olga", "noor"), "GET", "/desk/").body.decode()

    assert (season.cast.ottos_paper.title in seen_by_otto, season.cast.ottos_paper.title in seen_by_olga) == (
        False,
        True,
    )


@during("discussion")
def test_file_answers_as_if_the_person_had_nothing_to_do_with_the_paper(season: Season) -> None:
    copy = season.cast.paper.files.get(purpose="blinded")
    with put_back():
        answers = {
            (looks, seen): season.ask(look_as(season, looks, seen), "GET", f"/files/{copy.pk}/").status_code
            for looks in ("olga", "ines")
            for seen in ("rui", "noor")
        }

    assert answers == {("olga", "rui"): 200, ("olga", "noor"): 404, ("ines", "rui"): 404, ("ines", "noor"): 404}


@during("review")
def test_draft_of_a_review_stays_its_writers(season: Season) -> None:
    draft = next(word for word, name in names_of(season.cast).items() if name == "rae's draft")
    page = f"/reviews/{season.cast.raes_assignment.pk}/"
    with put_back():
        seen = season.ask(look_as(season, "olga", "rae"), "GET", page)

    assert (seen.status_code, draft in canaries(seen.body.decode())) == (200, False)
    assert draft in canaries(season.ask("rae", "GET", page).body.decode())


def test_model_that_hangs_on_a_paper_has_a_gate() -> None:
    """Or else a look as somebody else would tell what they have to do with it."""
    hanging = {model for model in granted() if model is Submission or _hangs_on_a_paper(model, 3)}

    assert sorted(model.__name__ for model in hanging - gated()) == []
    assert granted() <= set(apps.get_models())


def _hangs_on_a_paper(model: type[Model], hops: int) -> bool:
    ways = [f.related_model for f in model._meta.concrete_fields if f.is_relation and not f.null and f.related_model]
    return Submission in ways or (hops > 0 and any(_hangs_on_a_paper(way, hops - 1) for way in ways if way != model))
