"""The dates of a call as a calendar file (RFC 5545): an entry keeps its UID when it is moved and counts SEQUENCE up."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from workshops.calls import Date
from workshops.instants import both
from workshops.models import Workshop

PRODUCT = "-//NeurReps//Deadlines//EN"


def calendar_of(workshop: Workshop, dates: list[Date], *, url: str, now: datetime) -> bytes:
    """The file. ``url`` is the address of the call, ``now`` becomes DTSTAMP."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{workshop} – dates")
    for date in dates:
        calendar.add_component(_deadline(workshop, date, url, now))
    if workshop.starts:
        calendar.add_component(_the_workshop(workshop, url, now))
    return bytes(calendar.to_ical())


def _deadline(workshop: Workshop, date: Date, url: str, now: datetime) -> Event:
    about = f"{date.label} ({date.track})" if date.track else date.label
    event = _event(f"deadline-{date.deadline_id}", f"{workshop}: {about}", url, now)
    event.add("sequence", date.version)
    event.add("dtstart", date.at)
    event.add("dtend", date.at)
    event.add("description", f"{about}: {both(date.at)}\n{url}")
    event.add("transp", "TRANSPARENT")
    return event


def _the_workshop(workshop: Workshop, url: str, now: datetime) -> Event:
    assert workshop.starts is not None
    event = _event(f"workshop-{workshop.pk}", str(workshop), url, now)
    event.add("dtstart", workshop.starts)
    event.add("dtend", (workshop.ends or workshop.starts) + timedelta(days=1))
    if workshop.venue:
        event.add("location", workshop.venue)
    return event


def _event(name: str, summary: str, url: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", now)
    event.add("summary", summary)
    event.add("url", url)
    return event
