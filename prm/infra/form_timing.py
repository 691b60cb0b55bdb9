"""How long a public form was open: what tells a person from a machine without asking a third party.

A page carries a signed note of when it was made. Nobody reads, thinks and types within seconds; a
note that is days old was kept by something that sends it again and again.
"""

from __future__ import annotations

from datetime import timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from prm.infra import clock

LEAST = timedelta(seconds=3)
MOST = timedelta(days=1)


def sign_opening(secret: str, form: str) -> str:
    """A note that the form named was opened now."""
    return str(_signer(secret).dumps([form, int(clock.now().timestamp())]))


def has_human_timing(secret: str, form: str, note: str) -> bool:
    """Whether the note is ours, of this form, and neither too fresh nor too old."""
    try:
        named, at = _signer(secret).loads(note)
    except (BadSignature, ValueError, TypeError):
        return False
    age = timedelta(seconds=clock.now().timestamp() - at)
    return bool(named == form and LEAST <= age <= MOST)


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="form-timing")
