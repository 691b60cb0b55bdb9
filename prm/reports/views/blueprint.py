"""The blueprint that every page of reports registers on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("reports", __name__)
