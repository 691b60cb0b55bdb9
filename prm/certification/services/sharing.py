"""Showing a certificate elsewhere."""

from __future__ import annotations

from urllib.parse import urlencode

from prm.certification.models import Certificate

LINKEDIN = "https://www.linkedin.com/profile/add"


def linkedin_url(certificate: Certificate) -> str:
    """The address that adds a certificate to one's LinkedIn profile: its form, filled in.

    Nothing is sent before the person follows it and saves.
    """
    facts = certificate.facts
    asked = {
        "startTask": "CERTIFICATION_NAME",
        "name": facts["certification"]["name"],
        "organizationName": facts["vendor"]["name"],
        "issueYear": certificate.issued_on.year,
        "issueMonth": certificate.issued_on.month,
        "certId": certificate.number,
        "certUrl": facts["verify_url"],
    }
    if certificate.expires_on is not None:
        asked |= {
            "expirationYear": certificate.expires_on.year,
            "expirationMonth": certificate.expires_on.month,
        }
    return f"{LINKEDIN}?{urlencode(asked)}"
