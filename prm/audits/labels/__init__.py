"""What audits' terms are called, for people."""

from prm.audits.labels.compliance import cell_label, reason_sentence, rule_label, rule_sentence

__all__ = ["cell_label", "reason_sentence", "rule_label", "rule_sentence"]
