"""A certificate's frozen facts as an Open Badge 3.0. Reads no database, no clock, no request.

As little about a person as a certificate can say: the name that is printed on it, the company that is
printed on it, and a pseudonym of the portal. No mail address, not even hashed: whoever has a list of
addresses finds out which one a hash was made of.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import force_locale, pgettext
from flask_babel import gettext as _

from prm.certification.credentials.addresses import did_of, picture_url, status_list_url
from prm.infra import clock
from prm.infra.data_integrity import CREDENTIALS_V2, OPEN_BADGES_3
from prm.training.labels import SKILL_LEVELS
from prm.training.models import SkillLevel

FILE_NAME = "credential.json"
MEDIA_TYPE = "application/vc"


@dataclass(frozen=True)
class Place:
    """The bit of a credential: which list of the vendor, which index in it."""

    number: int
    index: int


@dataclass(frozen=True)
class Picture:
    """The picture of the achievement, in both forms."""

    svg: bytes
    png: bytes


def build_credential(
    facts: Mapping[str, Any], issuer: str, place: Place, picture: Picture, did: str | None = None
) -> dict[str, Any]:
    """The credential without its proof, in the language of the facts.

    `issuer` is the address of the vendor's public documents; `did` its name, by default the one that
    follows from the address.
    """
    with force_locale(str(facts["language"]).replace("-", "_")):
        return _built(facts, issuer, place, picture, did or did_of(issuer))


def valid_until(facts: Mapping[str, Any]) -> str | None:
    """The last second (UTC) of the last valid day in the vendor's zone."""
    if not facts["expires_on"]:
        return None
    after = date.fromisoformat(facts["expires_on"]) + timedelta(days=1)
    return _instant(clock.day_start(after, facts["time_zone"]) - timedelta(seconds=1))


def level_text(level: str) -> str:
    """A level as people read it: Level 2 · Advanced."""
    known = SkillLevel(level)
    return _(
        "Level %(number)s · %(name)s", number=list(SkillLevel).index(known) + 1, name=SKILL_LEVELS[known]
    )


# -- parts -------------------------------------------------------------------------------------


def _built(facts: Mapping[str, Any], issuer: str, place: Place, picture: Picture, did: str) -> dict[str, Any]:
    scheme, person = facts["certification"], facts["person"]
    images = {kind: getattr(picture, kind) for kind in ("png", "svg")}
    addresses = {kind: picture_url(issuer, _sha256(body), kind) for kind, body in images.items()}
    lists = status_list_url(issuer, place.number)
    until = valid_until(facts)
    evidence = [_evidence(each) for each in facts["evidence"]]
    return {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
        "id": facts["verify_url"],
        "type": ["VerifiableCredential", "AchievementCredential", "OpenBadgeCredential"],
        "name": scheme["name"],
        "issuer": {
            "id": did,
            "type": ["Profile"],
            "name": facts["vendor"]["name"],
            "url": f"{issuer}/profile.json",
        },
        "validFrom": _instant(datetime.fromisoformat(facts["issued_at"])),
        **({"validUntil": until} if until else {}),
        "credentialSubject": {
            "id": f"urn:uuid:{person['id']}",
            "type": ["AchievementSubject"],
            "identifier": _identifiers(facts),
            "licenseNumber": facts["number"],
            "achievement": {
                "id": f"urn:uuid:{scheme['id']}",
                "type": ["Achievement"],
                "achievementType": "Certification",
                "name": scheme["name"],
                "description": scheme["summary"] or scheme["name"],
                "criteria": {"narrative": _criteria(facts)},
                "image": {"id": addresses["png"], "type": "Image", "caption": scheme["name"]},
                "inLanguage": facts["language"],
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": level_text(scheme["level"]),
                        "targetCode": scheme["level"],
                        "targetType": "ext:SkillLevel",
                        "targetUrl": f"{issuer}/profile.json#{scheme['level']}",
                    }
                ],
            },
        },
        **({"evidence": evidence} if evidence else {}),
        "relatedResource": [
            {"id": addresses[kind], "mediaType": media_type, "digestSRI": _integrity(images[kind])}
            for kind, media_type in (("png", "image/png"), ("svg", "image/svg+xml"))
        ],
        "credentialStatus": {
            "id": f"{lists}#{place.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(place.index),
            "statusListCredential": lists,
        },
    }


def _identifiers(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The person by name and, where one is printed, by company."""
    said = [("name", facts["person"]["name"])]
    if facts["partner"]:
        said.append(("ext:company", facts["partner"]["name"]))
    return [
        {"type": "IdentityObject", "hashed": False, "identityHash": text, "identityType": kind}
        for kind, text in said
    ]


def _criteria(facts: Mapping[str, Any]) -> str:
    if not facts["evidence"] and facts.get("conditions"):
        return _("Met every requirement of the certification.")
    if not facts["evidence"]:
        return _(
            "Issued by a decision of %(vendor)s, with a reason that is on record.",
            vendor=facts["vendor"]["name"],
        )
    courses = "; ".join(_evidence_name(each) for each in facts["evidence"])
    return _("Completed every course it needs: %(courses)s.", courses=courses)


def _evidence(each: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"urn:uuid:{each['completion']}",
        "type": ["Evidence"],
        "name": _evidence_name(each),
        "description": _("Completed on %(date)s", date=each["completed_on"]),
    }


def _evidence_name(each: Mapping[str, Any]) -> str:
    return pgettext("a course", "%(title)s, version %(version)s") % {
        "title": each["title"],
        "version": each["version"],
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _integrity(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")
