"""Pages of partners."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("partners", __name__)
