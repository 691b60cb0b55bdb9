"""Issued certificates in every form, and the programs that judge them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prm.infra.data_integrity import context_urls, read_context
from tests.certification.conftest import Scene
from tests.factories import World
from tests.factories.certification import CertificateRef

HERE = Path(__file__).parent
SCHEMA = HERE / "vendor" / "1edtech" / "ob_v3p0_achievementcredential_schema.json"
MULTIKEY = "https://w3id.org/security/multikey/v1"


@dataclass(frozen=True)
class Files:
    """What a holder downloads, and what an issuer publishes, at one moment."""

    pdf: bytes
    json: bytes
    png: bytes
    svg: bytes
    keys: bytes
    status_list: bytes

    @property
    def credential(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.json)
        return document

    def by_kind(self) -> dict[str, bytes]:
        return {kind: getattr(self, kind) for kind in ("pdf", "json", "png", "svg")}


def download(world: World, scene: Scene, made: CertificateRef, *, despite: str = "") -> Files:
    """Every form of a certificate, as its holder and as a stranger get them."""
    client, stranger = world.client(scene.member), world.client()
    query = f"?despite={despite}" if despite else ""
    base = f"/acme/certification/{made.public_id}"
    found = {"pdf": client.get(f"{base}/files/a4{query}").data}
    for kind in ("json", "png", "svg"):
        answer = client.get(f"{base}/credential.{kind}{query}")
        assert answer.status_code == 200, answer.text
        found[kind] = answer.data
    issuer = f"/issuers/{scene.vendor.public_id}"
    return Files(
        **found,
        keys=stranger.get(f"{issuer}/keys.json").data,
        status_list=stranger.get(f"{issuer}/status/1.json").data,
    )


def judged_by_strangers(world: World, scene: Scene, credential: dict[str, Any]) -> dict[str, Any]:
    """What the reference implementation and the schema say, given what the issuer publishes."""
    stranger = world.client()
    issuer = f"/issuers/{scene.vendor.public_id}"
    did = stranger.get(f"{issuer}/did.json").get_json(force=True)
    documents: dict[str, Any] = {url: json.loads(read_context(url)) for url in context_urls()}
    documents[did["id"]] = {**did, "@context": ["https://www.w3.org/ns/did/v1"]}
    for method in did["verificationMethod"]:
        documents[method["id"]] = {"@context": MULTIKEY, **method}
    status = stranger.get(f"{issuer}/status/1.json").get_json(force=True)
    documents[status["id"]] = status
    asked = {"documents": documents, "credential": credential, "schema": json.loads(SCHEMA.read_text())}
    done = subprocess.run(
        ["node", HERE / "verify_credential.mjs"],
        input=json.dumps(asked).encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
