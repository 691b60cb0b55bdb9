"""Accounts: people who sign in, and where they belong.

User: a person, owner of their credentials for life. Membership: a dated affiliation of a user with
a vendor, a partner company or (operators) the installation: role, job functions, regions. History
stays true when people move: memberships end, they are not deleted.
"""
