"""The revenue report as a PDF: the page's figures and drawings on paper."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from prm.attribution.labels import MODELS
from prm.infra.pdf import render_report
from prm.reports.drawing import draw
from prm.reports.formats import Formats
from prm.reports.presenting import present
from prm.reports.queries import Overview
from prm.vendors.models import Vendor


def no_link(endpoint: str, **arguments: object) -> None:
    """On paper nothing is followed."""
    return


def revenue_pdf(overview: Overview, vendor: Vendor, formats: Formats) -> bytes:
    """The document, tagged PDF/UA-1."""
    charts = draw(overview, formats)
    on_paper = {
        name: chart.for_paper(name, colour=vendor.brand_primary)
        for name, chart in (
            ("quarters", charts.by_quarter),
            ("campaigns", charts.by_campaign),
        )
    }
    html = render_template(
        "reports/revenue_pdf.html",
        shown=present(overview, formats, no_link),
        overview=overview,
        charts=on_paper,
        paper=vendor.paper,
        model_labels=MODELS,
    )
    return render_report(
        html,
        css="",  # base_pdf.html carries it
        resources={chart.name: chart.svg for chart in on_paper.values() if chart.svg},
        language=str(formats.locale).replace("_", "-"),
        title=_("Revenue of %(vendor)s", vendor=overview.vendor_name),
    )
