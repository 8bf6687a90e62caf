"""The state of the assignment and the proposals of a workshop, as one organizer may see them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from access.prepared import prepared
from access.viewer import Viewer
from desk.reading.run_lines import RunLine, run_line
from reviews.loads import free_papers, load_rows
from reviews.models import Assignment, AssignmentRun
from reviews.options import Options
from reviews.problem import papers_of_run
from reviews.rules import open_reviewers
from reviews.states import REVIEWING, RunPurpose
from workshops.models import Workshop

RUNS = 50


@dataclass(frozen=True)
class Overview:
    """``papers`` that the viewer is free on and that lack reviewers, and the places that are left."""

    submitted: int
    lacking: int
    reviews_missing: int
    reviewers: int
    places: int
    runs: list[RunLine]
    last: Options
    """As the viewer asked for the last proposal; as usual before the first."""

    @property
    def comparable(self) -> bool:
        return sum(run.state in ("complete", "published", "undone") for run in self.runs) > 1


@prepared
def _around(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """What is left to give is counted as ``reviews.problem.material`` does, without reading the papers themselves."""
    papers = papers_of_run(workshop_id, None, viewer)
    given = Assignment.objects.current().filter(submission__in=papers.values("pk"), kind__in=REVIEWING)
    runs = AssignmentRun.objects.filter(workshop=workshop_id).select_related("created_by", "track", "job")
    return {
        "wanted": papers.values_list("pk", "track__reviews_per_paper"),
        "given": given.values_list("submission").annotate(n=Count("pk")),
        "reviewers": open_reviewers(workshop_id).values_list("user", "load_max"),
        "taken": load_rows(viewer, workshop_id),
        "free": free_papers(viewer, workshop_id).values_list("pk", flat=True),
        "runs": runs.order_by("-number")[:RUNS],
    }


def overview(workshop: Workshop, viewer: Viewer) -> Overview:
    """The state of the assignment and the proposals, newest first. One query."""
    rows: dict[str, list[Any]] = _around(viewer, workshop.pk)
    given, taken, free = dict(rows["given"]), dict(rows["taken"]), set(rows["free"])
    missing = [max(0, wanted - given.get(pk, 0)) for pk, wanted in rows["wanted"]]
    runs = sorted(rows["runs"], key=lambda run: -run.number)
    asked = [run for run in runs if run.created_by_id == viewer.id and run.purpose != RunPurpose.REPAIR]
    return Overview(
        submitted=len(missing),
        lacking=sum(number > 0 for number in missing),
        reviews_missing=sum(missing),
        reviewers=len(rows["reviewers"]),
        places=sum(max(0, most - taken.get(user, 0)) for user, most in rows["reviewers"]),
        runs=[run_line(run, free & set(run.params.get("papers", [])), viewer) for run in runs],
        last=Options.of(asked[0].params if asked else {}),
    )
