"""Who joined a partner and has yet to be enrolled in what its partnerships are assigned."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from prm.accounts.models import Membership, PartnerVendor, User
from prm.accounts.queries import is_current
from prm.extensions import db
from prm.infra import clock
from prm.partners.models import Partnership
from prm.training.models import Assignment, Enrolment
from prm.vendors.models import Vendor

LATELY = timedelta(days=3)


def find_membership(membership_id: int) -> Membership | None:
    """A membership in force with the vendor served, by key."""
    return db.session.scalars(
        select(Membership).where(Membership.id == membership_id, is_current())
    ).one_or_none()


def list_other_vendors(membership: Membership, vendor_id: int | None) -> list[int]:
    """The other vendors (keys) that a partner's new person counts with. Never shown to anybody."""
    if membership.partner_id is None or membership.at_vendor_id is not None:
        return []
    return list(
        db.session.scalars(
            select(PartnerVendor.vendor_id)
            .where(PartnerVendor.partner_id == membership.partner_id, PartnerVendor.vendor_id != vendor_id)
            .order_by(PartnerVendor.vendor_id)
        )
    )


def list_vendor_ids() -> list[int]:
    return list(db.session.scalars(select(Vendor.id).order_by(Vendor.id)))


def list_missed() -> list[int]:
    """Memberships (keys) begun lately, of people who take none of the courses that everybody of their
    partnership is assigned at the vendor served. Some of them are not meant: functions differ."""
    return list(
        db.session.scalars(
            select(Membership.id)
            .join(User, User.id == Membership.user_id)
            .join(Partnership, Partnership.partner_id == Membership.partner_id)
            .join(Assignment, (Assignment.partnership_id == Partnership.id) & Assignment.user_id.is_(None))
            .outerjoin(
                Enrolment,
                (Enrolment.user_id == Membership.user_id) & (Enrolment.course_id == Assignment.course_id),
            )
            .where(
                Membership.started_at > clock.now() - LATELY,
                is_current(),
                User.is_active,
                Enrolment.id.is_(None),
            )
            .distinct()
            .order_by(Membership.id)
        )
    )
