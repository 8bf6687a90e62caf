"""Stop reading an upload that is too large, or that the disk has no room for, and keep the rest of the form."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    SkipFile,
    TemporaryFileUploadHandler,
)
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from submissions.files import FULL, is_full, too_large
from workshops.middleware import without_nul

View = Callable[..., HttpResponse]


def skipped(request: HttpRequest, field: str) -> str:
    """Why the file of this field was left out, in a sentence; "" where it was not."""
    said: dict[str, str] = getattr(request, "skipped_files", {})
    return said.get(field, "")


class LimitedUpload(FileUploadHandler):
    """Stands before the handlers that write: of a file over MAX_PDF_BYTES the rest is not kept."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.read = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.read += len(raw_data)
        if self.read > settings.MAX_PDF_BYTES:
            raise _skip(self, too_large(None, settings.MAX_PDF_BYTES).sentence)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class CarefulTemporaryFile(TemporaryFileUploadHandler):
    """The handler for what does not fit into memory; a full disk costs the file, not the text beside it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
            self.file.flush()
        except OSError as problem:
            if not is_full(problem):
                raise
            raise _skip(self, FULL) from problem


def limited_upload(view: View) -> View:
    """Install the handlers before anything reads the form. The token is looked at after that, not left out."""

    @csrf_protect
    @wraps(view)
    def protected(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.POST = without_nul(request.POST)  # type: ignore[assignment]  # a dictionary of what was typed, too
        return view(request, *args, **kwargs)

    @csrf_exempt
    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            handlers = (LimitedUpload, MemoryFileUploadHandler, CarefulTemporaryFile)
            request.upload_handlers = [handler(request) for handler in handlers]
        return protected(request, *args, **kwargs)

    return limited


def _skip(handler: FileUploadHandler, sentence: str) -> SkipFile:
    request: Any = handler.request
    request.skipped_files = getattr(request, "skipped_files", {}) | {handler.field_name: sentence}
    return SkipFile()
