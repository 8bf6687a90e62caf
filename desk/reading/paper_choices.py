"""What the filters of the list of papers offer: tracks, topics, handlers, and the viewer's own saved views."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Concat

from access.viewer import Viewer
from accounts.models import User
from desk.reading.paper_query import LIST
from submissions.models import SavedView
from workshops.models import Topic, Track, Workshop

COLUMNS = ("a_kind", "a_key", "a_place", "a_words", "a_said")


@dataclass(frozen=True)
class Choice:
    """``said``: the slug of a track, the filters of a saved view."""

    key: int
    words: str
    said: str = ""


@dataclass(frozen=True)
class Choices:
    tracks: list[Choice]
    topics: list[Choice]
    handlers: list[Choice]
    views: list[Choice]


def read_choices(workshop: Workshop, viewer: Viewer) -> Choices:
    """All of them in one statement. Who handles papers is known to organizers of any level."""
    space = Value(" ")
    people = User.objects.filter(handled__submission__workshop=workshop, handled__until=None)
    name = Concat("given", space, "particle", space, "family", output_field=CharField())
    views = SavedView.objects.filter(workshop=workshop, user=0 if viewer.through else viewer.id, page=LIST)
    nothing = Value("", CharField())
    parts = [
        _part("track", Track.objects.filter(workshop=workshop), F("position"), "name", F("slug")),
        _part("topic", Topic.objects.filter(workshop=workshop), F("position"), "name", nothing),
        _part("handler", people, Value(0), name, nothing),
        _part("view", views, Value(0), "name", F("query")),
    ]
    found: dict[str, list[tuple[tuple[int, str, int], Choice]]] = defaultdict(list)
    for kind, key, place, words, said in parts[0].union(*parts[1:]):
        plain = " ".join(words.split())
        by_place = kind in ("track", "topic")
        order = (place, "", key) if by_place else (0, plain.casefold(), key)
        found[kind].append((order, Choice(key, plain, said)))
    ordered = {kind: [choice for _, choice in sorted(rows, key=lambda row: row[0])] for kind, rows in found.items()}
    return Choices(*(ordered.get(kind, []) for kind in ("track", "topic", "handler", "view")))


def _part(kind: str, rows: QuerySet, place: Any, words: Any, said: Any) -> QuerySet:
    text = CharField()
    return (
        rows.order_by()
        .annotate(
            a_kind=Value(kind, text),
            a_key=F("pk"),
            a_place=Cast(place, IntegerField()),
            a_words=Cast(words, text),
            a_said=Cast(said, text),
        )
        .values_list(*COLUMNS)
    )
