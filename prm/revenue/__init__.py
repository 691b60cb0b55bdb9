"""Revenue: orders that partners brought, as the vendor's source systems state them."""
