"""Pages of certification."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("certification", __name__)
