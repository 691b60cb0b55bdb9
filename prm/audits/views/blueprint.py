"""The blueprint of audits."""

from flask import Blueprint

blueprint = Blueprint("audits", __name__)
