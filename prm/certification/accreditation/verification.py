"""Does a company have the accreditation that a code, or a document, stands for? For anybody: the company,
the accreditation and its days, and no person. Nothing here writes."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from prm.certification.accreditation.models import AccreditationAward
from prm.certification.accreditation.states import State, end_of, state_of, state_then
from prm.certification.codes import find_codes, read_code
from prm.certification.models import IssuedCode
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor
from prm.training.models import SkillLevel
from prm.vendors.models import Vendor


@dataclass(frozen=True)
class AwardCheck:
    """The answer. `lapses_on` is the first day on which it will not hold as things are, `ended_on` the one
    since which it does not. `is_altered`: the document is not the one that was printed."""

    state: State
    company: str
    accreditation: str
    skill_level: SkillLevel
    issuer: str
    since: date
    lapses_on: date | None
    ended_on: date | None
    code: str
    vendor: Vendor
    asked_on: date | None = None
    then: State | None = None
    sha256: str | None = None
    is_altered: bool = False

    def as_json(self) -> dict[str, Any]:
        """What the page says, for machines."""
        answer: dict[str, Any] = {
            "type": "accreditation",
            "status": "altered" if self.is_altered else "valid" if self.state.holds else "ended",
            "company": self.company,
            "accreditation": self.accreditation,
            "level": self.skill_level.value,
            "issuer": self.issuer,
            "since": self.since.isoformat(),
            "lapses_on": self.lapses_on.isoformat() if self.lapses_on else None,
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
        }
        if self.asked_on is not None and self.then is not None:
            answer |= {"on": {"date": self.asked_on.isoformat(), "status": self.then.value}}
        if self.sha256 is not None:
            answer |= {"sha256": self.sha256}
        return answer


def check_award_code(text: str, on: date | None = None) -> AwardCheck | None:
    """What stands behind a code; None where it is that of no accreditation."""
    code = read_code(text)
    found = _look_up(code, on) if code is not None else None
    return found[0] if found is not None else None


def check_award_file(content: bytes) -> AwardCheck | None:
    """Whether a document is, byte for byte, one that was printed; None where it carries no code of an
    accreditation."""
    sha256 = hashlib.sha256(content).hexdigest()
    named = None
    for code in find_codes(content):
        found = _look_up(code)
        if found is None:
            continue
        check, printed = found
        if printed == sha256:
            return replace(check, sha256=sha256)
        named = named or replace(check, sha256=sha256, is_altered=True)
    return named


def _look_up(code: str, on: date | None = None) -> tuple[AwardCheck, str | None] | None:
    vendor_key = db.session.scalars(select(IssuedCode.vendor_id).where(IssuedCode.code == code)).one_or_none()
    if vendor_key is None:
        return None
    with serve_vendor(vendor_key):
        award = db.session.scalars(
            select(AccreditationAward).where(AccreditationAward.code == code)
        ).one_or_none()
        # The index is asked with what a stranger sent; whether it is the very code is told in even time.
        if award is None or not hmac.compare_digest(award.code, code):
            return None
        vendor = db.session.get_one(Vendor, vendor_key)
        today = clock.today(vendor.time_zone)
        facts = award.facts
        end = end_of(award, today)
        check = AwardCheck(
            state=state_of(award, today),
            company=facts["partner"]["name"],
            accreditation=facts["accreditation"]["name"],
            skill_level=SkillLevel(facts["accreditation"]["level"]),
            issuer=facts["vendor"]["name"],
            since=award.awarded_on,
            lapses_on=award.lapses_on if end is None else None,
            ended_on=end,
            code=code,
            vendor=vendor,
            asked_on=on,
            then=state_then(award, on, today) if on is not None else None,
        )
        return check, award.sha256
