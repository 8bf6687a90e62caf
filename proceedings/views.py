"""Pages of the accepted papers, for everybody."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from access.rights import get_or_404
from access.viewer import viewer_of
from proceedings.querysets import accepted, with_authors
from workshops.models import Workshop


@dataclass(frozen=True)
class PublicPaper:
    number: int
    title: str
    authors: str
    tldr: str
    code_url: str


def papers(request: HttpRequest, slug: str) -> HttpResponse:
    """Titles and authors of the accepted papers, by track, once the authors were told."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    rows = with_authors(accepted(workshop.pk)).select_related("track").order_by("track__position", "track", "number")
    tracks = [(track, [_public(row) for row in found]) for track, found in groupby(rows, lambda row: row.track.name)]
    total = sum(len(found) for _, found in tracks)
    return render(request, "proceedings/papers.html", {"workshop": workshop, "tracks": tracks, "total": total})


def _public(row: Any) -> PublicPaper:
    authors = ", ".join(author.name for author in row.shown_authors)
    return PublicPaper(row.number, row.title, authors, row.tldr, row.code_url)
