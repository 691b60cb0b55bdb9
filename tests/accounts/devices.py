"""Setting up a second factor and signing in with it, as people do."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
from flask.testing import FlaskClient

from prm.infra import clock
from tests.factories.accounts import confirm, sign_in, take_token


def code_at(secret: str, seconds: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=seconds))


def begin(client: FlaskClient) -> str:
    """Start setting up; the secret that the page shows."""
    assert client.post("/accounts/second-factor/begin").status_code == 303
    return shown_secret(client.get("/accounts/second-factor/enrol").text)


def shown_secret(page: str) -> str:
    found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page)
    assert found and "<svg" in page
    return found.group().replace(" ", "")


def enrol(client: FlaskClient) -> tuple[str, list[str]]:
    """Set up as a person does; the secret and the recovery codes that were shown."""
    assert confirm(client).status_code == 303
    secret = begin(client)
    answer = client.post("/accounts/second-factor/enrol", data={"code": code_at(secret)})
    assert answer.status_code == 200
    return secret, re.findall(r"<code>([A-Z2-7-]{19})</code>", answer.text)


def step(client: FlaskClient, email: str, code: str):
    """Both steps of a sign-in; the answer to the second."""
    assert sign_in(client, email).status_code == 303
    answer = client.post("/accounts/sign-in/code", data={"code": code})
    if answer.status_code == 303:
        take_token(client)
    return answer
