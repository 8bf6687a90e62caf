"""A new edition from one that there is: first everything that would be copied, then the button."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, add_refusal
from desk.forms_edition import NewEditionForm
from desk.views.base import actor, desk_page, desk_render
from workshops.models import Deadline, Workshop
from workshops.querysets import open_organizers
from workshops.services.clone import clone_edition

OURS = ("name", "year", "slug", "venue", "starts", "ends")


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def new_edition(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    rows = list(Deadline.objects.filter(workshop=workshop).select_related("track").order_by("at", "pk"))
    others = User.objects.filter(pk__in=open_organizers(workshop.pk).values("user"), is_active=True)
    given: dict[str, Any] = {
        "old": workshop,
        "rows": rows,
        "people": list(others.exclude(pk=viewer.id).order_by("family", "pk")),
    }
    form = NewEditionForm(request.POST if request.method == "POST" else None, **given)
    if request.method == "POST" and "shift" in request.POST:
        typed = request.POST.copy()
        for name, value in form.shifted_data().items():
            typed[name] = value
        form = NewEditionForm(typed, **given)
    elif request.method == "POST" and form.is_valid():
        try:
            new = clone_edition(
                workshop=workshop,
                by=actor(viewer),
                dates=form.dates,
                organizers=form.chosen,
                **{name: form.cleaned_data[name] for name in OURS},
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{new} has begun. Nobody outside sees it yet.")
            return redirect("desk:guide", new.slug)
    status = 422 if form.errors and "shift" not in request.POST else 200
    return desk_render(request, "desk/new_edition.html", workshop, viewer, "dashboard", {"form": form}, status)
