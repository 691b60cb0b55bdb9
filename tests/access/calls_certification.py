"""How endpoints of certification are called. See tests/access/calls.py."""

from __future__ import annotations

from tests.access.call_parts import (
    ADMIN,
    KEYLESS,
    MANAGERS,
)
from tests.access.rows_credentials import pkcs12_file
from tests.access.shapes import Call, Id, Name
from tests.factories.marketing import png

OWN_CERTIFICATES = tuple(
    (frozenset({role}), {"certificate_id": f"{role}.certificate"}) for role in ("author", "west")
)

# Of somebody whose personal data was erased: nothing of it is given out any more.
WITHDRAWN = (("certificate_id", "withdrawn.certificate", MANAGERS),)

_SCHEME = {"name": "Scheme", "summary": "S", "skill_level": "advanced", "validity_months": "12",
           "is_active": "y", "revision": "1"}  # fmt: skip

_ACCREDITATION = {"name": "House", "skill_level": "advanced", "is_active": "y", "revision": "1",
                  "lines-0-minimum": "1", "lines-0-certification": Id("scheme")}  # fmt: skip

_PDF = (b"%PDF-1.7 nobody's", "some.pdf")

CERTIFICATION_CALLS: dict[tuple[str, str], Call] = {
    ("certification.progress", "GET"): Call(
        queries=("?format=csv", "?search=KAN", "?certification={scheme}", "?standing=valid"),
        query_ids={"certification": "scheme"},
    ),
    ("certification.index", "GET"): Call(
        queries=("?format=csv", "?search=KAN", "?within=30", "?partner={PA.partnership}"),
        query_ids={"partner": "PA.partnership", "certification": "scheme"},
    ),
    ("certification.detail", "GET"): Call(also=OWN_CERTIFICATES),
    ("certification.download", "GET"): Call(also=OWN_CERTIFICATES, absent=WITHDRAWN),
    ("certification.request_file", "POST"): Call(body={"paper": "a4"}, leaves=False, also=OWN_CERTIFICATES),
    ("certification.edit_scheme", "GET"): Call(also=((ADMIN, {"scheme_id": "twin_scheme"}),)),
    ("certification.revoke", "POST"): Call(body={"reason": "A mistake."}),
    ("certification.issue", "POST"): Call(
        body={"certification": Id("twin_scheme"), "email": Name("user.member"), "reason": "Long experience."}
    ),
    ("certification.create_scheme", "POST"): Call(body={**_SCHEME, "versions": [Id("done_version")]}),
    ("certification.edit_scheme", "POST"): Call(body={**_SCHEME, "versions": [Id("done_version")]}),
    ("certification.apply_scheme", "POST"): Call(leaves=False),
    ("certification.accreditations", "GET"): Call(
        queries=("?format=csv", "?search=KAN", "?state=lapsing", "?hangs=somebody"),
        query_ids={"accreditation": "accreditation"},
    ),
    ("certification.create_accreditation", "POST"): Call(body=_ACCREDITATION),
    ("certification.edit_accreditation", "POST"): Call(body=_ACCREDITATION),
    ("certification.credential", "GET"): Call(also=OWN_CERTIFICATES, absent=WITHDRAWN),
    ("certification.did_document", "GET"): Call(absent=KEYLESS),
    ("certification.issuer_keys", "GET"): Call(absent=KEYLESS),
    ("certification.offline_checker", "GET"): Call(absent=KEYLESS),
    ("certification.bring", "POST"): Call(
        body={"file": (pkcs12_file(), "own.p12"), "passphrase": "", "reason": "Our own."}
    ),
    ("certification.batch", "GET"): Call(ids={"batch_id": "issue_batch"}),
    ("certification.design", "POST"): Call(
        body={
            "html": "<p>{{name}}</p>",
            "css": "",
            "specimen": "short",
            "paper": "a4",
            "revision": "1",
            "do": "save",
        }
    ),
    ("certification.add_design_image", "POST"): Call(body={"name": "badge", "file": (png(), "badge.png")}),
    ("certification.remove_design_image", "POST"): Call(ids={"image_id": "design_image"}),
    ("certification.rotate", "POST"): Call(body={"reason": "It is time."}),
    ("certification.verify_form", "GET"): Call(queries=("?code={member.code}",)),
    ("certification.verify_file", "POST"): Call(body={"file": _PDF}, leaves=False),
}
