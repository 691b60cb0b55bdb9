"""The marketing library of one vendor of the demo."""

from __future__ import annotations

from datetime import date, timedelta

from prm.access import Actor
from prm.demo import files
from prm.demo.content import VendorText
from prm.marketing import services as marketing
from prm.marketing.files import check_upload


def fill_library(author: Actor, text: VendorText, start: date) -> None:
    """Its campaigns, and its assets, published."""
    campaigns = [
        marketing.create_campaign(
            author,
            name=name,
            type=kind,
            starts_on=start + timedelta(days=60 * number),
            ends_on=start + timedelta(days=60 * number + 300),
        )
        for number, (name, kind) in enumerate(text.campaigns)
    ]
    for number, (title, kind, campaign, language, words) in enumerate(text.assets):
        sheet = files.data_sheet(title, words, text.name, text.colour)
        asset = marketing.create_asset(
            author,
            title=title,
            type=kind,
            language=language,
            description=words,
            campaign_id=campaigns[campaign].public_id if campaign is not None else None,
            upload=check_upload(f"{title.lower().replace(' ', '-').replace(':', '')}.pdf", sheet),
            thumbnail=files.preview(title, text.colour, (number % 3 - 1) * 22),
        )
        marketing.publish_asset(author, asset)
