"""Vendors: the tenants of an installation, their settings and branding.

Vendor: the company whose products are resold. Everything with a vendor_id belongs to one.
"""
