"""Designs and the pictures they may name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from prm.access import Actor, visible
from prm.certification.designs.layout import Design
from prm.certification.designs.models import CertificateDesign, DesignImage
from prm.certification.models import Certification
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import storage
from prm.permissions import P


def find_design(scheme: Certification) -> CertificateDesign | None:
    """The design in force: the newest published one, unless that was withdrawn."""
    newest = db.session.scalars(
        select(CertificateDesign)
        .where(CertificateDesign.certification_id == scheme.id, CertificateDesign.published_at.is_not(None))
        .order_by(CertificateDesign.number.desc())
        .limit(1)
    ).one_or_none()
    return newest if newest is not None and newest.withdrawn_at is None else None


def find_draft(scheme: Certification) -> CertificateDesign | None:
    """The design that is being written."""
    return db.session.scalars(
        select(CertificateDesign).where(
            CertificateDesign.certification_id == scheme.id, CertificateDesign.published_at.is_(None)
        )
    ).one_or_none()


def list_published(scheme: Certification) -> list[CertificateDesign]:
    """Every published design of a certification, the newest first."""
    return list(
        db.session.scalars(
            select(CertificateDesign)
            .where(
                CertificateDesign.certification_id == scheme.id,
                CertificateDesign.published_at.is_not(None),
            )
            .order_by(CertificateDesign.number.desc())
        )
    )


def list_images(actor: Actor) -> list[DesignImage]:
    """The vendor's pictures by name."""
    return list(
        db.session.scalars(visible(select(DesignImage), actor, P.SCHEME_EDIT).order_by(DesignImage.name))
    )


def get_image(actor: Actor, image_id: UUID) -> DesignImage:
    """One picture by public id. Raises NotFound."""
    found = db.session.scalars(
        visible(select(DesignImage), actor, P.SCHEME_EDIT).where(DesignImage.public_id == image_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def read_design(owner: str, design_id: str | None) -> Design | None:
    """A published design by its public id, with its pictures; None for none. Raises StorageError."""
    if design_id is None:
        return None
    row = db.session.scalars(
        select(CertificateDesign).where(CertificateDesign.public_id == UUID(design_id))
    ).one()
    return Design(row.ready_html, row.ready_css, read_images(owner, row.images))


def read_images(owner: str, images: dict[str, str]) -> dict[str, bytes]:
    """The bytes of pictures by name. `owner` is the vendor's public id."""
    return {name: storage.read(storage.key_of(owner, digest)) for name, digest in images.items()}
