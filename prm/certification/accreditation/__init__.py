"""Accreditations: what a partner company is awarded on the strength of its certified people.

An *accreditation* says what that takes, an *award* that one company has it, from a day to a day. An award
names the people it *hangs on* (each of whose leaving ends it) and the day it *lapses* on: the first on
which certificates have run out so that not enough people are left, as is known today.
"""
