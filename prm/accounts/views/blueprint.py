"""The blueprint that every page of accounts registers on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
