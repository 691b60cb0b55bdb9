"""Pages of deals."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("deals", __name__)
