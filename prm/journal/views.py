"""Pages of journal."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("journal", __name__)
