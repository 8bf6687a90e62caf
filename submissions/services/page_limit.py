"""Compare a checked file with its track's limit of pages."""

from submissions.models import File, Finding
from workshops.models import Track


def note_page_limit(file: File, track: Track) -> None:
    """Say whether the pages of a checked file are over this track's limit; what was said of another track is gone."""
    file.findings.filter(code="over_limit").delete()
    if file.pages and track.page_limit and file.pages > track.page_limit:
        Finding.objects.create(
            file=file,
            code="over_limit",
            severity=Finding.Severity.WARNING,
            sure=False,
            data={"pages": file.pages, "limit": track.page_limit},
        )
