"""Who of a large channel was certified: the facts of each certificate, without a file."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from prm.certification.codes import new_code
from prm.certification.evidence import Done
from prm.certification.models import Certificate, CertificateCounter, Certification, IssueBasis, IssuedCode
from prm.certification.queries.qualifying import Met
from prm.certification.queries.versions import find_versions
from prm.certification.rules import CourseRule
from prm.certification.services.issuing import freeze_facts
from prm.certification.validity import last_valid_day
from prm.demo.content import LUMEN
from prm.demo.skew import public_id
from prm.extensions import db
from prm.infra import clock
from prm.infra.bulk import insert_rows, next_key

if TYPE_CHECKING:
    from prm.demo.scale import ScaleWorld


def make_certificates(scale: ScaleWorld, done: list[tuple[Any, ...]]) -> None:
    """A certificate for whoever completed the course of a scheme that needs one course alone."""
    rng, vendor = scale.rng, scale.vendor
    schemes = list(db.session.scalars(select(Certification).order_by(Certification.id)))
    versions = find_versions([scheme.id for scheme in schemes], clock.today(vendor.time_zone))
    of_version = {}
    for scheme, text in zip(schemes, LUMEN.certifications, strict=True):
        if len(text[4]) == 1:
            of_version[scale.world.courses[text[4][0]].public_id] = scheme
    courses = {v.course_id: (v.course.public_id, v.title) for v in {id(d[1]): d[1] for d in done}.values()}
    issued = [
        (d, of_version[courses[d[1].course_id][0]]) for d in done if courses[d[1].course_id][0] in of_version
    ]
    issued.sort(key=lambda each: (each[0][2], each[0][0].id))
    first, codes = next_key(Certificate), []

    def certificates() -> Iterator[dict[str, Any]]:
        for number, ((m, version, at, completion), scheme) in enumerate(issued):
            on = clock.to_zone(at, vendor.time_zone).date()
            made = SimpleNamespace(
                public_id=public_id(rng, at),
                number=f"{vendor.slug.upper()}-{on.year}-{number + 1:06}",
                code=new_code(),
                issued_at=at,
                issued_on=on,
                basis=IssueBasis.EVIDENCE,
                expires_on=last_valid_day(on, versions[scheme.id].validity_months),
                version_id=versions[scheme.id].id,
            )
            codes.append(made.code)
            person = SimpleNamespace(public_id=m.public, name=m.name, locale="en")
            place = SimpleNamespace(public_id=m.place.public, name=m.place.name)
            proof = Done(
                0, completion, version.course_id, courses[version.course_id][0], version.title,
                version.number, at, None,
            )  # fmt: skip
            evidence = [Met(CourseRule(version.public_id), at, proof)]
            facts: Any = freeze_facts(
                made,
                vendor,
                scheme,
                versions[scheme.id],
                person,
                place,
                None,
                evidence,  # type: ignore[arg-type]
            )
            yield {
                "id": first + number,
                **vars(made),
                "vendor_id": vendor.id,
                "certification_id": scheme.id,
                "user_id": m.id,
                "partnership_id": m.place.id,
                "facts": facts,
            }

    scale.insert("certificates", Certificate, certificates(), len(issued), (0.48, 0.58))
    insert_rows(IssuedCode, ({"code": code, "vendor_id": vendor.id} for code in codes))
    db.session.add(CertificateCounter(vendor_id=vendor.id, last_number=len(issued)))
    db.session.flush()
