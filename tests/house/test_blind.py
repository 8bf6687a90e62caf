"""Blind by construction: what a reviewer's page is drawn from holds no paper, no author and no other person."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from django.db import models
from django.forms import BaseForm, BaseFormSet
from django.http import HttpResponse

from accounts.models import User
from tests.factories import Cast
from tests.house.conftest import Season
from tests.house.phases import during, in_every_phase
from workshops import models as workshop_models

# Of a workshop everybody may know everything.
PUBLIC = tuple(
    value for value in vars(workshop_models).values() if isinstance(value, type) and issubclass(value, models.Model)
)


def pages(cast: Cast) -> list[str]:
    found = ["/desk/", f"/w/{cast.workshop.slug}/reviewing/", f"/w/{cast.workshop.slug}/reviewing/bids/"]
    return found + ([f"/reviews/{cast.assignment.pk}/"] if cast.assignment else [])


@in_every_phase
def test_reviewers_pages_are_drawn_from_plain_data(season: Season) -> None:
    for url in pages(season.cast):
        response = season.ask("rui", "GET", url)

        assert response.status_code == 200
        assert sorted(rows_in(response, season.cast.rui)) == []


@during("review", "discussion", "released")
def test_an_area_chairs_page_is_drawn_from_plain_data(season: Season) -> None:
    response = season.ask("mara", "GET", f"/reviews/{season.cast.chairing.pk}/")

    assert (response.status_code, rows_in(response, season.cast.mara)) == (200, set())


@during("review")
def test_rows_are_found_wherever_they_hide(season: Season) -> None:
    """The walk itself works: a paper in a list in a dict, a person behind an attribute."""

    class Box:
        def __init__(self, content: Any) -> None:
            self.content = content

    context = {"a": [{"b": (season.cast.paper,)}], "c": Box(Box(season.cast.ada)), "me": season.cast.rui}

    assert sorted(_rows(context, season.cast.rui, set())) == ["Submission", "User"]


def rows_in(response: HttpResponse, me: User) -> set[str]:
    seen: set[int] = set()
    return {name for layer in response.context for name in _rows(dict(layer.flatten()), me, seen)}


def _rows(value: Any, me: User, seen: set[int]) -> Iterator[str]:
    if id(value) in seen or isinstance(value, str | bytes | int | float | type | None.__class__):
        return
    seen.add(id(value))
    if isinstance(value, models.Model):
        if value != me and not isinstance(value, PUBLIC):
            yield type(value).__name__
        return
    if isinstance(value, models.QuerySet):
        if not issubclass(value.model, PUBLIC):
            yield f"QuerySet of {value.model.__name__}"
        return
    for part in _parts(value):
        yield from _rows(part, me, seen)


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if is_dataclass(value):
        return [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, BaseForm | BaseFormSet):
        return [vars(value)]
    module = type(value).__module__.split(".")[0]
    ours = module in {"reviews", "desk", "workshops", "submissions", "accounts", "access", "decisions", "tests"}
    return [vars(value)] if ours and hasattr(value, "__dict__") else []


@in_every_phase
@pytest.mark.parametrize("name", ["rui", "rae", "noor", "cleo", "mara"])
def test_reviewers_pages_answer_without_a_query_in_their_templates(season: Season, name: str) -> None:
    """Plain data cannot ask: the same page costs the same however it is drawn (see the budgets)."""
    response = season.ask(name, "GET", "/desk/")

    assert (response.status_code, rows_in(response, getattr(season.cast, name))) == (200, set())
