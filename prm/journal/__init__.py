"""The journal: an append-only, hash-chained record of who did what.

A chain per vendor and one for the installation (accounts). An entry holds facts and salted
commitments to personal values; the values themselves lie beside it (JournalPersonalValue), so that
erasing a person leaves the chain valid.
"""
