"""Showing a certificate elsewhere."""

from __future__ import annotations

from urllib.parse import urlencode

from prm.certification.models import Certificate

LINKEDIN = "https://www.linkedin.com/profile/add"


def linkedin_url(certificate: Certificate, *, scheme_name: str, vendor_name: str, verify_url: str) -> str:
    """The address that adds a certificate to one's LinkedIn profile: its form, filled in.

    Nothing is sent before the person follows it and saves.
    """
    asked = {
        "startTask": "CERTIFICATION_NAME",
        "name": scheme_name,
        "organizationName": vendor_name,
        "issueYear": certificate.issued_on.year,
        "issueMonth": certificate.issued_on.month,
        "certId": certificate.number,
        "certUrl": verify_url,
    }
    if certificate.expires_on is not None:
        asked |= {
            "expirationYear": certificate.expires_on.year,
            "expirationMonth": certificate.expires_on.month,
        }
    return f"{LINKEDIN}?{urlencode(asked)}"
