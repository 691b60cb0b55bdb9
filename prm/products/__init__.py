"""Products of a vendor, and their aliases: what source systems call them."""
