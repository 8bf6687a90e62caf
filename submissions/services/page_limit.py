"""Compare a checked file with its track's limit of pages."""

from typing import Any

from submissions.models import File, Finding
from workshops.models import Track


def note_page_limit(file: File, track: Track) -> None:
    """Say whether the pages of a checked file are over this track's limit; what was said of another track is gone.

    References and what stands behind them do not count, where the check has found where they begin.
    """
    file.findings.filter(code="over_limit").delete()
    if not file.pages or not track.page_limit:
        return
    found = file.findings.filter(code="references").first()
    counted = found.data["counted"] if found else file.pages
    if counted > track.page_limit:
        data: dict[str, Any] = {"pages": file.pages, "limit": track.page_limit}
        if found:
            data |= {"counted": counted, "begin": found.page}
        Finding.objects.create(
            file=file,
            code="over_limit",
            severity=Finding.Severity.WARNING,
            sure=bool(found and found.sure),
            data=data,
        )
