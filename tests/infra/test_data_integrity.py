"""Proofs of eddsa-rdfc-2022: W3C's vectors byte for byte, and nothing unsigned is ever read."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prm.infra import data_integrity as di

VECTORS = Path(__file__).parents[1] / "certification" / "vendor" / "w3c"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
KEPT = {
    di.CREDENTIALS_V2: "8a9f494a89ecc51db093e90e84713e07e84d6d9204364a9b3c7868b21751236f",
    di.OPEN_BADGES_3: "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761",
}


def vector(name: str) -> Any:
    return json.loads((VECTORS / name).read_text())


@pytest.fixture
def w3c(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The signed vector; the context of W3C's examples is known for this test alone."""
    monkeypatch.setitem(di._FILES, EXAMPLES, str(VECTORS / "credentials-examples-v2.json"))
    yield vector("signed-credential.json")
    di.read_context.cache_clear()
    di._parsed_context.cache_clear()


def unsigned(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "proof"}


def test_the_contexts_are_those_that_were_vendored() -> None:
    for url, digest in KEPT.items():
        assert hashlib.sha256(di.read_context(url).encode()).hexdigest() == digest
    with pytest.raises(di.UnknownContext):
        di.read_context("https://www.w3.org/2018/credentials/v1")


def test_hashes_and_signature_of_w3cs_vector_are_met_byte_for_byte(w3c: dict[str, Any]) -> None:
    digest = hashlib.sha256(di.canonize(unsigned(w3c)).encode()).hexdigest()
    assert digest == (VECTORS / "doc-hash.txt").read_text().strip()
    options = {k: v for k, v in w3c["proof"].items() if k != "proofValue"}
    configured = di.canonize({"@context": w3c["@context"], **options})
    expected = (VECTORS / "proof-config-hash.txt").read_text().strip()
    assert hashlib.sha256(configured.encode()).hexdigest() == expected
    pair = vector("key-pair.json")
    private = Ed25519PrivateKey.from_private_bytes(di.decode_base58(pair["privateKeyMultibase"])[2:])
    assert di.encode_key(private.public_key()) == pair["publicKeyMultibase"]
    made = di.sign_document(
        unsigned(w3c),
        private,
        method=w3c["proof"]["verificationMethod"],
        created=datetime.fromisoformat(w3c["proof"]["created"]),
    )
    assert made["proof"] == [w3c["proof"]]
    assert di.verify_proof(w3c, w3c["proof"], private.public_key())


def test_whatever_is_changed_in_the_vector_no_longer_verifies(w3c: dict[str, Any]) -> None:
    key = di.decode_key(vector("key-pair.json")["publicKeyMultibase"])

    def verifies(document: dict[str, Any]) -> bool:
        try:
            return di.verify_proof(document, document["proof"], key)
        except di.IntegrityError:
            return False

    assert verifies(w3c)
    for path, value in (
        (("name",), "Alumna Credential"),
        (("validFrom",), "2023-01-01T00:00:01Z"),
        (("credentialSubject", "alumniOf"), "Another School"),
        (("credentialSubject", "id"), "did:example:someoneelse"),
        (("issuer",), "https://vc.example/issuers/5679"),
        (("proof", "created"), "2024-02-24T23:36:38Z"),
        (("proof", "verificationMethod"), "https://vc.example/issuers/5678#other"),
        (("proof", "proofPurpose"), "authentication"),
        (("proof", "cryptosuite"), "eddsa-jcs-2022"),
        (("proof", "proofValue"), "z" + "1" * 64),
    ):
        changed = copy.deepcopy(w3c)
        place: Any = changed
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value
        assert not verifies(changed), path


def made(**more: Any) -> dict[str, Any]:
    return {
        "@context": [di.CREDENTIALS_V2, di.OPEN_BADGES_3],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential"],
        "issuer": "did:web:example.com",
        "name": "A name",
        **more,
    }


def test_what_no_signature_covers_is_never_read() -> None:
    key = Ed25519PrivateKey.generate()
    signed = di.sign_document(made(), key, method="did:web:a#b", created=datetime(2026, 1, 1, tzinfo=UTC))
    with_more = {**signed, "unsignedNote": "promoted to director"}
    # The unknown term changes nothing of what is signed: the proof fits, and it must not be shown.
    assert di.verify_proof(with_more, with_more["proof"][0], key.public_key())
    assert di.read_signed(signed)["name"] == "A name"
    for more in ({"unsignedNote": "director"}, {"licenseNumber": "a term that is known elsewhere"}):
        with pytest.raises(di.IntegrityError):
            di.read_signed({**signed, **more})


def test_hostile_documents_are_refused_and_not_worked_on_for_ever() -> None:
    twins = [{"type": "Evidence"} for _ in range(3)]
    many = [{"type": "Evidence", "name": str(number)} for number in range(40)]
    deep: dict[str, Any] = {}
    for _ in range(60):
        deep = {"credentialSubject": deep}
    for document in (
        made(evidence=twins),
        made(evidence=many),
        made(evidence={"id": "_:b0"}),
        made(credentialSubject={"@context": {"@vocab": "https://evil.example/"}, "name": "x"}),
        made(**deep),
        {**made(), "@context": ["https://evil.example/context"]},
        {**made(), "@context": [{"name": "https://evil.example/"}]},
        made(type=["VerifiableCredential", "UndefinedType"]),
    ):
        with pytest.raises(di.IntegrityError):
            di.canonize(document)


def test_keys_are_written_as_multikeys() -> None:
    for raw in (b"", b"\0\0a", b"\xff" * 34):
        assert di.decode_base58(di.encode_base58(raw)) == raw
    for wrong in ("", "z0", "uabc", "z" + "1" * 300, "zl"):
        with pytest.raises(di.IntegrityError):
            di.decode_base58(wrong)
    with pytest.raises(di.IntegrityError):
        di.decode_key(di.encode_base58(b"\x80\x24" + b"a" * 33))
