"""Customers: end-customer companies that partners sell to, and their aliases."""
