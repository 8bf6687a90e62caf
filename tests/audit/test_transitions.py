"""One conditional UPDATE moves a state, or says why not."""

import pytest
from django.utils import timezone

from audit.errors import StaleState
from audit.transitions import IllegalMove, move
from jobs.models import Job
from jobs.states import MOVES, JobStatus

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def job() -> Job:
    return Job.objects.create(kind="test", root_type="workshop", root_id=1, aspect="staff")


def test_move_changes_status_and_fields_in_one_statement(job: Job, django_assert_num_queries) -> None:
    now = timezone.now()

    with django_assert_num_queries(1):
        move(job, JobStatus.RUNNING, MOVES, lease_until=now)

    stored = Job.objects.get()
    assert (stored.status, stored.lease_until) == (job.status, job.lease_until) == ("running", now)


def test_move_of_a_row_that_has_moved_meanwhile_changes_nothing(job: Job) -> None:
    Job.objects.update(status=JobStatus.CANCELLED)

    with pytest.raises(StaleState):
        move(job, JobStatus.RUNNING, MOVES)

    assert (Job.objects.get().status, job.status) == ("cancelled", "waiting")


def test_move_that_the_table_does_not_have_is_a_mistake_of_the_program(job: Job) -> None:
    with pytest.raises(IllegalMove, match="waiting → done"):
        move(job, JobStatus.DONE, MOVES)

    assert Job.objects.get().status == "waiting"
