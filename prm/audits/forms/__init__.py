"""Forms of audits."""

from prm.audits.forms.policy import PolicyForm

__all__ = ["PolicyForm"]
