"""Pages of audits: compliance and its policy, the criteria library, audits and campaigns."""

from prm.audits.views import audits, campaigns, compliance, criteria, findings, items, packs
from prm.audits.views.blueprint import blueprint

__all__ = ["audits", "blueprint", "campaigns", "compliance", "criteria", "findings", "items", "packs"]
