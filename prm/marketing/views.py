"""Pages of marketing."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("marketing", __name__)
