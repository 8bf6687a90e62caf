"""The operator's page: how the site is."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from desk.doctor import Health, examine
from desk.views.base import operator_page
from jobs.models import Job


@operator_page
def operator(request: HttpRequest) -> HttpResponse:
    """What ``manage.py doctor`` says, and the last long works. For superusers; nobody else learns that it exists."""
    if not request.user.is_superuser:
        raise Http404
    findings = examine(connect_to_mail=False)
    worst = next(
        (health for health in (Health.BAD, Health.LOOK) if any(f.health == health for f in findings)), Health.GOOD
    )
    jobs = Job.objects.order_by("-id").values(
        "kind", "status", "phase", "done", "total", "attempts", "error", "created_at"
    )
    return render(request, "desk/operator.html", {"findings": findings, "worst": worst, "jobs": list(jobs[:20])})
