"""What checkers are told of an issuer: its keys with their history, as did:web and as one file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from prm.certification.credentials.addresses import did_of
from prm.certification.credentials.status import as_file, count_lists, sign_status_list
from prm.certification.services.keys import list_credential_keys, list_signing_keys, public_url
from prm.errors import NotFound
from prm.infra import clock
from prm.infra.data_integrity import IntegrityError, decode_key, list_proofs, verify_proof
from prm.training.labels import SKILL_LEVELS
from prm.vendors.models import Vendor

FORMAT = "prm-issuer-keys-1"


class BadTrust(ValueError):
    """A file of keys or a status list is none, or was not signed by the issuer it names."""


@dataclass(frozen=True)
class TrustedKey:
    """A public key of an issuer. `revoked`: from then on it may not be trusted."""

    method: str
    multibase: str
    issuer: str
    revoked: str | None

    @property
    def did(self) -> str:
        return self.method.partition("#")[0]


@dataclass
class Trust:
    """What an offline check rests on. `lists` are verified status lists, the newest of each address."""

    keys: dict[str, TrustedKey] = field(default_factory=dict)
    roots: list[bytes] = field(default_factory=list)
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)  # DID → where its lists are
    as_of: str | None = None


# -- published ---------------------------------------------------------------------------------


def did_document(vendor: Vendor) -> dict[str, Any]:
    """The issuer's DID document: every key it ever had under its present name.

    Retired keys stay, since what they signed is still valid; compromised ones are marked revoked and
    vouch for nothing. Raises NotFound where the vendor has no key yet.
    """
    did = did_of(public_url(vendor))
    keys = [key for key in list_credential_keys() if key.did == did]
    if not keys:
        raise NotFound
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [
            {
                "id": key.method,
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key.multibase,
                **({"revoked": _instant(key.compromised_at)} if key.compromised_at else {}),
            }
            for key in keys
        ],
        "assertionMethod": [key.method for key in keys if key.compromised_at is None],
    }


def issuer_profile(vendor: Vendor) -> dict[str, Any]:
    """The issuer as an Open Badges profile, and what its levels mean."""
    url = public_url(vendor)
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": did_of(url),
        "type": ["Profile"],
        "name": vendor.name,
        "url": f"{url}/profile.json",
        "levels": {level.value: str(label) for level, label in SKILL_LEVELS.items()},
    }


def export_keys(vendor: Vendor) -> dict[str, Any]:
    """All that an offline checker needs to know of an issuer. Raises NotFound without a key."""
    keys, documents = list_credential_keys(), list_signing_keys()
    if not keys:
        raise NotFound
    url = public_url(vendor)
    return {
        "format": FORMAT,
        "issuer": {"id": did_of(url), "name": vendor.name, "url": url},
        "asOf": _instant(clock.now()),
        "keys": [
            {
                "id": key.method,
                "publicKeyMultibase": key.multibase,
                "created": _instant(key.created_at),
                "retired": _instant(key.retired_at),
                "revoked": _instant(key.compromised_at),
            }
            for key in keys
        ],
        "documentCertificates": [
            {
                "certificate": document.certificate_pem.decode("ascii"),
                "root": document.ca_pem.decode("ascii"),
                "created": _instant(document.created_at),
                "retired": _instant(document.retired_at),
                "revoked": _instant(document.compromised_at),
            }
            for document in documents
        ],
    }


def export_trust(vendor: Vendor) -> dict[str, Any]:
    """The keys and every status list as it is now: what the offline checker carries.

    Raises NotFound without a key, SigningError where it cannot be opened.
    """
    lists = [sign_status_list(vendor, number).document for number in range(1, count_lists() + 1)]
    return {"keys": [export_keys(vendor)], "statusLists": [json.loads(each) for each in lists]}


def keys_file(vendor: Vendor) -> bytes:
    return as_file(export_keys(vendor))


# -- read back ---------------------------------------------------------------------------------


def read_trust(key_files: Sequence[bytes], list_files: Sequence[bytes] = ()) -> Trust:
    """What key files and status lists say. Raises BadTrust, naming what is wrong."""
    trust = Trust()
    for content in key_files:
        _add_keys(trust, _parsed(content))
    for content in list_files:
        add_list(trust, _parsed(content))
    return trust


def add_list(trust: Trust, document: Any) -> None:
    """Take in a status list, unless a newer one of its address is known. Raises BadTrust."""
    if not isinstance(document, dict) or "BitstringStatusListCredential" not in document.get("type", ()):
        raise BadTrust("This is no status list.")
    issuer = document.get("issuer")
    for proof in list_proofs(document):
        key = trust.keys.get(str(proof.get("verificationMethod")))
        if key is None or key.revoked or key.did != issuer:
            continue
        try:
            if verify_proof(document, proof, decode_key(key.multibase)):
                address = str(document["id"])
                known = trust.lists.get(address)
                if known is None or str(known["validFrom"]) < str(document["validFrom"]):
                    trust.lists[address] = document
                return
        except (IntegrityError, KeyError) as error:
            raise BadTrust(f"The status list cannot be read: {error}") from error
    raise BadTrust("The status list was not signed by an issuer whose keys are known.")


def _add_keys(trust: Trust, document: Any) -> None:
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise BadTrust(f"This is no file of keys ({FORMAT}).")
    try:
        name, url = document["issuer"]["name"], document["issuer"]["url"]
        for each in document["keys"]:
            decode_key(each["publicKeyMultibase"])
            key = TrustedKey(each["id"], each["publicKeyMultibase"], name, each["revoked"])
            trust.keys[key.method] = key
            trust.addresses[key.did] = url
        for each in document["documentCertificates"]:
            if not each["revoked"]:
                trust.roots.append(each["root"].encode("ascii"))
        trust.as_of = document["asOf"]
    except (KeyError, TypeError, AttributeError, UnicodeError, IntegrityError) as error:
        raise BadTrust("The file of keys is damaged.") from error


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadTrust("This is no JSON.") from error


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at is not None else None


def fingerprint(public: bytes) -> str:
    """SHA-256 of a public key or certificate, as people compare it: AB:CD:…"""
    digest = hashlib.sha256(public).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
