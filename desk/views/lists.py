"""What the lists of the desk have in common: chips, heads that sort, pages, saved views, files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from desk.reading.list_query import ListQuery
from desk.reading.table import FORMATS, Table
from workshops.models import Workshop

FORGOTTEN = "forgotten_view"
"""Where the session keeps the view that was deleted last, until its list is drawn."""

Options = Iterable[tuple[str, str, int | None]]
Ready = Sequence[tuple[str, str]]


def plain(words: Mapping[str, str]) -> Options:
    """Choices without numbers."""
    return [(key, text, None) for key, text in words.items()]


def counted(words: Mapping[str, str], counts: Mapping[str, int]) -> Options:
    return [(key, text, counts.get(key, 0)) for key, text in words.items()]


def chips(query: ListQuery, name: str, options: Options) -> list[dict[str, Any]]:
    """A chip that is on takes its filter away."""
    chosen = getattr(query, name)
    return [
        {
            "words": words,
            "count": count,
            "on": chosen == value,
            "url": query.url(**{name: "" if chosen == value else value}),
        }
        for value, words, count in options
    ]


def flag_chips(query: ListQuery, name: str, counts: Mapping[str, int] | None = None) -> list[dict[str, Any]]:
    """Several of these may be on; a line has all of them then."""
    on = query.chosen(name)
    return [
        {
            "words": words,
            "count": counts.get(flag, 0) if counts is not None else None,
            "on": flag in on,
            "url": query.url(**{name: query.toggled(name, flag)}),
        }
        for flag, words in query.several[name].items()
    ]


def row_of(label: str, chips_of_it: list[dict[str, Any]]) -> dict[str, Any]:
    """One line of filters."""
    return {"label": label, "chips": chips_of_it}


def folded(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Lines of filters that are folded until one of them is used."""
    return {"rows": [row for row in rows if row["chips"]], "open": any(c["on"] for row in rows for c in row["chips"])}


def heads(query: ListQuery) -> dict[str, dict[str, str]]:
    """The heads that sort; a second click turns the order around."""
    found = {}
    for key, words in query.sorts.items():
        order = {key: "ascending", f"-{key}": "descending"}.get(query.sort, "")
        found[key] = {"words": words, "order": order, "url": query.url(sort=f"-{key}" if query.sort == key else key)}
    return found


def pages(query: ListQuery, count: int) -> dict[str, str]:
    """The addresses of the pages beside this one and of the files, for a list of so many pages."""
    page = min(query.page, count)
    return {
        "newer_url": query.url(page=page - 1) if page > 1 else "",
        "older_url": query.url(page=page + 1) if page < count else "",
        "page_words": f"Page {page} of {count}" if count > 1 else "",
        "place": query.place(),
        **files(query),
    }


def files(query: ListQuery) -> dict[str, str]:
    return {f"{name}_url": _with_format(query.url(), name) for name in FORMATS}


def _with_format(url: str, name: str) -> str:
    return f"{url}&format={name}" if url != "?" else f"?format={name}"


def wanted_file(request: HttpRequest) -> str:
    """The format that is asked for; "" for the page."""
    name = request.GET.get("format", "")
    return name if name in FORMATS else ""


def file_of(name: str, workshop: Workshop, list_name: str, table: Table) -> HttpResponse:
    """The table in this format, under a name that tells of nothing but the workshop and the list."""
    kind, write = FORMATS[name]
    response = HttpResponse(write(table), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{workshop.slug}-{list_name}.{name}"'
    return response


# --- saved views ---


def views_of(
    request: HttpRequest, query: ListQuery, ready: Ready, own: Iterable[tuple[int, str, str]]
) -> dict[str, Any]:
    """What ``desk/_views.html`` shows: ready-made views, then one's own, and the one deleted last with its undo."""
    here = query.as_text()
    chips_of_it = [{"words": words, "count": None, "on": here == text, "url": f"?{text}"} for words, text in ready]
    mine = [(key, name, type(query).from_text(text)) for key, name, text in own]
    chips_of_it += [
        {"words": name, "count": None, "on": here == kept.as_text(), "url": kept.url()} for _, name, kept in mine
    ]
    return {
        "list": query.name,
        "chips": chips_of_it,
        "own": [(key, name) for key, name, _ in mine],
        "text": here,
        "open": bool(set(QueryDict(here)) - {"sort"}) and not any(chip["on"] for chip in chips_of_it),
        "forgotten": _forgotten(request, query.name),
    }


def _forgotten(request: HttpRequest, list_name: str) -> dict[str, str] | None:
    if request.session.get(FORGOTTEN, {}).get("list") != list_name:
        return None
    found: dict[str, str] = request.session.pop(FORGOTTEN)
    return found
