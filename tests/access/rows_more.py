"""More of what figures count: what happens out of somebody's reach while they look."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from prm.accounts import services as accounts
from prm.accounts.models import User
from prm.audits.models import AuditCampaignTarget, CompliancePolicy, PartnershipStanding
from prm.certification.accreditation.models import AccreditationAward, EndReason
from prm.certification.codes import new_code
from prm.certification.models import Certificate, IssueBasis
from prm.deals.models import Deal, DealStage
from prm.infra.db import transaction
from prm.infra.ids import token_hash
from prm.lists.models import SavedView
from prm.marketing.models import UsageEvent, UsageKind
from prm.partners.models import ApplicationStatus, PartnerApplication, Partnership
from prm.permissions import Role
from prm.revenue.models import Order
from prm.training.models import Completion, Enrolment, EnrolmentStatus
from prm.training.models.paths import PathEnrolment, PathStatus
from prm.training.models.sessions import SeatStatus, SessionSeat
from tests.access.filling import Filler
from tests.factories import UserRef, World

if TYPE_CHECKING:
    from tests.access.worlds import Tenant


def add_of_vendor(world: World, tenant: Tenant, leaver: UserRef) -> None:
    """What a vendor does itself: a new policy, and `leaver`, who has left another, comes to work here."""
    with world.acting(tenant.vendor) as actor, transaction() as session:
        accounts.add_membership(
            actor, session.get_one(User, leaver.id), Role.CONTENT_AUTHOR, vendor_id=tenant.vendor.id
        )
        f = Filler(session, tenant, actor)
        f.add(
            CompliancePolicy(
                number=2, effective_on=f.today - timedelta(days=1), created_at=f.now,
                rules=[{"kind": "agreement_current", "months": 1}],
            )
        )  # fmt: skip


def add_more(world: World, tenant: Tenant, owner: str, region: str) -> None:
    """More of what figures count: deals, orders, use, learning, certificates, people of one partner, and
    another partner in that region.

    Joining enrols the newcomer in what is assigned to everybody there.
    """
    partnership = tenant.partnerships[owner]
    newcomer = world.user(Role.PARTNER_MEMBER, partnership=partnership, name="One More")
    another = world.partnership(tenant.vendor, "More", region=region, manager_name="More")
    with world.acting(tenant.vendor) as actor, transaction() as session:
        f = Filler(session, tenant, actor)
        things = tenant.things
        common = {
            "partnership_id": partnership.id, "currency": "USD", "amount_minor": 7_654_321_00,
            "received_at": f.now, "source_system": "more", "product_id": things["product"].id,
            "product_name": "more", "customer_name": "More",
        }  # fmt: skip
        deal = f.add(
            Deal(
                external_id="more-1", stage=DealStage.WON, registered_on=f.today - timedelta(days=5),
                closed_on=f.today - timedelta(days=1), **common,
            )
        )  # fmt: skip
        f.add(Order(external_id="more-1", ordered_on=f.today - timedelta(days=1), deal_id=deal.id, **common))
        common["currency"] = "CHF"
        f.add(Order(external_id="more-2", ordered_on=f.today - timedelta(days=1), **common))
        f.add(  # judged already, as the worker does each minute
            PartnershipStanding(
                partnership_id=another.id, day=f.today, missed=1, missed_rules=1, computed_at=f.now
            )
        )
        east = session.get_one(Partnership, partnership.id).region_id
        f.add(
            PartnerApplication(
                company="More", company_folded="more", contact_name="More", message="", region_id=east,
                status=ApplicationStatus.WAITING, token_hash=token_hash(f"more {tenant.name}"),
                web_domain="more.example.com", country="DE", locale="en", created_at=f.now,
                expires_at=f.now + timedelta(days=1), confirmed_at=f.now, answers=[],
                email="more@example.com",
            )
        )  # fmt: skip
        f.add(
            SavedView(
                user_id=newcomer.id, endpoint="partners.index", name="More", query="status=active",
                created_at=f.now,
            )
        )  # fmt: skip
        f.add(
            AuditCampaignTarget(
                campaign_id=things["campaign_of_audits"].id, partnership_id=things[f"{owner}.absorbed"].id
            )
        )
        for kind in UsageKind:
            f.add(
                UsageEvent(
                    partnership_id=partnership.id, user_id=newcomer.id, asset_id=things["asset"].id,
                    asset_version_id=things["asset_version"].id, kind=kind,
                    at=f.now - timedelta(days=2), window=77,
                )
            )  # fmt: skip
        for course in ("done", "fresh", "unasked"):
            enrolment = f.add(
                Enrolment(
                    user_id=newcomer.id, partnership_id=partnership.id,
                    course_id=things[f"{course}_course"].id, course_version_id=things[f"{course}_version"].id,
                    status=EnrolmentStatus.COMPLETED, assigned_at=f.now - timedelta(days=8),
                    started_at=f.now - timedelta(days=8),
                )
            )  # fmt: skip
            f.add(
                Completion(
                    enrolment_id=enrolment.id, user_id=newcomer.id, partnership_id=partnership.id,
                    course_id=things[f"{course}_course"].id, course_version_id=things[f"{course}_version"].id,
                    completed_at=f.now - timedelta(days=3), score_percent=90,
                )
            )  # fmt: skip
        f.add(
            PathEnrolment(
                user_id=newcomer.id, partnership_id=partnership.id, path_id=things["fresh_path"].id,
                path_version_id=things["fresh_path_version"].id, status=PathStatus.OPEN, assigned_at=f.now,
                due_on=f.today + timedelta(days=77),
            )
        )  # fmt: skip
        f.add(
            SessionSeat(
                session_id=things["held_session"].id, user_id=newcomer.id, partnership_id=partnership.id,
                status=SeatStatus.PLACE, asked_at=f.now,
            )
        )  # fmt: skip
        for number, scheme in enumerate(("scheme", "twin_scheme"), 1):
            f.add(
                Certificate(
                    number=f"MORE-{number}", code=new_code(), certification_id=things[scheme].id,
                    version_id=things[f"{scheme}.version"].id,
                    user_id=newcomer.id, partnership_id=partnership.id, issued_at=f.now, issued_on=f.today,
                    expires_on=f.today + timedelta(days=10), basis=IssueBasis.DECISION, reason="more",
                    facts={},
                )
            )  # fmt: skip
        f.add(
            AccreditationAward(
                accreditation_id=things["accreditation"].id, partnership_id=partnership.id, code=new_code(),
                awarded_at=f.now - timedelta(days=9), awarded_on=f.today - timedelta(days=9),
                ended_at=f.now, ended_on=f.today, end_reason=EndReason.PEOPLE, computed_at=f.now, facts={},
            )
        )  # fmt: skip
