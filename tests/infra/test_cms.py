"""A signature put together from prepared parts is the one pyHanko would have built."""

from __future__ import annotations

import hashlib

import pytest

from prm.infra import signing
from prm.infra.cms import prepare
from tests.infra import specimens


def test_every_further_signature_is_what_a_fresh_signer_makes() -> None:
    used = signing.make_signer(specimens.issuer())
    lengths = set()
    for number in range(60):  # the integers of a signature vary in length
        digest = hashlib.sha256(b"%d" % number).digest()
        made = used.sign_digest(digest)
        lengths.add(len(made))
        if number % 20 == 1:
            assert made == signing.make_signer(specimens.issuer()).sign_digest(digest)
    assert len(lengths) > 1


def test_only_what_is_fully_known_is_prepared() -> None:
    digest = hashlib.sha256(b"text").digest()
    made = signing.make_signer(specimens.issuer()).sign_digest(digest)
    parts = prepare(made, digest)
    assert parts is not None
    assert prepare(made, hashlib.sha256(b"another").digest()) is None
    with pytest.raises(ValueError, match="long"):
        parts.filled(digest + b"x", lambda text: text)
