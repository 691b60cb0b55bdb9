"""What people read for the words of reports."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from prm.reports.periods import Against, Preset
from prm.revenue.queries import By

PRESETS = {
    Preset.THIS_QUARTER: _l("This quarter"),
    Preset.LAST_QUARTER: _l("Last quarter"),
    Preset.THIS_YEAR: _l("This fiscal year"),
    Preset.LAST_YEAR: _l("Last fiscal year"),
    Preset.TRAILING: _l("Trailing 12 months"),
    Preset.ALL: _l("All orders"),
    Preset.CUSTOM: _l("Own dates"),
}
AGAINST = {
    Against.PREVIOUS: _l("against the period before"),
    Against.YEAR_BEFORE: _l("against a year before"),
}
REVENUE_BY = {
    By.QUARTER: _l("Revenue by quarter"),
    By.PARTNER: _l("Revenue by partner"),
    By.REGION: _l("Revenue by region"),
    By.PRODUCT: _l("Revenue by product"),
}
BREAKDOWNS = {
    By.QUARTER: _l("Quarter"),
    By.PARTNER: _l("Partner"),
    By.REGION: _l("Region"),
    By.PRODUCT: _l("Product"),
}
