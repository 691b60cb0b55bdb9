"""What a company is accredited for, as pages of other domains show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from prm.access import Actor
from prm.certification.accreditation.labels import STATE_LABELS, STATE_SIGNS
from prm.certification.accreditation.queries import list_of_partnership, list_people
from prm.certification.accreditation.states import end_of, state_then
from prm.certification.queries.certificates import today_of
from prm.partners.models import Partnership
from prm.permissions import P


@dataclass(frozen=True)
class Accredited:
    """An award as of a day, in words. `hangs_on` names people as of today alone."""

    public_id: UUID
    name: str
    since: date
    holds: bool
    label: str
    kind: str
    icon: str
    lapses_on: date | None
    ended_on: date | None
    hangs_on: tuple[str, ...]


def list_accredited(actor: Actor, partnership: Partnership, as_of: date | None = None) -> list[Accredited]:
    """A company's awards that had begun by a day (today), those in force first; none where the actor does
    not see them."""
    if not actor.can(P.ACCREDITATION_VIEW):
        return []
    today = today_of(actor)
    day = as_of or today
    awards = list_of_partnership(actor, partnership, day)
    names = list_people(awards) if day == today else {}
    shown = []
    for award in awards:
        state = state_then(award, day, today)
        kind, icon = STATE_SIGNS[state]
        shown.append(
            Accredited(
                award.public_id,
                award.accreditation.name,
                award.awarded_on,
                state.holds,
                str(STATE_LABELS[state]),
                kind,
                icon,
                award.lapses_on if state.holds else None,
                None if state.holds else end_of(award, max(day, today)),
                tuple(sorted(names[key] for key in award.hangs_on if key in names)) if state.holds else (),
            )
        )
    return shown
