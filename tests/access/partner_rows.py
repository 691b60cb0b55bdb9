"""What hangs on partnerships beside sales and learning, each text with its canary."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prm.infra.ids import token_hash
from prm.infra.names import fold_name
from prm.partners.models import (
    ApplicationField,
    ApplicationForm,
    ApplicationStatus,
    FieldKind,
    PartnerApplication,
)

if TYPE_CHECKING:
    from tests.access.rows import Filler


def fill(f: Filler) -> None:
    """Rows of every table of partners that nothing else fills."""
    _applications(f)


def _applications(f: Filler) -> None:
    f.add(ApplicationForm(is_open=True, intro="Welcome"))
    f.add(
        ApplicationField(
            label="Which market?", kind=FieldKind.CHOICE, choices=["one", "two"], position=1
        ),
        "application_field",
    )  # fmt: skip
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
                token_hash=token_hash(link[:43] if not is_waiting else f"used {f.tenant.name}"),
                confirmed_at=f.now if is_waiting else None, **common,
            ),
            key,
        )  # fmt: skip
    f.tenant.things["application_link"] = type(f.tenant.things["vendor"])(0, link[:43])
