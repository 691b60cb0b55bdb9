"""Audits: is a partnership compliant, as of a date, and on what evidence.

Compliance policy: versioned, effective-dated rules. A red cell names the rule, the person and the
date. Trained on a date means holding a valid certificate on that date.
"""
