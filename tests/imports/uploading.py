"""The first steps of an import, through its pages."""

from __future__ import annotations

import io
import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

DEALS = (
    "Opportunity,Reseller,Account,Product,Stage,Close,Value\n"
    "1,Northwind,Acme,Rocket,Won,12/31/2024,100\n"
    "2,Northwind,,Rokcet,Open,,\n"
    "3,Nobody,Acme,Rocket,Won,12/30/2024,50\n"
    "4,Northwind,Acme,Rocket,Won,31/12/2024,50\n"
)


def upload(
    client: FlaskClient, content: str | bytes, kind: str = "deals", name: str = "deals.csv"
) -> TestResponse:
    content = content.encode() if isinstance(content, str) else content
    answer = client.post(
        "/acme/imports/new",
        data={"kind": kind, "source": "crm", "file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()  # the test client leaves its temporary file open
    return answer


def controls(page: str) -> dict[str, str]:
    """The mapping form as the page offers it: what a person sends who changes nothing."""
    found = {}
    form = page[page.index('/mapping"') :]
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        found[name] = chosen[1] if chosen else ""
    for tag in re.findall(r"<input[^>]*>", form):
        kind = re.search(r'type="([^"]+)"', tag)
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not (kind and kind[1] == "checkbox" and "checked" not in tag):
            found[name[1]] = value[1] if value else ""
    found.pop("csrf_token", None)
    return found


def open_mapping(
    client: FlaskClient, content: str | bytes = DEALS, **kwargs: str
) -> tuple[str, dict[str, str]]:
    answer = upload(client, content, **kwargs)
    assert answer.status_code == 302, answer.text
    page = client.get(answer.location)
    assert page.status_code == 200
    return answer.location, controls(page.text)
