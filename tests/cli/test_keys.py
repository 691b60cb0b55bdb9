"""`flask keys`: sealed anew, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from prm import create_app
from prm.accounts.models import SecondFactor, User
from prm.accounts.services.second_factor import PURPOSE, begin_enrolment
from prm.certification.models import CertificateFile
from prm.certification.services.keys import find_signing_key, open_signing_key
from prm.extensions import db
from prm.infra import storage
from prm.infra.db import serve_vendor, transaction
from prm.infra.signing import unseal
from prm.permissions import Role
from prm.vendors.models import StoredFile
from tests.conftest import settings
from tests.factories import VendorRef, World
from tests.factories.certification import issue, make_scheme
from tests.factories.training import make_course
from tests.operations.installation import close, installation

EARLIER = "the first secret key of this installation"
NEWER = "the next secret key of this installation"


def flask(app: Flask, *arguments: str) -> dict[str, object]:
    result = app.test_cli_runner().invoke(args=["keys", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    told: dict[str, object] = json.loads(result.stdout)
    return told


def issued_file(world: World, vendor: VendorRef, email: str) -> bytes:
    scheme = make_scheme(world, vendor, make_course(world, vendor, email), name=email)
    issue(world, vendor, scheme, world.user(Role.VENDOR_ADMIN, vendor=vendor, email=email))
    with world.acting(vendor):
        file = db.session.scalars(select(CertificateFile).order_by(CertificateFile.id.desc())).first()
        assert file is not None
        return storage.read(db.session.get_one(StoredFile, file.file_id).key)


@pytest.fixture
def site(tmp_path: Path, database_kind: str) -> Iterator[Flask]:
    """An installation whose secret key can be listed among earlier ones: without a comma."""
    with installation(tmp_path, database_kind, SECRET_KEY=EARLIER) as app:
        issued_file(World(app), World(app).vendor("acme"), "a@acme.example")
        with app.app_context(), transaction():
            begin_enrolment(db.session.scalars(select(User)).one())
        close(app)
        yield app


def with_keys(site: Flask, folder: Path, **keys: str) -> Flask:
    url = site.config["DATABASE_URL"]
    return create_app(settings(folder, **keys, **({"DATABASE_URL": url} if url else {})))


def test_the_secret_key_is_changed_and_the_earlier_one_forgotten(site: Flask, tmp_path: Path) -> None:
    both = with_keys(site, tmp_path, SECRET_KEY=NEWER, SECRET_KEY_PREVIOUS=EARLIER)
    assert flask(both, "reseal") == {"signing_keys": 2, "second_factors": 1}
    close(both)
    alone = with_keys(site, tmp_path, SECRET_KEY=NEWER)
    with alone.app_context(), serve_vendor(1):
        key = find_signing_key()
        assert key is not None
        open_signing_key(key)
        sealed = db.session.scalars(select(SecondFactor)).one().sealed_secret
        assert unseal(sealed, NEWER, purpose=PURPOSE)
    close(alone)


def test_a_key_that_nothing_opens_is_said(site: Flask, tmp_path: Path) -> None:
    lost = with_keys(site, tmp_path, SECRET_KEY=NEWER)
    result = lost.test_cli_runner().invoke(args=["keys", "reseal"])
    close(lost)
    assert result.exit_code == 1 and "SECRET_KEY" in result.stderr
