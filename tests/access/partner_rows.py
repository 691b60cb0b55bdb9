"""What hangs on partnerships beside sales and learning, each text with its canary."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prm.infra.ids import token_hash
from prm.infra.names import fold_name
from prm.onboarding.models import (
    Milestone,
    MilestoneKind,
    OnboardingPlan,
    OnboardingTemplate,
    Side,
)
from prm.onboarding.steps import Step, to_row
from prm.partners.models import (
    AgreementAcceptance,
    AgreementVersion,
    ApplicationField,
    ApplicationForm,
    ApplicationStatus,
    CountryRegion,
    DocumentKind,
    FieldKind,
    PartnerApplication,
    Partnership,
    PartnershipAlias,
    PartnershipBranch,
    PartnershipContact,
    PartnershipDocument,
    PartnershipMerge,
    PartnershipNote,
    PartnershipParent,
    PartnershipPast,
    PartnershipStatus,
    PartnershipTask,
    PartnershipType,
    Region,
)

if TYPE_CHECKING:
    from tests.access.rows import Filler

YEAR = timedelta(days=365)
VENDOR_SIDE = ("admin", "manager", "west", "author", "member")


def fill(f: Filler) -> None:
    """Rows of every table of partners that nothing else fills."""
    _applications(f)
    _agreements(f)
    _onboarding(f)
    _desk(f)
    _merges(f)


def _applications(f: Filler) -> None:
    f.add(ApplicationForm(is_open=True, intro="Welcome"))
    f.add(
        ApplicationField(
            label="Which market?", kind=FieldKind.CHOICE, choices=["one", "two"], position=1
        ),
        "application_field",
    )  # fmt: skip
    west = f.session.get_one(Partnership, f.tenant.partnerships["PA"].id).region_id
    f.add(CountryRegion(country="FR", region_id=west), "country_region")
    words = f.say("APPLICANT")
    link = f"{f.tenant.name}application" + "x" * 43
    for key, status in (
        ("application", ApplicationStatus.WAITING),
        ("unconfirmed", ApplicationStatus.UNCONFIRMED),
    ):
        common: dict[str, Any] = {
            "web_domain": "applicant.example.com", "country": "DE", "locale": "en", "created_at": f.now,
            "expires_at": f.now + timedelta(days=1), "email": f"new-{words}@example.com".lower(),
        }  # fmt: skip
        is_waiting = status is ApplicationStatus.WAITING
        name = words if is_waiting else "Twin"
        f.add(
            PartnerApplication(
                company=name, company_folded=fold_name(name), contact_name=f"New {name}", message=name,
                answers=[{"label": "Which market?", "value": name}], status=status,
                region_id=west if is_waiting else None,
                token_hash=token_hash(link[:43] if not is_waiting else f"used {f.tenant.name}"),
                confirmed_at=f.now if is_waiting else None, **common,
            ),
            key,
        )  # fmt: skip
    like = f.session.get_one(Partnership, f.tenant.partnerships["PB"].id)
    like.web_domain = common["web_domain"]  # which an applicant in West has too
    east, words = like.region_id, f.say("NOTE", "PB")
    f.tenant.keep("east_region", f.session.get_one(Region, east))
    f.add(
        PartnerApplication(
            company=words, company_folded=fold_name(words), contact_name=words, message=words, region_id=east,
            status=ApplicationStatus.WAITING, token_hash=token_hash(f"east {f.tenant.name}"),
            confirmed_at=f.now, **{**common, "web_domain": "east.example.com"},
        ),
        "PB.application",
    )  # fmt: skip
    f.tenant.things["application_link"] = type(f.tenant.things["vendor"])(0, link[:43])


def _agreements(f: Filler) -> None:
    version = f.add(
        AgreementVersion(
            number=1, title=f.say("POLICY"), body=f"# {f.say('POLICY')}", effective_on=f.today - YEAR,
            created_at=f.now,
        ),
        "agreement",
    )  # fmt: skip
    for owner, key in {"PA": "padmin", "PB": "boss_b"}.items():
        f.add(
            AgreementAcceptance(
                partnership_id=f.tenant.partnerships[owner].id, version_id=version.id,
                accepted_by_id=f.tenant.people[key].id, accepted_on=f.today - timedelta(days=9),
                accepted_at=f.now - timedelta(days=9),
            )
        )  # fmt: skip


def _onboarding(f: Filler) -> None:
    """A plan of partners A and B each; of A also a partnership that is in onboarding."""
    f.add(OnboardingTemplate(
        number=1, steps=[to_row(Step(MilestoneKind.MANUAL, Side.VENDOR, 5, title=f.say("POLICY")))],
        created_at=f.now,
    ))  # fmt: skip
    name = f"{f.say('COMPANY', 'PA')} new"
    new = Partnership(
        name=name, name_folded=fold_name(name), status=PartnershipStatus.ONBOARDING, created_at=f.now,
        region_id=f.session.get_one(Partnership, f.tenant.partnerships["PA"].id).region_id,
    )  # fmt: skip
    f.add(new, "PA.onboarding")
    f.tenant.names["PA.onboarding"] = name
    suspended = Partnership(
        name=f"{name}er", name_folded=fold_name(f"{name}er"), status=PartnershipStatus.SUSPENDED,
        region_id=new.region_id, created_at=f.now,
    )  # fmt: skip
    f.add(suspended, "PA.suspended")
    f.add(OnboardingPlan(partnership_id=new.id, template_number=1, began_on=f.today))
    for owner in ("PA", "PB"):
        partnership_id = f.tenant.partnerships[owner].id
        plan = f.add(OnboardingPlan(partnership_id=partnership_id, template_number=1, began_on=f.today))
        for position, side in enumerate((Side.VENDOR, Side.PARTNER), 1):
            milestone = f.add(
                Milestone(
                    plan_id=plan.id, partnership_id=partnership_id, position=position, side=side,
                    kind=MilestoneKind.MANUAL, title=f.say("TASK", owner), due_on=f.today,
                ),
                "PB.milestone" if owner == "PB" else f"PA.milestone.{side.value}",
            )  # fmt: skip
            for role in ("padmin",) if side is Side.PARTNER else VENDOR_SIDE:
                if owner == "PA":
                    f.tenant.keep(f"PA.milestone.{role}", milestone)


def _desk(f: Filler) -> None:
    """Notes, tasks and contacts are the vendor's alone; documents both sides'."""
    for owner in ("PA", "PB"):
        partnership_id = f.tenant.partnerships[owner].id
        words, staff = f.say("NOTE", owner), f.tenant.people["admin"].id
        common: dict[str, Any] = {"partnership_id": partnership_id, "created_at": f.now}
        f.add(PartnershipNote(body=words, author_id=staff, **common), f"{owner}.note")
        task = PartnershipTask(title=words, owner_id=staff, due_on=f.today - timedelta(days=1), **common)
        f.add(task, f"{owner}.task")
        f.add(PartnershipContact(name=words, email="contact@example.com", **common), f"{owner}.contact")
        value = f"{f.say('COMPANY', owner)} called"
        f.add(
            PartnershipAlias(partnership_id=partnership_id, value=value, value_folded=fold_name(value)),
            f"{owner}.name",
        )
        f.add(PartnershipBranch(name=f.say("TASK", owner), **common), f"{owner}.branch")
        file = f.file(f"{f.say('TASK', owner)}.txt", f.say("TASK", owner).encode())
        f.add(
            PartnershipDocument(
                title=f.say("TASK", owner), kind=DocumentKind.CONTRACT, file_id=file.id, is_of_partner=True,
                valid_until=f.today, **common,
            ),
            f"{owner}.document",
        )  # fmt: skip
        f.add(
            PartnershipDocument(
                title=f.say("TASK", owner), kind=DocumentKind.CONTRACT, file_id=file.id, is_of_partner=False,
                **common,
            ),
            f"{owner}.vendor_document",
        )  # fmt: skip


def _merges(f: Filler) -> None:
    """A duplicate each of partners A and B, merged into them; who buys through whom, across regions."""
    for owner in ("PA", "PB"):
        survivor = f.session.get_one(Partnership, f.tenant.partnerships[owner].id)
        name = f"{f.say('COMPANY', owner)} twice"
        absorbed = Partnership(
            name=name, name_folded=fold_name(name), status=PartnershipStatus.ENDED, created_at=f.now,
            region_id=survivor.region_id, merged_into_id=survivor.id,
        )  # fmt: skip
        f.add(absorbed, f"{owner}.absorbed")
        f.add(
            PartnershipMerge(
                survivor_id=survivor.id, absorbed_id=absorbed.id, absorbed_status="active", merged_at=f.now
            ),
            f"{owner}.merge",
        )
        f.add(
            PartnershipPast(
                partnership_id=absorbed.id, until=f.now, status=PartnershipStatus.ACTIVE,
                type=PartnershipType.VAR, manager_name=f.say("COMPANY", owner),
            )
        )  # fmt: skip
    things = f.tenant.things
    for child, parent in (("PA.suspended", "PB.partnership"), ("PB.absorbed", "PA.partnership")):
        f.add(
            PartnershipParent(
                partnership_id=things[child].id, parent_id=things[parent].id, created_at=f.now
            )
        )  # fmt: skip
