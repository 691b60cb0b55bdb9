"""Canary tokens, and by hand: who may read which.

Every text of the two worlds carries a token that says whose it is: its vendor, the partner it is
about (or ALL), and what kind of thing. A token in an answer, an export, a mail or a log line that
its reader may not read is a leak, whatever the status said.
"""

from __future__ import annotations

import html
import io
import re
import subprocess
import zipfile

TENANTS = ("ACME", "GLOBEX")
# PA lies in region West, PB in East; PC is a company that works with both vendors.
OWNERS = ("ALL", "PA", "PB", "PC")
VENDOR_KINDS = frozenset(
    [
        "STAFF",
        "PRODUCT",
        "COURSE",
        "SCHEME",
        "ASSET",
        "CAMPAIGN",
        "DRAFT",
        "GONE",
        "KEY",
        "IMPORT",
        "JOURNAL",
        "POLICY",
        "MAIL",
        "APPLICANT",
    ]
)
PARTNER_KINDS = frozenset(
    ["COMPANY", "BOSS", "MEMBER", "MATE", "DEAL", "ORDER", "CUSTOMER", "INVITE", "LOCAL", "TASK", "NOTE"]
)
TOKEN = re.compile(
    rb"KAN(ACME|GLOBEX)(ALL|PA|PB|PC)(" + "|".join(sorted(VENDOR_KINDS | PARTNER_KINDS)).encode() + rb")Q",
    re.IGNORECASE,
)
ALL_PARTNERS = frozenset({"PA", "PB", "PC"})

_CATALOGUE = frozenset({"PRODUCT", "COURSE", "SCHEME", "ASSET", "CAMPAIGN"})
_ABOUT_PARTNERS = PARTNER_KINDS
# Role → (kinds of the vendor's own, kinds about partners, partners within reach). MAIL (bodies of
# mails) is read by nobody in the portal. DRAFT is not published yet, GONE no longer.
READS: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    "anon": (frozenset(), frozenset(), frozenset()),
    "operator": (frozenset(), frozenset(), frozenset()),
    "admin": (VENDOR_KINDS - {"MAIL"}, _ABOUT_PARTNERS, ALL_PARTNERS),
    "manager": (_CATALOGUE | {"STAFF", "POLICY", "APPLICANT"}, _ABOUT_PARTNERS, ALL_PARTNERS),
    "west": (_CATALOGUE | {"STAFF", "POLICY", "APPLICANT"}, _ABOUT_PARTNERS, frozenset({"PA"})),
    # Authors grade practical tasks: whose they are, and what was handed in.
    "author": (
        _CATALOGUE | {"STAFF", "DRAFT", "GONE", "KEY"},
        frozenset({"COMPANY", "BOSS", "MEMBER", "MATE"}),
        ALL_PARTNERS,
    ),
    "exec": (_CATALOGUE | {"STAFF", "POLICY", "IMPORT"}, _ABOUT_PARTNERS - {"INVITE"}, ALL_PARTNERS),
    "padmin": (_CATALOGUE | {"STAFF", "POLICY"}, _ABOUT_PARTNERS, frozenset({"PA"})),
    "member": (_CATALOGUE, frozenset({"COMPANY", "MEMBER"}), frozenset({"PA"})),
    "mate": (_CATALOGUE, frozenset({"COMPANY", "MATE"}), frozenset({"PA"})),
    "mate_b": (_CATALOGUE, frozenset({"COMPANY", "MATE"}), frozenset({"PB"})),
    "local": (_CATALOGUE, frozenset({"COMPANY", "LOCAL"}), frozenset({"PC"})),
    # Who is invited learns who invites them, to which company; on joining, what they are assigned.
    "newcomer": (
        frozenset({"STAFF", "APPLICANT", "COURSE"}),
        frozenset({"COMPANY", "BOSS", "INVITE"}),
        ALL_PARTNERS,
    ),
    "boss_b": (_CATALOGUE | {"STAFF", "POLICY"}, _ABOUT_PARTNERS, frozenset({"PB"})),
    "dual": (_CATALOGUE | {"STAFF", "POLICY"}, _ABOUT_PARTNERS, frozenset({"PC"})),
    "both": (_CATALOGUE, frozenset({"COMPANY"}), frozenset({"PC"})),
}


def token(tenant: str, owner: str, kind: str) -> str:
    """The canary of one kind of text; `kind` is one of the vendor's own exactly where owner is ALL."""
    assert kind in (VENDOR_KINDS if owner == "ALL" else PARTNER_KINDS), kind
    return f"KAN{tenant}{owner}{kind}Q"


# What the vendor's staff keep about partners is theirs alone.
for _role in ("exec", "padmin", "boss_b", "dual"):
    READS[_role] = (READS[_role][0], READS[_role][1] - {"NOTE"}, READS[_role][2])
READS["admin2"], READS["padmin2"] = READS["admin"], READS["padmin"]
READS["local_admin"] = READS["dual"]
READS["looks"], READS["looks_west"], READS["looks_gone"] = READS["manager"], READS["west"], READS["west"]


def may_read(role: str, tenants: frozenset[str], found: tuple[str, str, str]) -> bool:
    tenant, owner, kind = found
    own, about, partners = READS[role]
    if role in {"dual", "both"} and (owner, kind) == ("PC", "COMPANY"):
        return True  # their own company, by whichever name
    if tenant not in tenants:
        return False
    return kind in own if owner == "ALL" else owner in partners and kind in about


def tokens_in(content: bytes) -> set[tuple[str, str, str]]:
    """Every token in an answer's body: a page, a CSV, the parts of an XLSX, the text of a PDF."""
    found: set[tuple[str, str, str]] = set()
    for text in texts_of(content):
        for match in TOKEN.finditer(text):
            tenant, owner, kind = (part.decode().upper() for part in match.groups())
            found.add((tenant, owner, kind))
    return found


def texts_of(content: bytes) -> list[bytes]:
    """The texts in an answer: its body, and what is packed into it."""
    is_packed = content.startswith((b"PK\x03\x04", b"%PDF-1"))
    texts = [] if is_packed else [content]
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                texts += [archive.read(name) for name in archive.namelist()]
        except zipfile.BadZipFile:
            pass
    elif content.startswith(b"%PDF-1"):
        done = subprocess.run(
            ["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=False
        )
        texts.append(re.sub(rb"\s+", b"", done.stdout))  # a long word may be broken over lines
    elif b"&" in content:
        texts.append(html.unescape(content.decode("utf-8", "replace")).encode())
    return texts


def leaks(role: str, tenants: frozenset[str], content: bytes) -> list[tuple[str, str, str]]:
    """Tokens in `content` that the reader may not read: whose, about which partner, what."""
    return sorted(found for found in tokens_in(content) if not may_read(role, tenants, found))
