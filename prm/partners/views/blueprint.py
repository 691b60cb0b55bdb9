"""The blueprint that every page of partners registers on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("partners", __name__)
