"""The state of the assignment and the proposals of a workshop, as one organizer may see them."""

from dataclasses import dataclass

from access.prepared import prepared
from access.viewer import Viewer
from desk.reading.run_lines import RunLine, run_line
from reviews.loads import free_papers
from reviews.models import AssignmentRun
from reviews.problem import material
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
        "runs": runs.order_by("-pk")[:RUNS],
    }


def overview(workshop: Workshop, viewer: Viewer) -> Overview:
    """The state of the assignment and the proposals, newest first. A fixed number of queries."""
    found = material(workshop.pk, None, viewer)
    runs = AssignmentRun.objects.filter(workshop=workshop).select_related("created_by", "track", "job").defer("facts")
    runs = runs.order_by("-pk")[:RUNS]
    free = set(free_papers(viewer, workshop.pk).values_list("pk", flat=True))
    return Overview(
        submitted=len(found.demand),
        lacking=len(found.papers),
        reviews_missing=sum(found.demand.values()),
        reviewers=len(found.people),
        places=sum(most for _, most in found.room.values()),
        runs=[
            run_line(run, len(free & set(run.params.get("papers", []))), viewer) for run in runs.order_by("-pk")[:RUNS]
        ],
    )
