"""Revenue: orders that partners brought, invoices and payments on them, as source systems state them;
and targets, as the vendor states them."""
