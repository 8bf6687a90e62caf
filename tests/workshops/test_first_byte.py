"""When a request began: by the server's clock, and by a proxy's word only where it is trusted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpRequest, HttpResponse

from workshops.middleware import LONGEST_UPLOAD, FirstByteMiddleware, received_at

NOW = datetime(2027, 9, 5, 12, 0, 0, tzinfo=UTC)
PROXY, STRANGER = "10.1.2.3", "203.0.113.9"


@pytest.fixture
def first_byte(rf, settings, time_machine):
    """When a request began that came from this address with this header."""
    time_machine.move_to(NOW, tick=False)

    def ask(address: str, elapsed: str | None, trusted: list[str]) -> datetime:
        settings.TRUSTED_PROXY = trusted
        found: list[datetime] = []

        def view(request: HttpRequest) -> HttpResponse:
            found.append(received_at(request))
            return HttpResponse()

        headers = {} if elapsed is None else {"X-Request-Elapsed": elapsed}
        FirstByteMiddleware(view)(rf.get("/", REMOTE_ADDR=address, headers=headers))
        return found[0]

    return ask


@pytest.mark.parametrize("trusted", [["10.1.2.3"], ["10.0.0.0/8"], ["192.0.2.1", "10.1.0.0/16"]])
def test_trusted_proxy_says_how_long_ago_the_first_byte_came(first_byte, trusted):
    assert first_byte(PROXY, "90.5", trusted) == NOW - timedelta(seconds=90.5)


def test_proxy_behind_a_unix_socket_is_trusted_where_that_is_set(first_byte):
    assert first_byte("", "90", ["unix"]) == NOW - timedelta(seconds=90)
    assert first_byte("", "90", ["10.0.0.0/8"]) == NOW


@pytest.mark.parametrize("address", [STRANGER, "10.2.0.1", "::1", "not an address"])
def test_header_of_anybody_else_is_ignored(first_byte, address):
    assert first_byte(address, "3600", ["10.1.2.3"]) == NOW


def test_without_a_trusted_proxy_nobody_is_believed(first_byte):
    assert first_byte("127.0.0.1", "3600", []) == NOW


@pytest.mark.parametrize("elapsed", ["-1", "-3600", "1e9", "1e308", "inf", "nan", "", "soon", "7201"])
def test_absurd_value_counts_as_now(first_byte, elapsed):
    assert first_byte(PROXY, elapsed, ["10.1.2.3"]) == NOW


def test_longest_upload_is_believed(first_byte):
    seconds = str(LONGEST_UPLOAD.total_seconds())
    assert first_byte(PROXY, seconds, ["10.1.2.3"]) == NOW - LONGEST_UPLOAD


def test_without_the_header_it_is_now(first_byte):
    assert first_byte(PROXY, None, ["10.1.2.3"]) == NOW
