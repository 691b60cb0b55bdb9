"""Time zones as people choose them: by place, with the offset of today."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import available_timezones

from prm.infra import clock

# The world's places; not the old names ("US/Eastern") nor the fixed offsets with their turned signs.
_AREAS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian",
    "Pacific",
)  # fmt: skip


def is_time_zone(zone_name: str) -> bool:
    """Whether this machine knows the IANA name."""
    try:
        clock.zone(zone_name)
    except clock.UnknownTimeZone:
        return False
    return True


def choices(kept: str | None = None) -> dict[str, list[tuple[str, str]]]:
    """[(name, label)] by area, for a select: labels begin with the city, which is what people type.

    `kept` is offered too, whatever it is: what is stored stays choosable.
    """
    listed = _listed(clock.now().replace(minute=0, second=0, microsecond=0))
    if kept and is_time_zone(kept) and all(kept != name for group in listed.values() for name, _ in group):
        return {"": [(kept, kept), *listed[""]], **{area: rest for area, rest in listed.items() if area}}
    return listed


@lru_cache(maxsize=2)
def _listed(now: datetime) -> dict[str, list[tuple[str, str]]]:
    groups: dict[str, list[tuple[str, str]]] = {"": [("UTC", "UTC")]}
    for area in _AREAS:
        places = []
        for name in available_timezones():
            if name.startswith(f"{area}/"):
                *regions, city = name.split("/")[1:]
                place = ", ".join([city, *reversed(regions)]).replace("_", " ")
                places.append((name, f"{place} ({offset_text(now, name)})"))
        groups[area] = sorted(places, key=lambda place: place[1])
    return groups


def offset_text(at: datetime, zone_name: str) -> str:
    """How far a zone is from UTC at an instant: UTC+05:45."""
    offset = clock.to_zone(at, zone_name).utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset is not None else 0
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
