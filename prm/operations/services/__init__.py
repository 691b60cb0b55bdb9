"""Verbs of operations.

backups: create, verify, restore. erasing: one person, wherever they are named. ledger: who was erased,
so that a restore repeats it. retention: what is forgotten by itself.
"""
