"""Certification: schemes, certificates, and checking them.

Certification: the scheme: which course versions it needs and how long it is valid. Certificate:
what one person was issued: number, dates, frozen facts. Its status (valid, expiring, expired,
revoked) follows from dates. Evidence: the completions it rests on. The code opens the verification
page; the number is for people to quote. The issued file and its SHA-256 are kept: other bytes are
*altered*.
"""
