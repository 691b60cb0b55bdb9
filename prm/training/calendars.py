"""Due dates and sessions as a calendar file (RFC 5545), which calendars then show and remind of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event

MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class DueDate:
    """Something due on a day: `title` among all of a calendar, `name` by itself. `known_at` is when the date
    was set first."""

    public_id: UUID
    title: str
    name: str
    due_on: date
    url: str
    known_at: datetime


@dataclass(frozen=True)
class Meeting:
    """Something at a time: a session. `place` may be a room, an address to join by, or both."""

    public_id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    url: str
    known_at: datetime


def as_calendar(name: str, due: Iterable[DueDate], meetings: Iterable[Meeting] = ()) -> bytes:
    """A calendar of these dates: a whole day for each that is due, its hours for each meeting.

    The same dates make the same file.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//PRM//Training//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for each in due:
        event = Event()
        event.add("uid", f"{each.public_id}@prm")
        event.add("dtstamp", each.known_at.replace(microsecond=0))
        event.add("dtstart", each.due_on)
        event.add("dtend", each.due_on + timedelta(days=1))
        event.add("summary", each.title)
        event.add("url", each.url)
        event.add("transp", "TRANSPARENT")  # nobody is busy all day because of it
        calendar.add_component(event)
    for meeting in meetings:
        event = Event()
        event.add("uid", f"{meeting.public_id}@prm")
        event.add("dtstamp", meeting.known_at.replace(microsecond=0))
        event.add("dtstart", meeting.starts_at)
        event.add("dtend", meeting.ends_at)
        event.add("summary", meeting.title)
        event.add("location", meeting.place)
        event.add("url", meeting.url)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
