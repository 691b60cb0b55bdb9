"""Deals: opportunities of partners, imported or registered.

Deal: submitted → approved | rejected → won | lost | expired. A source's names of product and
customer are kept beside the rows they were matched to; no match is no reason to lose a deal.
"""
