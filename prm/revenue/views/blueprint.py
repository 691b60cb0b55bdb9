"""The blueprint that the modules of these views share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("revenue", __name__)
