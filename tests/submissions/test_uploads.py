"""A file that comes in pieces goes on where it stopped, and is the paper's once it is whole."""

import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.errors import Refused
from submissions import partial_files
from submissions.models import Blob, Submission, Upload
from submissions.services import uploads
from submissions.services.uploads import OutOfPlace, begin_upload, drop_old_uploads, finish_upload, take_piece
from tests.factories import make_user
from tests.submissions import corpus
from tests.submissions.stage import make_stage, save, start
from workshops.states import DeadlineKind

pytestmark = pytest.mark.django_db
CONTENT = corpus.paper(3).bytes()
HALF = len(CONTENT) // 2


@pytest.fixture
def stage():
    return make_stage()


@pytest.fixture
def paper(stage) -> Submission:
    paper = start(stage)
    save(paper, stage.ada)
    return paper


def begin(paper, by, *, at=None, **changes) -> Upload:
    values = {"name": "paper.pdf", "size": len(CONTENT), "mark": "head:1"} | changes
    return begin_upload(submission=paper, by=by, received_at=at or timezone.now(), **values)


def put(upload, by, offset, piece, *, at=None, **options) -> Upload:
    return take_piece(upload=upload, by=by, offset=offset, piece=piece, received_at=at or timezone.now(), **options)


def finish(upload, by, *, at=None):
    return finish_upload(upload=upload, by=by, received_at=at or timezone.now())


def test_pieces_in_their_order_are_the_paper_s_file(stage, paper) -> None:
    upload = begin(paper, stage.ada, name="C:\\papers\\final.pdf")
    upload = put(upload, stage.ada, 0, CONTENT[:HALF])
    upload = put(upload, stage.ada, HALF, CONTENT[HALF:])

    file = finish(upload, stage.ada)

    paper.refresh_from_db()
    assert (file.blob.sha256, file.name, paper.current.pdf) == (hashlib.sha256(CONTENT).hexdigest(), "final.pdf", file)
    assert list(partial_files.keys()) == []


def test_same_file_chosen_again_goes_on_where_it_stopped(stage, paper) -> None:
    first = put(begin(paper, stage.ada), stage.ada, 0, CONTENT[:HALF])

    again = begin(paper, stage.ada)

    assert (again.pk, again.received) == (first.pk, HALF)


@pytest.mark.parametrize("other", [{"name": "other.pdf"}, {"size": 7}, {"mark": "head:2"}])
def test_another_file_begins_anew(stage, paper, other) -> None:
    first = begin(paper, stage.ada)

    assert begin(paper, stage.ada, **other).pk != first.pk


def test_piece_that_came_twice_is_not_counted_twice(stage, paper) -> None:
    upload = put(begin(paper, stage.ada), stage.ada, 0, CONTENT[:HALF])

    with pytest.raises(OutOfPlace):
        put(upload, stage.ada, 0, CONTENT[:HALF])
    upload.refresh_from_db()
    assert (upload.received, partial_files.size_of(upload.pk)) == (HALF, HALF)


def test_piece_that_is_missing_is_noticed(stage, paper) -> None:
    upload = begin(paper, stage.ada)

    with pytest.raises(OutOfPlace):
        put(upload, stage.ada, HALF, CONTENT[HALF:])
    with pytest.raises(OutOfPlace):
        finish(upload, stage.ada)


def test_damaged_piece_is_asked_for_again(stage, paper) -> None:
    upload = begin(paper, stage.ada)

    with pytest.raises(OutOfPlace, match="damaged on its way"):
        put(upload, stage.ada, 0, b"x" + CONTENT[1:HALF], sha256=hashlib.sha256(CONTENT[:HALF]).hexdigest())
    upload.refresh_from_db()
    assert upload.received == 0


def test_what_a_killed_attempt_left_behind_the_counted_bytes_is_cut_off(stage, paper) -> None:
    upload = put(begin(paper, stage.ada), stage.ada, 0, CONTENT[:HALF])
    with partial_files.path_of(upload.pk).open("ab") as file:
        file.write(b"half a piece that was never acknowledged")

    file = finish(put(upload, stage.ada, HALF, CONTENT[HALF:]), stage.ada)

    assert file.blob.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_pieces_that_are_gone_from_disk_are_asked_for_again(stage, paper) -> None:
    upload = put(begin(paper, stage.ada), stage.ada, 0, CONTENT[:HALF])
    partial_files.drop(upload.pk)

    with pytest.raises(OutOfPlace):
        put(upload, stage.ada, HALF, CONTENT[HALF:])
    assert begin(paper, stage.ada).received == 0


def test_more_than_was_announced_is_refused(stage, paper) -> None:
    upload = begin(paper, stage.ada, size=10)

    with pytest.raises(Refused, match="longer than it was said to be"):
        put(upload, stage.ada, 0, b"x" * 11)


def test_size_is_refused_before_a_byte_is_sent(stage, paper, settings) -> None:
    settings.MAX_PDF_BYTES = 1024 * 1024
    with pytest.raises(Refused, match=r"The file has 3\.0 MB; at most 1\.0 MB can be taken"):
        begin(paper, stage.ada, size=3 * 1024 * 1024)
    with pytest.raises(Refused, match="The file is empty"):
        begin(paper, stage.ada, size=0)
    assert Upload.objects.count() == 0


def test_answer_that_was_lost_is_no_second_upload(stage, paper) -> None:
    upload = put(begin(paper, stage.ada), stage.ada, 0, CONTENT)
    file = finish(upload, stage.ada)

    again = begin(Submission.objects.get(pk=paper.pk), stage.ada)

    assert (again.file, finish(again, stage.ada), paper.files.count()) == (file, file, 1)


def test_one_person_has_few_unfinished_uploads_and_the_oldest_goes(
    stage, paper, django_capture_on_commit_callbacks
) -> None:
    made = []
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(uploads.MOST_UNFINISHED + 2):
            made.append(put(begin(paper, stage.ada, mark=str(number)), stage.ada, 0, b"a piece"))

    kept = {upload.pk for upload in made[2:]}
    assert (set(Upload.objects.values_list("pk", flat=True)), set(partial_files.keys())) == (kept, kept)


def test_old_unfinished_uploads_and_strays_are_thrown_away(stage, paper) -> None:
    old = put(begin(paper, stage.ada, mark="old"), stage.ada, 0, b"a piece")
    new = put(begin(paper, stage.ada, mark="new"), stage.ada, 0, b"a piece")
    Upload.objects.filter(pk=old.pk).update(touched_at=timezone.now() - timedelta(days=2))

    assert drop_old_uploads() == 1
    assert list(partial_files.keys()) == [new.pk]
    Upload.objects.all().delete()
    assert drop_old_uploads(now=timezone.now() + timedelta(days=2)) == 1
    assert list(partial_files.keys()) == []


# --- the deadline -----------------------------------------------------------------------------------------------------


@pytest.fixture
def deadline(stage):
    """A hard deadline without grace, in the future."""
    row = stage.workshop.deadlines.get(kind=DeadlineKind.SUBMISSION, track=None)
    row.grace_minutes, row.hard = 0, True
    row.save()
    return row.at


def test_file_that_began_in_time_counts_though_its_end_came_later(stage, paper, deadline) -> None:
    upload = begin(paper, stage.ada, at=deadline - timedelta(days=1))
    upload = put(upload, stage.ada, 0, CONTENT[:HALF], at=deadline - timedelta(seconds=1))
    upload = put(upload, stage.ada, HALF, CONTENT[HALF:], at=deadline + timedelta(minutes=20))

    finish(upload, stage.ada, at=deadline + timedelta(minutes=20))

    paper.refresh_from_db()
    assert paper.current.received_at == deadline - timedelta(seconds=1)


def test_file_that_took_longer_than_half_an_hour_counts_from_its_end(stage, paper, deadline) -> None:
    upload = put(begin(paper, stage.ada), stage.ada, 0, CONTENT, at=deadline - timedelta(minutes=1))

    with pytest.raises(Refused, match="The deadline of the track"):
        finish(upload, stage.ada, at=deadline + timedelta(minutes=31))


def test_announced_file_whose_first_byte_came_late_is_late(stage, paper, deadline) -> None:
    upload = begin(paper, stage.ada, at=deadline - timedelta(minutes=1))
    upload = put(upload, stage.ada, 0, CONTENT, at=deadline + timedelta(seconds=1))

    with pytest.raises(Refused, match="The deadline of the track"):
        finish(upload, stage.ada, at=deadline + timedelta(seconds=2))


# --- the addresses ----------------------------------------------------------------------------------------------------


def post_begin(client, paper, **changes):
    values = {"name": "paper.pdf", "size": len(CONTENT), "mark": "head:1", "purpose": "paper"} | changes
    return client.post(reverse("submissions:uploads", args=[paper.workshop.slug, paper.number]), values)


def post_piece(client, url, offset, piece, **headers):
    headers = {"Upload-Offset": str(offset)} | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(url, piece, content_type="application/octet-stream", headers=headers)


def test_pieces_over_http_end_in_the_version_that_the_page_may_go_on_from(stage, paper, client) -> None:
    client.force_login(stage.ada)
    begun = post_begin(client, paper).json()

    half = post_piece(client, begun["url"], 0, CONTENT[:HALF]).json()
    whole = post_piece(client, begun["url"], HALF, CONTENT[HALF:], Paper_Version=str(paper.version)).json()

    paper.refresh_from_db()
    assert (begun["received"], half["received"], half["done"]) == (0, HALF, False)
    assert (whole["done"], whole["version"], paper.current.pdf.name) == (True, paper.version, "paper.pdf")


@pytest.mark.parametrize("offset", ["", "x", "-1", "9" * 5000])
def test_piece_whose_place_is_no_number_is_refused_in_words(stage, paper, client, offset) -> None:
    client.force_login(stage.ada)
    url = post_begin(client, paper).json()["url"]

    answer = post_piece(client, url, offset, CONTENT[:HALF])

    assert (answer.status_code, "could not be understood" in answer.content.decode()) == (422, True)


def test_page_that_is_older_than_somebody_else_s_save_hears_of_no_version(stage, paper, client) -> None:
    client.force_login(stage.ada)
    old = paper.version
    save(paper, stage.ada, title="By somebody else")
    begun = post_begin(client, paper).json()

    whole = post_piece(client, begun["url"], 0, CONTENT, Paper_Version=str(old)).json()

    assert (whole["done"], "version" in whole) == (True, False)


def test_piece_out_of_place_is_answered_with_the_right_place(stage, paper, client) -> None:
    client.force_login(stage.ada)
    url = post_begin(client, paper).json()["url"]
    post_piece(client, url, 0, CONTENT[:HALF])

    answer = post_piece(client, url, 0, CONTENT[:HALF])

    assert (answer.status_code, answer.json()["received"]) == (409, HALF)


@pytest.mark.parametrize("offset", ["", "-1", "x"])
def test_piece_that_says_nothing_of_its_place_is_refused(stage, paper, client, offset) -> None:
    client.force_login(stage.ada)
    url = post_begin(client, paper).json()["url"]

    assert post_piece(client, url, offset, b"x").status_code == 422


def test_piece_that_is_too_large_is_not_read(stage, paper, client) -> None:
    client.force_login(stage.ada)
    url = post_begin(client, paper, size=9 * 1024 * 1024).json()["url"]

    assert post_piece(client, url, 0, b"x" * (uploads.MOST_BYTES_A_PIECE + 1)).status_code == 422


def test_refusal_at_the_end_is_a_sentence_and_the_paper_stays(stage, paper, client, deadline, time_machine) -> None:
    client.force_login(stage.ada)
    url = post_begin(client, paper).json()["url"]
    time_machine.move_to(deadline + timedelta(hours=1))
    client.force_login(stage.ada)

    answer = post_piece(client, url, 0, CONTENT)

    assert (answer.status_code, "The deadline of the track" in answer.json()["message"]) == (422, True)
    assert (paper.revisions.filter(pdf__isnull=False).count(), Blob.objects.count()) == (0, 0)


def test_upload_is_nobody_else_s_not_even_a_co_author_s(stage, paper, client) -> None:
    from tests.submissions.stage import author

    save(paper, stage.ada, authors=[author(stage.ada, corresponding=True), author(stage.ben)])
    client.force_login(stage.ada)
    url = post_begin(client, paper).json()["url"]
    client.force_login(stage.ben)
    bens = post_piece(client, url, 0, CONTENT)
    client.force_login(make_user("Zed"))

    assert (bens.status_code, post_piece(client, url, 0, CONTENT).status_code) == (404, 404)
    assert post_begin(client, paper).status_code == 404
