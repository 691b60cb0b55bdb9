"""Credentials: a certificate as a signed file that anybody can check, with or without the portal.

Credential: the certificate as an Open Badge 3.0 (a W3C Verifiable Credential 2.0), signed by the
vendor. Issuer: the vendor, by its `did:web` with every key it ever had. Status list: one bit per
credential, set when it was revoked. Badge: a picture that carries the credential. Trust: what an
offline checker holds: an issuer's keys and its newest status lists.
"""
