"""Revoking a certificate."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import update

from prm.access import Actor
from prm.certification.models import Certificate
from prm.certification.services.texts import required_reason
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.journal.services import lock_chain, record


def revoke_certificate(actor: Actor, certificate: Certificate, *, reason: str) -> None:
    """Revoke a certificate for good; its file stays what it is, every answer about it changes at once.

    Raises DomainError without a reason, Conflict where somebody else revoked it first.
    """
    reason = required_reason(reason)
    lock_chain()
    claim(
        update(Certificate)
        .where(Certificate.id == certificate.id, Certificate.revoked_at.is_(None))
        .values(revoked_at=clock.now(), revoked_by_id=actor.user_id, revoke_reason=reason),
        _("Certificate %(number)s is revoked already.", number=certificate.number),
    )
    db.session.refresh(certificate)
    # What it had renewed is the newest that stands again, for as long as its own time runs.
    db.session.execute(
        update(Certificate).where(Certificate.id == certificate.previous_id).values(renewed_on=None)
    )
    record(
        actor,
        "certificate.revoked",
        certificate,
        facts={"number": certificate.number},
        personal={"reason": reason},
    )
