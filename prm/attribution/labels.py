"""What people read for the words of attribution."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from prm.attribution.credits import Model, TouchKind
from prm.attribution.grouping import By

MODELS = {
    Model.FIRST: _l("First touch"),
    Model.LAST: _l("Last touch"),
    Model.LINEAR: _l("Linear"),
}
MODEL_HINTS = {
    Model.FIRST: _l("All of an order goes to the earliest activity in the window."),
    Model.LAST: _l("All of an order goes to the latest activity in the window."),
    Model.LINEAR: _l("An order is shared equally among all activities in the window."),
}
GROUPINGS = {
    By.ASSET: _l("Asset"),
    By.CAMPAIGN: _l("Campaign"),
    By.COURSE: _l("Course"),
    By.PARTNER: _l("Partner"),
}
BY_GROUPING = {
    By.ASSET: _l("By asset"),
    By.CAMPAIGN: _l("By campaign"),
    By.COURSE: _l("By course"),
    By.PARTNER: _l("By partner"),
}
CREDIT_BY = {
    By.ASSET: _l("Credit by asset"),
    By.CAMPAIGN: _l("Credit by campaign"),
    By.COURSE: _l("Credit by course"),
    By.PARTNER: _l("Credit by partner"),
}
TOUCH_KINDS = {
    TouchKind.USAGE: _l("Use of an asset"),
    TouchKind.COMPLETION: _l("Course completed"),
    TouchKind.CERTIFICATE: _l("Certificate issued"),
}
