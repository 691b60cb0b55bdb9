"""Questions that audits answer: compliance as of a date, and a partnership's whole story."""
