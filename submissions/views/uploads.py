"""A file in pieces, for static/js/upload.js. Without that script the form of the author's page sends the file whole."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from audit.errors import Refused
from audit.text import whole_number
from submissions.models import Submission, Upload
from submissions.services.uploads import (
    MOST_BYTES_A_PIECE,
    PURPOSES,
    OutOfPlace,
    begin_upload,
    finish_upload,
    take_piece,
)
from submissions.states import FilePurpose
from submissions.views.base import actor, for_authors, own_paper
from workshops.middleware import received_at


class BeginForm(forms.Form):
    """What the browser knows of a file before it sends any of it."""

    name = forms.CharField(max_length=1000)
    size = forms.IntegerField(min_value=0)
    mark = forms.CharField(max_length=100)
    purpose = forms.ChoiceField(choices=[(str(each), each.label) for each in PURPOSES], initial=FilePurpose.PAPER)


@for_authors
@never_cache
@require_POST
def begin(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Where to send the pieces, and how much is here already."""
    submission = own_paper(request, slug, number)
    form = BeginForm(request.POST)
    if not form.is_valid():
        return _refused("What kind of file this is could not be understood. Choose it again.", 422)
    try:
        upload = begin_upload(
            submission=submission, by=actor(request, submission), received_at=received_at(request), **form.cleaned_data
        )
    except Refused as refusal:
        return _refused(refusal.sentence, 422)
    return _state(submission, upload)


@for_authors
@never_cache
@require_POST
def piece(request: HttpRequest, slug: str, number: int, pk: Any) -> HttpResponse:
    """One piece, as the body of the request, from the byte that ``Upload-Offset`` names. The last one ends it.

    A piece that was cut off on its way is not taken; the answer says from where to go on.
    """
    submission = own_paper(request, slug, number)
    uploads = Upload.objects.select_related("file").filter(submission=submission)
    upload = uploads.filter(pk=pk, uploaded_by=actor(request, submission)).first()
    if upload is None:
        raise Http404
    upload.submission = submission
    try:
        upload = _take(request, upload)
    except OutOfPlace as refusal:
        upload.refresh_from_db(fields=["received"])
        return _refused(refusal.sentence, 409, received=upload.received)
    except Refused as refusal:
        return _refused(refusal.sentence, 422)
    return _state(submission, upload, seen=request.headers.get("Paper-Version", ""))


def _take(request: HttpRequest, upload: Upload) -> Upload:
    offset, length = (whole_number(request.headers.get(name)) for name in ("Upload-Offset", "Content-Length"))
    if offset is None or length is None or length > MOST_BYTES_A_PIECE:
        raise Refused("This piece of the file could not be understood. Choose the file again.", field="file")
    try:
        content = request.read(length)
    except UnreadablePostError:
        content = b""
    if len(content) != int(length):
        raise OutOfPlace("A piece of the file was cut off on its way; it is sent again.", field="file")
    submission = upload.submission
    upload = take_piece(
        upload=upload,
        by=actor(request, submission),
        offset=offset,
        piece=content,
        received_at=received_at(request),
        sha256=request.headers.get("Piece-Digest", ""),
    )
    upload.submission = submission
    if upload.received == upload.size and upload.file is None:
        finish_upload(upload=upload, by=actor(request, submission), received_at=received_at(request))
    return upload


def _state(submission: Submission, upload: Upload, seen: str = "") -> JsonResponse:
    """How far it is. A page that showed the paper as it was before this file may go on from the version after it."""
    said: dict[str, Any] = {
        "url": reverse("submissions:upload", args=[submission.workshop.slug, submission.number, upload.pk]),
        "received": upload.received,
        "size": upload.size,
        "done": upload.file_id is not None,
        "name": upload.name,
    }
    if said["done"] and seen == str(submission.version - 1):
        said["version"] = submission.version
    return JsonResponse(said)


def _refused(sentence: str, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"message": sentence, **more}, status=status)
