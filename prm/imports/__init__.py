"""Imports: files of whatever a vendor's systems know of its channel, from dry run to undo.

Batch: one file confirmed once. Row: one line of it and what it did, with what stood there before,
so that a batch can be undone and every figure opens down to the line it came from. Unmatched: a
name in a source that no product or customer answers to; the row is kept, an alias resolves it.
Conflict: what a person changed by hand and a file says otherwise; nobody is overwritten unasked.
Mapping: how a source's files are read, kept for the next one. Dropped: a file that came by itself.
"""
