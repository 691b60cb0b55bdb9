"""A design filled with the facts of one certificate: the HTML that is printed. Reads no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from markupsafe import Markup

from prm.certification.designs.checking import fill
from prm.infra.pdf import Drawing, fit_text, text_direction
from prm.infra.pdf_art import nothing

FRAME = "certification/design_frame.html"
# Widths in small Latin letters up to which a text is large, medium, small, tiny; beyond, it is minute.
SIZES = {"name": (24, 34, 46, 86), "certification": (44, 62, 100, 170)}
NOTHING: Drawing = nothing()


@dataclass(frozen=True)
class Design:
    """A published design, or a draft that was checked: HTML, CSS, and the vendor's pictures it names."""

    html: str
    css: str
    images: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def lay_out(design: Design, values: Mapping[str, Any]) -> str:
    """The whole page; `values` is what the portal's own page shows."""
    facts = {
        "name": values["person_name"],
        "name_size": fit_text(values["person_name"], *SIZES["name"]).step,
        "certification": values["certification_name"],
        "certification_size": fit_text(values["certification_name"], *SIZES["certification"]).step,
        "summary": values["summary"],
        "level": values["level"],
        "company": values["partner_name"] or "",
        "vendor": values["vendor_name"],
        "number": values["number"],
        "code": values["code"],
        "issued_on": values["issued_on"],
        "expires_on": values["expires_on"] or values["labels"]["no_end"],
        "verify_url": values["verify_url"],
    }
    directions = {name: text_direction(text) for name, text in facts.items()}
    # What a design says was checked and cleaned, the facts in it escaped.
    body = Markup(fill(design.html, facts, directions))
    return current_app.jinja_env.get_template(FRAME).render(values, body=body)
