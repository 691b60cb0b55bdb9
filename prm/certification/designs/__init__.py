"""How the certificates of a certification look: HTML and CSS that a vendor writes, in versions.

A *design* is one such version: first a draft, then published and never changed. A certificate names the
one it was issued with.
"""
