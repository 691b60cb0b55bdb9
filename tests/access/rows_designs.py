"""A batch of certificates, how they look, and a picture of the vendor."""

from __future__ import annotations

import hashlib

from prm.certification.batches.models import IssueBatch, IssueBatchItem, ItemState
from prm.certification.designs.models import CertificateDesign, DesignImage
from tests.access.filling import Filler
from tests.factories.marketing import png

STAMP = png(colour="yellow")
PAGE = '<h1>{}</h1><p>{{{{name}}}}</p><img src="qr" alt="QR code">'


def fill(f: Filler) -> None:
    """A batch with somebody who was refused; a design in force and a draft; a stamp."""
    scheme = f.tenant.things["scheme"].id
    batch = f.add(
        IssueBatch(certification_id=scheme, requested_at=f.now, total=1, finished_at=f.now), "issue_batch"
    )
    f.add(
        IssueBatchItem(
            batch_id=batch.id, user_id=f.tenant.people["member"].id, state=ItemState.REFUSED,
            reason="Holds one",
        )
    )  # fmt: skip
    for number, published in ((1, f.now), (2, None)):
        page = PAGE.format(f.say("DRAFT"))
        f.add(
            CertificateDesign(
                certification_id=scheme, number=number, html=page, css="h1 { color: black }", ready_html=page,
                ready_css="", changed_at=f.now, published_at=published,
            )
        )  # fmt: skip
    f.file("stamp.png", STAMP, "image/png")
    f.add(
        DesignImage(
            name="stamp", sha256=hashlib.sha256(STAMP).hexdigest(), width=8, height=8, uploaded_at=f.now
        ),
        "design_image",
    )
