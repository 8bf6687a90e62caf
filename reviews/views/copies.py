"""Work away from the site: all one's reviews as files, and what was filled in brought back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import get_or_404
from access.viewer import viewer_of
from audit.errors import Refused
from reviews.copies import LARGEST, Own, as_zip, own_copies, packed, read_upload, unpacked
from reviews.forms import UploadForm
from reviews.reading import Place
from reviews.services.offline import FilledCopy, save_copies
from reviews.views.own_words import as_file
from workshops.models import Workshop

LARGEST_UPLOAD = 20 * LARGEST


def _mine(request: HttpRequest, slug: str) -> tuple[Workshop, list[Own]]:
    """The workshop and the reviews that one writes there; whoever has none does not find the page."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    mine = own_copies(viewer_of(request), workshop)
    if not mine:
        raise Http404
    return workshop, mine


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def copies(request: HttpRequest, slug: str) -> HttpResponse:
    """The files to download; POST reads one that is uploaded and shows it beside what is stored. It saves nothing."""
    workshop, mine = _mine(request, slug)
    if request.method != "POST":
        return _page(request, workshop, mine, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, workshop, mine, form, status=422)
    upload = form.cleaned_data["file"]
    try:
        if upload.size > LARGEST_UPLOAD:
            raise Refused("This file is too large to be a review.", field="file")
        found = read_upload(upload.name, upload.read(), mine)
    except Refused as refusal:
        form.add_error("file", refusal.sentence)
        return _page(request, workshop, mine, form, status=422)
    return _page(request, workshop, mine, UploadForm(), found=found, packed=packed(found))


def _page(
    request: HttpRequest, workshop: Workshop, mine: list[Own], form: UploadForm, status: int = 200, **more: Any
) -> HttpResponse:
    place = Place(workshop.slug, str(workshop), workshop.contact, workshop.is_rehearsal)
    context = {"place": place, "mine": mine, "form": form, **more}
    return render(request, "reviews/copies.html", context, status=status)


@login_required
@never_cache
@require_safe
def all_copies(request: HttpRequest, slug: str) -> HttpResponse:
    """Every review of the workshop in one ZIP file."""
    _, mine = _mine(request, slug)
    return as_file(as_zip(mine), f"reviews-{slug}.zip", "application/zip")


@login_required
@require_POST
def save_read(request: HttpRequest, slug: str) -> HttpResponse:
    """Save what the preview showed, each as a draft."""
    _mine(request, slug)
    by: Any = request.user
    try:
        filled = [FilledCopy(**row) for row in unpacked(request.POST.get("read", ""))]
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("reviews:copies", slug)
    refused = save_copies(by=by, copies=filled)
    for sentence in refused.values():
        messages.error(request, f"One copy was not saved. {sentence}")
    if saved := len(filled) - len(refused):
        words = "One review is" if saved == 1 else f"{saved} reviews are"
        messages.success(request, f"{words} saved as a draft. Open each to look at it and submit it.")
    return redirect("reviews:profile" if saved else "reviews:copies", slug)
