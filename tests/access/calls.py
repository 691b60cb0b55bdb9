"""How each endpoint is called: with which rows, which form, which questions in the query.

A name such as "asset" or "PA.deal" is a thing of the worlds (tests/access/worlds.py); "{me}" in it
is the role of who asks. `Id` in a form is the public id of such a thing: the twins swap each.
"""

from __future__ import annotations

from tests.access.calls_audits import AUDITS_CALLS
from tests.access.calls_certification import CERTIFICATION_CALLS
from tests.access.calls_others import OTHERS_CALLS
from tests.access.calls_partners import PARTNERS_CALLS
from tests.access.calls_people import PEOPLE_CALLS
from tests.access.calls_training import TRAINING_CALLS
from tests.access.shapes import Call

CALLS: dict[tuple[str, str], Call] = {
    **PEOPLE_CALLS,
    **PARTNERS_CALLS,
    **TRAINING_CALLS,
    **CERTIFICATION_CALLS,
    **AUDITS_CALLS,
    **OTHERS_CALLS,
}


def call_of(endpoint: str, method: str) -> Call:
    return CALLS.get((endpoint, method), Call())
