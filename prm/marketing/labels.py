"""What types of marketing are called on pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from prm.marketing.models import AssetType, CampaignType

ASSET_TYPE_LABELS = {
    AssetType.DATASHEET: _l("Data sheet"),
    AssetType.PRESENTATION: _l("Presentation"),
    AssetType.BROCHURE: _l("Brochure"),
    AssetType.EMAIL_TEMPLATE: _l("Mail template"),
    AssetType.LOGO: _l("Logo"),
    AssetType.IMAGE: _l("Image"),
    AssetType.VIDEO: _l("Video"),
    AssetType.CASE_STUDY: _l("Case study"),
    AssetType.OTHER: _l("Other"),
}
CAMPAIGN_TYPE_LABELS = {
    CampaignType.EMAIL: _l("Email"),
    CampaignType.EVENT: _l("Event"),
    CampaignType.WEB: _l("Web"),
    CampaignType.SOCIAL: _l("Social media"),
    CampaignType.PRINT: _l("Print"),
}
# Languages that material is offered in; names come from CLDR.
LANGUAGE_CODES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ar", "ja", "zh", "ko")
