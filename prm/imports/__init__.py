"""Imports: files of partners, products, deals and orders, from dry run to undo.

Batch: one file confirmed once. Row: one line of it and what it did, with what stood there before,
so that a batch can be undone and every figure opens down to the line it came from. Unmatched: a
name in a source that no product or customer answers to; the row is kept, an alias resolves it.
"""
