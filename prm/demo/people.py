"""Who can sign in to the demo, and as what."""

from __future__ import annotations

from dataclasses import dataclass

from prm.accounts.models import JobFunction as F
from prm.permissions import Role

PASSWORD = "welcome to the demo"


@dataclass(frozen=True)
class SignIn:
    """One of the demo's people with a password. `at` is a vendor's slug, `company` a partner."""

    role: Role
    name: str
    email: str
    at: str = ""
    company: str = ""
    functions: tuple[F, ...] = ()
    regions: tuple[str, ...] = ()
    locale: str = "en"


SIGN_INS = (
    SignIn(Role.VENDOR_ADMIN, "Ada Winter", "admin@lumen.example", "lumen"),
    SignIn(Role.CHANNEL_MANAGER, "Marta Ruiz", "channel@lumen.example", "lumen"),
    SignIn(Role.CHANNEL_MANAGER, "Daniel Okafor", "west@lumen.example", "lumen", regions=("West",)),
    SignIn(Role.CONTENT_AUTHOR, "Theo Lang", "author@lumen.example", "lumen"),
    SignIn(Role.EXECUTIVE, "Helen Brandt", "executive@lumen.example", "lumen"),
    SignIn(
        Role.PARTNER_ADMIN, "Zoë Ångström", "zoe@brightpath.example", "lumen", "Bright Path IT",
        (F.SALES, F.MARKETING),
    ),
    SignIn(
        Role.PARTNER_MEMBER, "山田太郎", "taro@brightpath.example", "lumen", "Bright Path IT",
        (F.TECHNICAL, F.SUPPORT),
    ),
    SignIn(
        Role.PARTNER_ADMIN, "محمد العلي", "mohammed@cascade.example", "lumen", "Cascade Data Works",
        (F.TECHNICAL, F.SALES),
    ),
    SignIn(
        Role.PARTNER_MEMBER, "Priya Iyer", "priya@harborpine.example", "lumen", "Harbor & Pine Systems",
        (F.PRESALES, F.TECHNICAL),
    ),
    SignIn(Role.VENDOR_ADMIN, "Nils Berg", "admin@fjord.example", "fjord", locale="de"),
    SignIn(Role.EXECUTIVE, "Greta Holm", "executive@fjord.example", "fjord", locale="de"),
    SignIn(Role.OPERATOR, "Olga Petrova", "operator@portal.example"),
)  # fmt: skip
