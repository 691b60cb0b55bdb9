"""The blueprint that every page of certification registers on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("certification", __name__)
