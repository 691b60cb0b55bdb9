"""What one vendor's companies are accredited for: an award of each partner's."""

from __future__ import annotations

from datetime import timedelta

from prm.certification.accreditation.models import Accreditation, AccreditationAward, AccreditationRule
from prm.certification.codes import new_code
from prm.certification.models import IssuedCode
from prm.training.models import SkillLevel
from tests.access.filling import Filler

HOLDERS = {"PA": "member", "PB": "mate_b", "PC": "local"}


def fill(f: Filler) -> None:
    name = f"House of {f.say('SCHEME')}"
    accreditation = f.add(
        Accreditation(name=name, skill_level=SkillLevel.ADVANCED, created_at=f.now, changed_at=f.now),
        "accreditation",
    )
    f.add(
        AccreditationRule(
            accreditation_id=accreditation.id, position=0, minimum=1,
            certification_id=f.tenant.things["scheme"].id,
        )
    )  # fmt: skip
    for owner, holder in HOLDERS.items():
        company, code = f.say("COMPANY", owner), new_code()
        file = f.file(f"{company}.pdf", b"%PDF-1.7 " + company.encode(), "application/pdf")
        award = f.add(
            AccreditationAward(
                accreditation_id=accreditation.id,
                partnership_id=f.tenant.partnerships[owner].id,
                code=code,
                awarded_at=f.now - timedelta(days=20),
                awarded_on=f.today - timedelta(days=20),
                lapses_on=f.today + timedelta(days=26),
                hangs_on=[f.tenant.people[holder].id],
                hangs=True,
                holders=[[f.tenant.people[holder].id]],
                computed_at=f.now,
                facts={
                    "verify_url": f"https://portal.example/verify/{code}",
                    "vendor": {"name": f.tenant.name},
                    "partner": {"name": company},
                    "accreditation": {"name": name, "level": "advanced"},
                },
                file_id=file.id,
                sha256=file.sha256,
            ),
            f"{owner}.award",
        )
        f.add(IssuedCode(code=code, vendor_id=f.tenant.vendor.id))
        f.tenant.things[f"{owner}.award_code"] = type(f.tenant.things["scheme"])(award.id, code)
