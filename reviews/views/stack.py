"""Score, then rank: the order in which one would accept the papers that one has reviewed."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.rights import get_or_404
from access.viewer import viewer_of
from accounts.request import person
from audit.errors import Refused
from audit.text import whole_number
from reviews.reading import Place
from reviews.services.ranking import order_stack
from reviews.stacks import own_stack
from workshops.models import Workshop


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, slug: str) -> HttpResponse:
    """The reviewed papers in their order. POST keeps it; ``do=up-2`` moves the second up, for pages without script."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    papers = own_stack(viewer_of(request), workshop)
    if len(papers) < 2:
        raise Http404
    if request.method != "POST":
        return _page(request, workshop, papers)
    by_key = {str(paper.pk): paper for paper in papers}
    wanted = _posted(request)
    move = _moved(request.POST.get("do", ""), len(wanted))
    if move is not None:
        one, other = move
        wanted[one], wanted[other] = wanted[other], wanted[one]
        moved = [by_key[key] for key in wanted if key in by_key]
        return _page(request, workshop, moved if len(moved) == len(papers) else papers)
    try:
        order_stack(workshop=workshop, by=person(request), assignments=[UUID(key) for key in wanted])
    except (Refused, ValueError) as refusal:
        said = refusal.sentence if isinstance(refusal, Refused) else "Your papers have changed. Look at the list again."
        return _page(request, workshop, papers, sentence=said, status=422)
    messages.success(request, "Your order is kept. Only organizers read it, and you can change it.")
    return redirect("reviews:order", slug)


def _posted(request: HttpRequest) -> list[str]:
    """The papers by the numbers that stand beside them; where two are alike, as they stand on the page."""
    rows = list(zip(request.POST.getlist("paper"), request.POST.getlist("place"), strict=False))
    places = [whole_number(place, digits=4) or 0 for _, place in rows]
    return [key for _, (key, _) in sorted(zip(places, rows, strict=True), key=lambda each: each[0])]


def _moved(do: str, length: int) -> tuple[int, int] | None:
    way, _, text = do.partition("-")
    number = whole_number(text, digits=4)
    if way not in ("up", "down") or number is None:
        return None
    one = number - 1
    other = one - 1 if way == "up" else one + 1
    return (one, other) if 0 <= one < length and 0 <= other < length else None


def _page(
    request: HttpRequest, workshop: Workshop, papers: list, *, sentence: str = "", status: int = 200
) -> HttpResponse:
    place = Place(workshop.slug, str(workshop), workshop.contact, workshop.is_rehearsal)
    context = {"place": place, "papers": papers, "sentence": sentence}
    return render(request, "reviews/order.html", context, status=status)
