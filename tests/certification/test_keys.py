"""Each vendor signs with a key of its own."""

from __future__ import annotations

from prm.certification.services.keys import ensure_signing_key, find_signing_key, list_roots
from prm.extensions import db
from prm.infra.db import transaction
from prm.vendors.models import Vendor
from tests.factories import World


def test_a_vendor_never_signs_with_the_key_of_another(world: World) -> None:
    vendors = [world.vendor(slug, name=slug.title()) for slug in ("acme", "globex")]
    made = {}
    for ref in vendors:
        with world.acting(ref) as actor, transaction():
            assert find_signing_key() is None
            key = ensure_signing_key(actor, db.session.get_one(Vendor, ref.id))
            made[ref.id] = (key.vendor_id, key.ca_pem)
    for ref in vendors:
        with world.acting(ref):
            found = find_signing_key()
            assert found is not None
            assert (found.vendor_id, found.ca_pem) == made[ref.id]
            assert found.vendor_id == ref.id
            assert list_roots() == [found.ca_pem]
