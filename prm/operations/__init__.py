"""Operations: what keeps an installation safe, lawful and observable.

Backups (database and files as of one moment), the erasure of a person and the ledger that repeats
it after a restore, retention, metrics. Reads every domain and is read by none.
"""
