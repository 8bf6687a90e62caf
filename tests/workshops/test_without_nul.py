"""What was typed reaches the pages without the character NUL, which PostgreSQL keeps in no text."""

from typing import Any

import pytest
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from submissions.models import SavedView
from tests.reviews.stage import make_stage
from tests.reviews.test_people_desk import browser
from workshops.middleware import WithoutNulMiddleware


def seen(request: HttpRequest) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    WithoutNulMiddleware(lambda asked: HttpResponse()).process_view(request, None, (), {})
    return dict(request.GET.lists()), dict(request.POST.lists())


def test_address_and_form_lose_it_and_nothing_else(rf: Any) -> None:
    request = rf.post("/?q=a%00b&q=\u0663", {"text": "one\x00\ntwo", "line": ["1", "\x002"]})

    assert seen(request) == ({"q": ["ab", "\u0663"]}, {"text": ["one\ntwo"], "line": ["1", "2"]})


def test_body_that_is_no_form_is_left_unread(rf: Any) -> None:
    request = rf.post("/", b"\x00\x01", content_type="application/octet-stream")

    assert (seen(request)[1], request.read()) == ({}, b"\x00\x01")


def test_form_of_a_view_that_reads_it_in_its_own_way_is_left_unread(rf: Any) -> None:
    request = rf.post("/", {"text": "one"})
    WithoutNulMiddleware(lambda asked: HttpResponse()).process_view(request, csrf_exempt(lambda asked: None), (), {})

    request.upload_handlers = [MemoryFileUploadHandler(request)]

    assert request.POST["text"] == "one"


@pytest.mark.django_db
def test_text_that_a_view_takes_as_it_is_typed_is_kept_without_it() -> None:
    stage: Any = make_stage(papers=1)

    browser(stage.olga).post("/admin/w/neurreps-2027/papers/views/", {"name": "Mine\x00", "query": ""})

    assert list(SavedView.objects.values_list("name", flat=True)) == ["Mine"]
