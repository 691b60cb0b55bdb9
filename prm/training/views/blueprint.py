"""The blueprint that every page of training registers on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("training", __name__)
