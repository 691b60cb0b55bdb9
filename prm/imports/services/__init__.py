"""Verbs on imports: read, plan and apply a file; draft, confirm and undo a batch."""
