"""The way into the organizers' desk, and a new workshop."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from access.rights import visible_to
from access.viewer import viewer_of
from accounts.request import person
from audit.errors import Refused, add_refusal
from desk.forms import NewWorkshopForm
from desk.services.new_workshop import create
from desk.views.base import operator_page
from workshops.models import Workshop


@operator_page
def home(request: HttpRequest) -> HttpResponse:
    """The newest workshop that the person organizes; without one, the page that begins one."""
    newest = visible_to(viewer_of(request), "staff", Workshop).order_by("is_rehearsal", "-year", "slug").first()
    return redirect("desk:dashboard", newest.slug) if newest else redirect("desk:new_workshop")


@operator_page
def new_workshop(request: HttpRequest) -> HttpResponse:
    form = NewWorkshopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workshop = create(by=person(request), **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{workshop} has begun. You organize it, and nobody else sees it yet.")
            return redirect("desk:guide", workshop.slug)
    earlier = visible_to(viewer_of(request), "staff", Workshop.objects.newest_first())
    context = {"form": form, "earlier": list(earlier)}
    return render(request, "desk/new_workshop.html", context, status=422 if form.errors else 200)
