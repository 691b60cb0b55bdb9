"""Pages of audits."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("audits", __name__)
