"""Statements that are put together once: filled in for each caller, and never with another's facts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q, QuerySet, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import PUBLIC, SYSTEM, Viewer
from accounts.models import User
from reviews.models import Assignment
from submissions.models import Revision, Submission
from tests.factories import Cast
from workshops.models import Deadline, Question, Workshop


@prepared
def titles(viewer: Viewer, workshop: int, *, aspect: str = "title") -> QuerySet:
    return visible_to(viewer, aspect, Submission.objects.of(workshop)).order_by("pk").values_list("pk", flat=True)


@prepared
def of_these(papers: list[int], number: int) -> QuerySet:
    return Submission.objects.filter(pk__in=papers, number=number).select_related("track")


@prepared
def dates_before(at: datetime) -> QuerySet:
    return Deadline.objects.filter(at__lt=at)


@prepared
def with_words(*words: str) -> QuerySet:
    found = Submission.objects.order_by("pk")
    for word in words:
        found = found.filter(title__contains=word)
    return found.values_list("title", flat=True)


@pytest.mark.both
@pytest.mark.parametrize("number", [10**30, -(10**30), 2**63 - 1])
def test_number_that_no_column_holds_finds_nothing(cast: Cast, number: int) -> None:
    assert of_these([cast.paper.pk], number) == []


@pytest.mark.both
def test_keys_that_no_column_holds_are_left_out_of_a_set(cast: Cast) -> None:
    keys = [10**30, -(10**30), 2**63, True, cast.paper.pk]

    assert [row.pk for row in of_these(keys, cast.paper.number)] == [cast.paper.pk]


ASPECTS = ("title", "row", "file", "authors", "reviews", "identities", "act", "released")


def test_everybody_gets_what_the_statement_put_together_for_them_gives(make_cast: Any) -> None:
    cast = make_cast("discussion")
    for aspect in ASPECTS:
        for person in cast.people().values():
            viewer = Viewer(person)
            anew = visible_to(viewer, aspect, Submission.objects.of(cast.workshop.pk)).order_by("pk")
            assert titles(viewer, cast.workshop.pk, aspect=aspect) == list(anew.values_list("pk", flat=True))


def test_facts_that_change_change_the_answer(cast: Cast) -> None:
    before = titles(Viewer(cast.otto), cast.workshop.pk, aspect="act")
    cast.workshop.memberships.filter(user=cast.otto).update(until=timezone.now())
    assert before
    assert titles(Viewer(cast.otto), cast.workshop.pk, aspect="act") == []


def test_the_public_sees_nothing(cast: Cast) -> None:
    assert titles(PUBLIC, cast.workshop.pk) == []
    assert titles(Viewer(keys=frozenset({"no such key"})), cast.workshop.pk) == []


def test_who_looks_as_somebody_else_sees_what_both_may(cast: Cast) -> None:
    assert titles(Viewer(cast.ada, through=cast.olga), cast.workshop.pk, aspect="own") == list(
        visible_to(Viewer(cast.ada, through=cast.olga), "own", Submission).order_by("pk").values_list("pk", flat=True)
    )
    assert titles(SYSTEM, cast.workshop.pk) == list(
        Submission.objects.of(cast.workshop.pk).order_by("pk").values_list("pk", flat=True)
    )


def test_each_pair_gets_what_the_statement_put_together_for_it_gives(make_cast: Any) -> None:
    """Whoever looks, and as whom: neither is filled in for the other, and no statement of one kind serves another."""
    cast = make_cast("discussion")
    pairs = [(seen, looks) for looks in ("olga", "ines", "otto", "opal") for seen in cast.PEOPLE if seen != looks]
    found, anew = {}, {}
    for aspect in (*ASPECTS, "own"):
        for seen, looks in pairs:
            viewer = Viewer(getattr(cast, seen), through=getattr(cast, looks))
            rows = visible_to(viewer, aspect, Submission.objects.of(cast.workshop.pk)).order_by("pk")
            found[aspect, seen, looks] = titles(viewer, cast.workshop.pk, aspect=aspect)
            anew[aspect, seen, looks] = list(rows.values_list("pk", flat=True))

    assert found == anew
    assert len({tuple(rows) for rows in found.values()}) > 2


@prepared
def who(viewer: Viewer) -> QuerySet:
    return User.objects.filter(pk__in=[side.id for side in viewer.sides]).order_by("pk").values_list("pk", flat=True)


def test_keys_of_both_are_filled_in_each_at_its_place(cast: Cast) -> None:
    assert who(Viewer(cast.ada, through=cast.olga)) == sorted([cast.ada.pk, cast.olga.pk])
    assert who(Viewer(cast.rui, through=cast.otto)) == sorted([cast.rui.pk, cast.otto.pk])


def test_rows_come_as_the_queryset_gives_them(cast: Cast) -> None:
    paper = Submission.objects.of(cast.workshop.pk).order_by("pk")[0]
    [found] = of_these([paper.pk, 0], paper.number)
    with CaptureQueriesContext(connection) as asked:
        assert (found.pk, found.track.name, found.title) == (paper.pk, found.track.name, paper.title)
    assert len(asked) == 0
    assert of_these([], paper.number) == []
    assert of_these([paper.pk], paper.number + 1) == []


WORDS = "50 % of 'it' is \\ %s \"so\" 1999-12"


@prepared
def constants(viewer: Viewer) -> QuerySet:
    rows = Submission.objects.filter(title=WORDS, authorships__corresponding=True).order_by("pk")
    return rows.values_list(Value(WORDS), Value(True), Value(-7), "number")


@pytest.mark.both
def test_constants_stay_as_they_are(cast: Cast) -> None:
    Submission.objects.filter(pk=cast.paper.pk).update(title=WORDS)
    assert constants(Viewer(cast.olga)) == [(WORDS, True, -7, cast.paper.number)]


@prepared
def of_either(one: list[int], other: list[int], viewer: Viewer) -> dict[str, QuerySet]:
    rows = Submission.objects.values_list("pk", flat=True)
    return {"one": rows.filter(pk__in=one), "other": rows.filter(pk__in=other), "not": rows.exclude(pk__in=one)}


@pytest.mark.both
def test_each_set_of_keys_stands_for_itself_however_many_there_are(cast: Cast) -> None:
    keys = sorted(Submission.objects.values_list("pk", flat=True))
    for one, other in ([keys[:1], []], [[], keys], [keys[1:], keys[:1]]):
        found = of_either(one, other, Viewer(cast.olga))
        rest = [key for key in keys if key not in one]
        assert [sorted(found[name]) for name in ("one", "other", "not")] == [one, other, rest]


def test_an_instant_is_that_of_the_call(cast: Cast) -> None:
    at = Deadline.objects.order_by("at")[0].at
    assert dates_before(at) == []
    assert dates_before(at + timedelta(seconds=1)) != []


def test_words_are_looked_for_as_they_are_typed(cast: Cast) -> None:
    titles = ["Of 100 % of spins", "Of 100 spins", "A_b \\ c", "Aub c"]
    Submission.objects.filter(pk=cast.paper.pk).update(title=titles[0])
    for title in titles[1:]:
        Submission.objects.create(workshop=cast.workshop, track=cast.track, number=100 + len(title), title=title)

    found = [with_words(*words) for words in (["%"], ["_"], ["\\"], ["Of", "spins"], ["% of"], ["—2147483647"])]

    assert found == [titles[:1], titles[2:3], titles[2:3], titles[:2], titles[:1], []]


def test_an_instant_that_would_stay_is_refused(cast: Cast) -> None:
    @prepared
    def passed() -> QuerySet:
        return Deadline.objects.filter(Q(at__lt=timezone.now()))

    with pytest.raises(ValueError, match="made once"):
        passed()


def test_a_day_that_would_stay_is_refused(cast: Cast) -> None:
    @prepared
    def over() -> QuerySet:
        return Workshop.objects.filter(ends__lt=timezone.now().date())

    with pytest.raises(ValueError, match="made once"):
        over()


@prepared
def several(viewer: Viewer, workshop: int) -> dict[str, QuerySet]:
    papers = visible_to(viewer, "act", Submission.objects.of(workshop))
    return {
        "papers": papers.select_related("track", "current"),
        "numbers": papers.values_list("number", flat=True),
        "dates": Deadline.objects.filter(workshop=workshop).values_list("pk", "kind", "at", "hard"),
        "questions": Question.objects.filter(version__form__workshop=workshop).values_list("pk", "labels", "required"),
        "nothing": Deadline.objects.filter(pk__in=[]),
        "snapshots": Revision.objects.filter(submission__in=papers.values("pk")).values(
            "submission", "snapshot", "saved_at"
        ),
        "assignments": Assignment.objects.filter(submission__workshop=workshop).values_list("pk", "created_at"),
        "newest": papers.order_by("-pk")[:1],
    }


def test_several_are_read_by_one_statement_and_come_as_each_alone_would(make_cast: Any) -> None:
    cast = make_cast("discussion")
    viewer = Viewer(cast.olga)
    several(viewer, cast.workshop.pk)
    with CaptureQueriesContext(connection) as asked:
        found = several(Viewer(cast.ines), cast.workshop.pk)
    assert len(asked) == 2  # and what she is to which rows
    for person in (cast.olga, cast.ines, cast.otto, cast.zed):
        found = several(Viewer(person), cast.workshop.pk)
        for name, rows in several.build(Viewer(person), cast.workshop.pk).items():
            assert sorted(map(repr, found[name])) == sorted(map(repr, rows)), name
    for one in several(viewer, cast.workshop.pk)["papers"]:
        anew = Submission.objects.select_related("track", "current").get(pk=one.pk)
        assert vars(one).keys() == vars(anew).keys()
        assert one.created_at == anew.created_at
        with CaptureQueriesContext(connection) as asked:
            assert (one.track, one.current) == (anew.track, anew.current)
        assert len(asked) == 0
