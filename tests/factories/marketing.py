"""Assets and campaigns for tests, made through the services."""

from __future__ import annotations

import io
from dataclasses import dataclass
from uuid import UUID

from PIL import Image

from prm.infra.db import transaction
from prm.marketing import services
from prm.marketing.files import check_upload
from prm.marketing.models import AssetType, CampaignType
from tests.factories.world import VendorRef, World


@dataclass(frozen=True)
class AssetRef:
    id: int
    public_id: UUID
    title: str


def png(width: int = 60, height: int = 40, colour: str = "navy") -> bytes:
    """A real picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def make_campaign(world: World, vendor: VendorRef, name: str = "Spring launch") -> UUID:
    with world.acting(vendor) as actor, transaction():
        return services.create_campaign(actor, name=name, type=CampaignType.EMAIL).public_id


def make_asset(
    world: World,
    vendor: VendorRef,
    title: str = "Data sheet",
    *,
    is_published: bool = True,
    campaign_id: UUID | None = None,
    file_name: str = "sheet.pdf",
    content: bytes = b"%PDF-1.7 a data sheet",
) -> AssetRef:
    with world.acting(vendor) as actor, transaction():
        asset = services.create_asset(
            actor,
            title=title,
            type=AssetType.DATASHEET,
            language="en",
            upload=check_upload(file_name, content),
            campaign_id=campaign_id,
        )
        if is_published:
            services.publish_asset(actor, asset)
        return AssetRef(asset.id, asset.public_id, asset.title)
