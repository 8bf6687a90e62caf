"""Long work: claimed by lease, run once, three attempts, stopped when asked, and never written by two."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.errors import Refused
from audit.models import Entry
from jobs import registry
from jobs.models import Heartbeat, Job
from jobs.registry import runner
from jobs.services.cancel import cancel_job
from jobs.services.run import LEASE, Progress, run_job
from jobs.services.start import start_job
from jobs.states import JobStatus
from jobs.tasks import heartbeat

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def _registry_as_before() -> Iterator[None]:
    runners, failures = dict(registry._RUNNERS), dict(registry._FAILURES)
    yield
    registry._RUNNERS.clear()
    registry._RUNNERS.update(runners)
    registry._FAILURES.clear()
    registry._FAILURES.update(failures)


@pytest.fixture
def job() -> Job:
    return start_job("test", root_type="workshop", root_id=1, aspect="staff", by=None, params={"n": 3})


def state(job: Job) -> tuple[str, int, str]:
    job.refresh_from_db()
    return job.status, job.attempts, job.error


def doing(work: Callable[[Progress], None]) -> None:
    runner("test")(work)


def test_job_runs_with_its_parameters_and_shows_its_progress(job: Job) -> None:
    seen = []

    def work(progress: Progress) -> None:
        progress.tell("Counting", done=2, total=progress.params["n"])
        seen.append((progress.job.status, Job.objects.get().lease_until > timezone.now()))

    doing(work)
    run_job(job.pk)

    assert seen == [("running", True)]
    assert state(job) == ("done", 1, "")
    assert (job.phase, job.done, job.total, job.lease_token, job.lease_until) == ("Counting", 2, 3, "", None)
    assert job.finished_at is not None


def test_second_delivery_returns_at_once(job: Job) -> None:
    runs = []

    def work(progress: Progress) -> None:
        runs.append(progress.token)
        run_job(job.pk)

    doing(work)
    run_job(job.pk)
    run_job(job.pk)

    assert len(runs) == 1
    assert state(job) == ("done", 1, "")


def test_unknown_job_is_left_alone(job: Job) -> None:
    run_job(job.pk + 1)

    assert state(job) == ("waiting", 0, "")


def test_job_that_raises_is_tried_three_times_and_then_failed_with_its_reason(job: Job) -> None:
    told = []

    def work(progress: Progress) -> None:
        raise RuntimeError("a private detail")

    runner("test", on_failure=lambda job_id, reason: told.append((job_id, reason)))(work)
    after = []
    for _ in range(4):
        run_job(job.pk)
        after.append(state(job)[:2])

    assert after == [("waiting", 1), ("waiting", 2), ("failed", 3), ("failed", 3)]
    assert job.error == "RuntimeError: the log of the worker has the details."
    assert told == [(job.pk, job.error)]
    assert list(Entry.objects.values_list("action", "object_id")) == [("job.failed", str(job.pk))]


def test_job_that_refuses_fails_at_once_with_its_sentence(job: Job) -> None:
    def work(progress: Progress) -> None:
        raise Refused("There is no paper to assign.")

    doing(work)
    run_job(job.pk)

    assert state(job) == ("failed", 1, "There is no paper to assign.")


def test_job_of_a_dead_worker_is_taken_over_when_its_lease_has_run_out(job: Job) -> None:
    now = timezone.now()
    held = {"status": JobStatus.RUNNING, "lease_token": "dead", "attempts": 1}
    Job.objects.update(**held, lease_until=now + LEASE)
    doing(lambda progress: None)

    run_job(job.pk)
    assert state(job)[:2] == ("running", 1)

    Job.objects.update(lease_until=now - timedelta(seconds=1))
    run_job(job.pk)
    assert state(job)[:2] == ("done", 2)


def test_job_whose_workers_died_three_times_fails(job: Job) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.update(status=JobStatus.RUNNING, lease_token="dead", attempts=3, lease_until=past)
    runs = []
    doing(runs.append)

    run_job(job.pk)

    assert runs == []
    assert state(job) == ("failed", 4, "The work was begun three times and its worker died each time.")


def test_waiting_job_is_cancelled_at_once(job: Job) -> None:
    runs = []
    doing(runs.append)

    cancel_job(job, by=None)
    run_job(job.pk)

    assert (state(job)[:2], runs) == (("cancelled", 0), [])


def test_running_job_stops_at_its_next_heartbeat(job: Job) -> None:
    steps = []

    def work(progress: Progress) -> None:
        steps.append("before")
        cancel_job(job, by=None)
        progress.tell("Going on")
        steps.append("after")

    doing(work)
    run_job(job.pk)

    assert (state(job)[:2], steps) == (("cancelled", 1), ["before"])
    assert list(Entry.objects.values_list("action", flat=True)) == ["job.cancel_asked"]


def test_finished_job_cannot_be_cancelled(job: Job) -> None:
    doing(lambda progress: None)
    run_job(job.pk)

    cancel_job(job, by=None)

    assert state(job)[0] == "done"
    assert Entry.objects.count() == 0


def test_worker_that_lost_its_lease_writes_nothing_more(job: Job) -> None:
    def work(progress: Progress) -> None:
        Job.objects.update(lease_token="another", attempts=2)
        progress.tell("Too late", done=9)

    doing(work)
    run_job(job.pk)

    assert state(job) == ("running", 2, "")
    assert (job.lease_token, job.phase, job.done) == ("another", "", 0)


def test_worker_that_lost_its_lease_does_not_end_the_job_either(job: Job) -> None:
    doing(lambda progress: Job.objects.update(lease_token="another"))
    run_job(job.pk)

    assert state(job)[0] == "running"


def test_claimable_jobs_are_those_that_wait_and_those_whose_lease_has_run_out(job: Job) -> None:
    now = timezone.now()
    rows = {
        "left": {"status": JobStatus.RUNNING, "lease_until": now - timedelta(seconds=1)},
        "held": {"status": JobStatus.RUNNING, "lease_until": now + LEASE},
        "done": {"status": JobStatus.DONE},
        "failed": {"status": JobStatus.FAILED},
        "cancelled": {"status": JobStatus.CANCELLED},
    }
    for kind, values in rows.items():
        Job.objects.create(kind=kind, root_type="workshop", root_id=1, aspect="staff", **values)

    assert set(Job.objects.claimable(now).values_list("kind", flat=True)) == {"test", "left"}


def test_heartbeat_leaves_one_row() -> None:
    heartbeat()
    heartbeat()

    assert [row.name for row in Heartbeat.objects.all()] == ["beat"]
