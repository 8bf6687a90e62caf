"""Two databases that differ in one secret of Otto's paper give Otto the same bytes on every page.

The secrets: who reviews his paper, whether the review is in, what is tentatively decided. Otto is an organizer and its
author. He follows every link of the site and asks with every search, order, filter and export that could tell.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from decisions.services.decide import confirm
from reviews.services.assign import assign
from reviews.services.review import open_review, save_draft
from submissions.models import Submission
from submissions.services.conflicts import set_conflict
from tests.factories import Cast, decide_on, make_cast, write_review
from tests.house.conftest import Season, sign_in
from tests.house.crawl import crawl

pytestmark = pytest.mark.django_db

DESK = "/admin/w/neurreps/"
CLOCK = re.compile(rb"<dcterms:\w+[^>]*>[^<]*<")
AS_ITS_AUTHOR = "/w/neurreps/papers/2/withdraw/"
"""Whoever withdraws a paper is told how many reviewers would be thanked: any author of it, and no name."""

TOKENS = re.compile(r'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": ?)"[^"]*"')
WORDS = f"{DESK}mail/templates/"
TELLS_OF_DECISIONS = re.compile(
    rf"^({DESK}(decisions/|log/|mail/|(\?|$))|/desk/|/w/)|[?&](sort|decision|format)=|papers/\d+/$"
)
SORTS = ("number", "title", "track", "status", "changed", "reviews", "mean", "handler", "decision")
MARKS = {
    "status": ("submitted", "draft", "withdrawn"),
    "reviews": ("missing", "in"),
    "decision": ("none", "tentative", "confirmed", "told"),
    "handler": ("none",),
    "look": ("late", "conflicts"),
}
GROUPS = ("submission", "conflict", "handler", "assignment", "review", "decision", "batch", "identity")


@contextmanager
def undone() -> Iterator[None]:
    """What is written within is undone, and keys are given out again, so that two attempts have the same ones."""
    before = _sequences()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        for name, last in before.items():
            cursor.execute("SELECT setval(%s, %s, %s)", [name, last or 1, last is not None])


def _sequences() -> dict[str, int | None]:
    """Those of PostgreSQL, which a rollback leaves where they are."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences")
        return dict(cursor.fetchall())


def questions(cast: Cast, words: list[str]) -> Iterator[str]:
    """What somebody might ask who wants to know: searches, orders, filters, exports."""
    for word in [*words, cast.noor.given, cast.rae.given, "accept", "reviewer"]:
        for page in ("papers/", "people/", "mail/", "log/", "decisions/"):
            yield f"{DESK}{page}?{urlencode({'q': word})}"
    for sort in SORTS:  # the page itself is come by under each order and mark that it offers
        for order in (sort, f"-{sort}"):
            yield f"{DESK}papers/?{urlencode({'sort': order, 'format': 'csv'})}"
    for name, values in MARKS.items():
        for value in values:
            yield f"{DESK}papers/?{urlencode({name: value, 'format': 'csv'})}"
    for page in ("papers/", "people/", "decisions/", "log/", "mail/"):
        for form in ("csv", "xlsx"):
            yield f"{DESK}{page}?format={form}"
    for group in GROUPS:
        yield f"{DESK}log/?group={group}"
    for state in ("none", "tentative", "confirmed", "told"):
        yield f"{DESK}decisions/?state={state}"
    for only in ("", "?only=desk_reject", "?alone=1"):
        yield f"{DESK}decisions/release/{only}"
    for state in MARKS["decision"]:
        yield f"{DESK}papers/?{urlencode({'decision': state})}"


def said(response: Any) -> str:
    """How it answered, and the bytes; of a workbook those of its parts, since a ZIP file carries the clock."""
    body = response.body
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as parts:
            body = str([(name, CLOCK.sub(b"", parts.read(name))) for name in parts.namelist()])
    names = ("Content-Type", "Content-Disposition", "Location")
    text = TOKENS.sub(r"\1", str(body))
    return f"{response.status_code} {[response.get(name) for name in names]}\n{text}"


Secret = Callable[[Cast], None]


def reviewed_by(name: str, *, submitted: bool) -> Secret:
    def make(cast: Cast) -> None:
        user = getattr(cast, name)
        made = assign(submission=cast.ottos_paper, user=user, by=cast.olga)
        if submitted:
            write_review(made, name)
        else:
            review = open_review(assignment=made, by=user)
            save_draft(review=review, by=user, version=review.version, answers={"summary": "A draft."})

    return make


def decided(outcome: str, *, confirmed: bool) -> Secret:
    def make(cast: Cast) -> None:
        reviewed_by("noor", submitted=True)(cast)
        made = decide_on(cast.ottos_paper, cast.olga, outcome)
        if confirmed:
            confirm(decision=made, by=cast.ines)

    return make


def everything(outcome: str, *, confirmed: bool) -> Secret:
    """Rae has a draft of it, Noor has reviewed it, it is decided."""

    def make(cast: Cast) -> None:
        reviewed_by("rae", submitted=False)(cast)
        decided(outcome, confirmed=confirmed)(cast)

    return make


def nothing(cast: Cast) -> None:
    """The world of which the others must not differ."""


SECRETS: dict[str, Secret] = {
    "nobody reviews it": nothing,
    "rae has a draft of it": reviewed_by("rae", submitted=False),
    "noor has reviewed it, it is tentatively rejected": decided("reject", confirmed=False),
    "noor has reviewed it, it is accepted and confirmed": decided("accept", confirmed=True),
}


def leads_to_papers(url: str) -> bool:
    """Settings, words of mails and signing in know no paper."""
    return (url.startswith(DESK) and not url.startswith(WORDS)) or not url.startswith(("/admin/", "/accounts/"))


def what_otto_reads(cast: Cast, season: Season, secret: Secret, urls: Iterable[str]) -> dict[str, str]:
    """What he is answered at each of these addresses."""
    with undone():
        secret(cast)
        return {url: said(season.ask("otto", "GET", url)) for url in urls}


def what_otto_comes_by(cast: Cast, season: Season, secret: Secret) -> dict[str, str]:
    """The answer at every address that he is led to."""
    with undone():
        secret(cast)
        return crawl(season, "otto", follow=leads_to_papers, say=said)


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    """The addresses whose answers are not the same, or that only one of the two has."""
    return {url for url in one.keys() | other.keys() if one.get(url) != other.get(url)} - {AS_ITS_AUTHOR}


def test_otto_reads_the_same_whatever_happens_to_his_paper(tmp_path) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        cast = make_cast("bidding")
    with time_machine.travel(now + timedelta(days=4), tick=False):
        for name in ("rui", "rae"):
            write_review(assign(submission=cast.paper, user=getattr(cast, name), by=cast.olga), name)
        cast.ottos_paper = Submission.objects.select_related("workshop", "track").get(pk=cast.ottos_paper.pk)
        season = Season(cast, sign_in(cast), tmp_path)
        words = [cast.noor.family, cast.rae.family, cast.noor.email]

        first = what_otto_comes_by(cast, season, nothing)
        asked = [url for url in questions(cast, words) if url not in first]
        first |= what_otto_reads(cast, season, nothing, asked)
        # An address that only one of two has stands on a page that differs, so the same ones are enough for the others.
        accepted = what_otto_reads(cast, season, everything("accept", confirmed=True), first)
        of_decisions = [url for url in first if TELLS_OF_DECISIONS.search(url)]
        rejected = what_otto_reads(cast, season, everything("reject", confirmed=False), of_decisions)

    assert len(first) > 250
    assert len(rejected) > 60
    assert differing(first, accepted) == set()
    assert differing({url: first[url] for url in rejected}, rejected) == set()


def test_the_same_questions_tell_olga_who_is_free_on_it(tmp_path) -> None:
    """The proof is worth something only where the secret is on those pages for somebody."""
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        cast = make_cast("bidding")
        season = Season(cast, sign_in(cast), tmp_path)
        bodies = []
        for name in ("nobody reviews it", "noor has reviewed it, it is tentatively rejected"):
            with undone():
                SECRETS[name](cast)
                urls = [f"{DESK}{page}" for page in ("", "papers/", "papers/?sort=reviews&format=csv", "log/")]
                bodies.append([TOKENS.sub(r"\1", str(season.ask("olga", "GET", url).body)) for url in urls])

    assert [one != other for one, other in zip(*bodies, strict=True)] == [True, True, True, True]


def test_otto_is_refused_and_allowed_the_same_whatever_happens_to_his_paper(tmp_path) -> None:
    """What he sends is answered as if his paper did not exist: a reviewer who is full by it is not full for him."""
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        cast = make_cast("bidding")
        cast.workshop.reviewers.update(load_max=1)
        season = Season(cast, sign_in(cast), tmp_path)
        sent = [
            (f"{DESK}papers/{cast.paper.number}/assign/", {"user": cast.noor.pk}),
            (f"{DESK}papers/{cast.paper.number}/assign/", {"user": cast.rae.pk}),
            (f"{DESK}decisions/confirm/", {}),
            (f"{DESK}decisions/release/", {"typed": 0}),
            (f"{DESK}appoint-handlers/", {}),
            (f"{DESK}find-conflicts/", {}),
            (f"{DESK}papers/act/", {"act": "desk-reject", "paper": cast.ottos_paper.number}),
        ]
        answers = {}
        for name, secret in SECRETS.items():
            with undone():
                secret(cast)
                found = [season.ask("otto", "POST", url, data=data) for url, data in sent]
                answers[name] = [(r.status_code, r.get("Location"), TOKENS.sub(r"\1", str(r.body))) for r in found]

    first = next(iter(answers.values()))
    assert [one[0] for one in first[:2]] == [302, 302]
    assert [name for name, found in answers.items() if found != first] == []


def test_a_paper_that_is_sealed_by_a_conflict_tells_no_more_than_ones_own(tmp_path) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        cast = make_cast("bidding")
        sealed = cast.paper
        set_conflict(
            submission=sealed, user=cast.otto, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
        )
        season = Season(cast, sign_in(cast), tmp_path)
        words = [cast.rui.family, cast.rui.email]

        def review_it(whose: Cast) -> None:
            write_review(assign(submission=sealed, user=whose.rui, by=whose.olga), "rui")
            decide_on(sealed, whose.olga, "accept")

        asked = list(questions(cast, words))
        read = [what_otto_reads(cast, season, secret, asked) for secret in (nothing, review_it)]

    assert differing(*read) == set()
