"""Pages of revenue."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("revenue", __name__)
