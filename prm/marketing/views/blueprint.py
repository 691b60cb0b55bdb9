"""The blueprint that every page of marketing registers on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("marketing", __name__)
