"""Audits: is a partnership compliant, as of a date, and on what evidence.

Compliance policy: versioned, effective-dated rules. A red cell names the rule, the person and the
date. Trained on a date means holding a valid certificate on that date.

Criterion: one thing an audit asks for, in versions; checklist: criteria in order, with weights. An
audit freezes both when it opens, with the rows behind every result. Finding: what is wrong, by
severity; corrective action: what the partner does about it. Pack: the signed audit as files with
hashes, in pseudonyms.
"""
