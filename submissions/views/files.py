"""Every file's door."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from access.rights import get_or_404, may
from access.viewer import Viewer, viewer_of
from submissions.files import path_of, relative_path
from submissions.models import File
from submissions.states import FilePurpose


@require_safe
def serve_file(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """A file, for whoever may read it: an attachment that a browser runs nothing of.

    Only its authors see what it was called, and nobody its hash: the ETag is made of its random id.
    """
    viewer = viewer_of(request)
    if viewer.person is None and not viewer.keys:
        return redirect_to_login(request.path)
    file = get_or_404(viewer, "row", File.objects.select_related("blob", "submission"), pk=pk)
    etag = f'"{file.pk.hex}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged if unchanged is not None and unchanged.status_code == 304 else _bytes_of(file)
    name = _name_for(viewer, file)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag
    return response


def _bytes_of(file: File) -> HttpResponseBase:
    kind = "application/pdf" if _is_pdf(file) else "application/octet-stream"
    if settings.PROTECTED_FILES_URL:
        response = HttpResponse(content_type=kind)
        response["X-Accel-Redirect"] = f"{settings.PROTECTED_FILES_URL.rstrip('/')}/{relative_path(file.blob)}"
        return response
    return FileResponse(path_of(file.blob).open("rb"), content_type=kind)


def _name_for(viewer: Viewer, file: File) -> str:
    if file.purpose == FilePurpose.BLINDED_SUPPLEMENT:
        return file.name
    if file.purpose != FilePurpose.BLINDED and may(viewer, "own", file.submission):
        return file.name
    if file.purpose == FilePurpose.SUPPLEMENT:
        return f"supplement-{file.submission.number}.{'pdf' if _is_pdf(file) else 'zip'}"
    return f"paper-{file.submission.number}.pdf"


def _is_pdf(file: File) -> bool:
    """Whether it may be called one: a supplement is one where pages were counted."""
    if file.purpose in (FilePurpose.SUPPLEMENT, FilePurpose.BLINDED_SUPPLEMENT):
        return file.pages is not None
    return file.purpose != FilePurpose.SOURCE
