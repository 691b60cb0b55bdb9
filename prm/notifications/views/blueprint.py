"""The blueprint that every page of notifications registers on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("notifications", __name__)
